#ifndef APP_LETTERS_H
#define APP_LETTERS_H

#include "app/loader.h"
#include "base/jsonw.h"
#include "journal/deadletter.h"

/*
 * What the operator wants done with dead letters, one wish at a time. Control asks; to have letters
 * judged again, intake takes them one after the other and puts them into the ring, and the
 * sequencer says what became of each; to have them dropped, the sequencer does it, whose store it
 * is. The verdict goes back to whoever asked.
 */
#define LETTERS_NUMBERS_MAX 1000 /* of one wish */
#define LETTERS_FAILED_MAX 100	 /* named in a verdict */
#define LETTERS_REASON_MAX 64	 /* bytes of a reason */

struct letters_wish {
	bool drop;			 /* else: judge again */
	char reason[LETTERS_REASON_MAX]; /* "": of any */
	int64_t before;			 /* that came before this time */
	int64_t numbers[LETTERS_NUMBERS_MAX];
	size_t count; /* 0: all of them */
	struct asker asker;
};

struct letters;
/* `path`: the folder of the store; `told` is rung when there is a verdict. Both are borrowed. */
struct letters *letters_new(const char *path, struct wake *told);
void letters_free(struct letters *letters);

/* False while another wish is being done. */
bool letters_ask(struct letters *letters, const struct letters_wish *wish);

/* Intake's. The next one to judge again: 1 (views good until the next call), 0 none now. */
int letters_next(struct letters *letters, struct deadletter *ret_letter);

/* The sequencer's. That one was judged: NULL it is removed, or why it was rejected again. */
void letters_judged(struct letters *letters, int64_t number, const char *reason);
/* Does what is to be dropped; cheap when nothing is. */
void letters_turn(struct letters *letters, struct deadletters *store);

/* Says that what is not done will not be; once nobody judges any more. */
void letters_end(struct letters *letters);
/* Once for each wish: false while there is none to take. */
bool letters_take_verdict(struct letters *letters, struct asker *ret_asker, struct str *reply);

struct letters_look {
	uint64_t retried, again, dropped; /* since the start */
};
struct letters_look letters_look(struct letters *letters);

#endif
