#ifndef RULES_READ_H
#define RULES_READ_H

#include "base/vec.h"
#include "rules/expr.h"
#include "text/document.h"

/*
 * Inside rules/: what the readers of packs share. A mapping is read by a table of its keys, which
 * is also what the JSON Schema is written from. A mistake is told once, where it stands; the reader
 * leaves the default in its place and goes on.
 */
struct reader {
	struct arena *arena; /* of the tree */
	struct diags *diags;
	struct lexicon *lexicon; /* for cutting patterns into words; made at the first need */
	struct document document;
	struct arena scratch; /* of the document */
	unsigned nesting;     /* expressions in each other */
	unsigned suggestions; /* made so far: looking for near names is slow */
	struct {
		VEC(struct sequence);
	} patterns;	 /* all that could be read, also of what is then left out */
	bool incomplete; /* a name that was refused may be meant elsewhere */
};

void reader_init(struct reader *reader, struct arena *arena, struct diags *diags);
void reader_fini(struct reader *reader);
/* The words of a piece of a pattern; the document lives until the next call. */
const struct document *reader_words(struct reader *reader, struct view text);
/* Whether the first letter is a capital. */
bool reader_capital(struct reader *reader, struct view word);

struct read_key;
/* False when it is wrong (told). `place` is where the value goes. */
typedef bool read_value(struct reader *reader, const struct read_key *key, const struct node *node,
			void *place);

struct read_key {
	const char *name;
	read_value *read;
	size_t offset; /* of the value in the target */
	bool required;
	const char *schema; /* the value's JSON Schema: the members of an object, without braces */
	const char *help;
	int least, most;	  /* numbers */
	const char *const *words; /* choices, ending with NULL */
};

struct read_form {
	const char *what; /* "a rule" */
	const struct read_key *keys;
	size_t count;
};

#define READ_FORM(what, keys)                                                                      \
	{                                                                                          \
		what, keys, sizeof(keys) / sizeof((keys)[0])                                       \
	}
#define READ_KEYS_MAX 32

/*
 * Reads a mapping into `target`. Unknown keys and missing ones (told at `owner`) are mistakes.
 * False when it is no mapping or anything in it is wrong.
 */
bool reader_form(struct reader *reader, const struct read_form *form, const struct node *node,
		 struct place owner, void *target);
void reader_unknown_key(struct reader *reader, const struct node *key,
			const struct read_form *form);
/* "KEY wants WHAT, not a list". Always false. */
bool reader_wrong_type(struct reader *reader, const struct node *node, const char *what);
/* A hint "did you mean" from the names of a table, when one is near. */
void reader_suggest(struct reader *reader, struct diag *diag, struct view name,
		    const char *const *names, size_t count);

/* What one text or a list of texts is read into. */
struct views {
	struct view *at;
	size_t len;
};
read_value reader_text;	     /* not empty: into struct view */
read_value reader_name;	     /* letters, digits, `_`, `-`, `.`: into struct view */
read_value reader_texts;     /* one text or a list of them: into struct views */
read_value reader_int;	     /* a whole number from key->least to key->most: into int */
read_value reader_choice;    /* one of key->words: its number into unsigned */
read_value reader_bool;	     /* true or false: into bool */
read_value reader_languages; /* a language code or a list of them: into struct languages */
read_value reader_expr;	     /* into struct expr * */

bool reader_language(struct reader *reader, const struct node *node, language *ret_language);
/* "12h", "7d": ms; false when it is none. */
bool reader_duration(struct view text, int64_t *ret_ms);
/* A whole number, all of the text; false when it is none or overflows int. */
bool reader_number(struct view text, int *ret_number);

#define NAME_LENGTH_MAX 128
#define TEXT_LENGTH_MAX 8192 /* of one text that is no pattern, in bytes */
#define SUGGESTIONS_MAX 50
/* What may stand after `$`: letters, digits and `_`, no digit first. */
bool reader_variable_name(struct view name);
/* Rules, fields, classes: `.` and `-` as well. */
bool reader_plain_name(struct view name);

/* A vector moved into the arena as an array. */
#define READ_TAKE(reader, vec, ret_at, ret_count)                                                  \
	do {                                                                                       \
		*(ret_count) = (vec)->len;                                                         \
		*(ret_at) = arena_array((reader)->arena, (vec)->len ? (vec)->len : 1,              \
					sizeof(*(vec)->at));                                       \
		if ((vec)->len)                                                                    \
			memcpy(*(ret_at), (vec)->at, (vec)->len * sizeof(*(vec)->at));             \
		vec_fini(vec);                                                                     \
	} while (0)

#endif
