#ifndef RULES_MATCHER_H
#define RULES_MATCHER_H

#include "rules/decide.h"
#include "rules/dictionary.h"

/* Inside the matcher: one thread's scratch. What is by item is dropped before the next, memory
 * kept.
 */
struct start { /* an entry may begin at a token */
	uint32_t token, entry;
};

struct unit_starts {
	struct start *at; /* the item's */
	uint32_t count;
	bool found, settled; /* in order, none twice */
};

/* Of a chain of tokens that have one atom, from the first to the last. */
struct token_link {
	uint32_t token, next;
};

struct starts {	   /* of the whole item */
	bool made; /* those of the units that are looked up by the words of the item */
	struct {
		VEC(struct unit_starts);
	} units; /* all zero but for the touched */
	struct {
		VEC(uint32_t);
	} touched, heads, linked; /* units; by atom the number of its first link + 1; such atoms */
	struct {
		VEC(struct token_link);
	} links;
};

enum memo_state { MEMO_BUSY, MEMO_DONE };

struct memo_slot { /* hits of an expression in a scope */
	uint32_t id;
	struct scope scope;
	uint32_t round; /* of the item; another one: free */
	enum memo_state state;
	struct hits hits;
};

struct list_memo { /* hits of a list in the item, in order of begin, the longest first */
	uint32_t round;
	enum memo_state state;
	const struct hit *at;
	size_t len;
};

struct eval_memo {
	uint32_t round;
	struct {
		VEC(struct memo_slot);
	} slots; /* open addressing, a power of two */
	size_t used;
	struct {
		VEC(struct list_memo);
	} lists; /* by id */
	bool mentions_made;
	const struct mention *mentions; /* of the item, in order of begin, the longest first */
	size_t mention_count;
};

enum step_kind { STEP_WORD, STEP_HIT, STEP_MENTION, STEP_VALUE, STEP_OPEN, STEP_CLOSE };

struct step { /* what the walker has consumed */
	enum step_kind kind;
	const struct element *element;
	uint32_t first, end;
	union {
		const struct hit *hit;
		const struct mention *mention;
		const struct value *value;
	} is;
};

struct candidate {
	uint32_t rule, sentence; /* the scope's first */
};

struct matcher {
	language fallback;
	struct lexicon *lexicon;
	struct dictionary dictionary;
	struct document document;
	struct match match;
	struct starts starts;
	struct eval_memo memo;
	struct outcomes outcomes;
	struct {
		VEC(struct word_atoms);
	} atoms; /* by token */
	/* Words before a token, one more than there are tokens; tokens that call rules; at which
	   patterns begin; by rule the scope + 1 in which it was called last, and those rules. */
	struct {
		VEC(uint32_t);
	} words, calling, beginning, last, called;
	struct {
		VEC(struct hit);
	} hits; /* stacks: every user leaves them as they were */
	struct {
		VEC(struct step);
	} steps;
	struct {
		VEC(struct mention);
	} mentions;
	struct {
		VEC(struct candidate);
	} candidates;
};

#endif
