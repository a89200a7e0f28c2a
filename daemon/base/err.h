#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * A failure, told in one sentence. The caller owns the struct; whoever knows the cause writes the
 * sentence, whoever passes it on puts its own context in front, and app/ logs it once.
 */
struct err {
	char text[512]; /* always terminated; longer sentences are cut */
};

/* Writes the sentence. err may be NULL. Returns -1, so that a caller can `return err_set(…)`. */
int err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " in front of the sentence that is there. err may be NULL. Returns -1. */
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
