#ifndef RULES_EVAL_H
#define RULES_EVAL_H

#include "rules/matcher.h"

/* The parts of the matcher to each other: who finds what, over the scratch of matcher.h. */

/* Before an item. */
void starts_begin(struct starts *starts, const struct index *index);
void starts_fini(struct starts *starts);
void memo_begin(struct eval_memo *memo, const struct index *index);
void memo_fini(struct eval_memo *memo);
/*
 * A text alone, ready for match_expr: what the tests of the matcher use. Borrows what matcher_run
 * does; good until the next run.
 */
struct match *matcher_begin_text(struct matcher *matcher, const struct ruleset *ruleset,
				 struct view text, language lang, struct arena *arena);

/* starts.c: where the entries of a unit may begin among the tokens [first, end), in order. */
const struct start *starts_of(struct match *match, uint32_t unit, uint32_t first, uint32_t end,
			      size_t *ret_count);
/* candidates.c: which rules are worth a look in which scope, in order of rule and scope. */
void candidates_find(struct match *match);
void candidates_all(struct match *match);
struct scope candidate_scope(const struct match *match, const struct candidate *candidate);

/* walker.c: the first way in which the pattern holds from a token on; expr is what the hit names.
 */
bool walk_pattern(struct match *match, const struct expr *expr, uint32_t at, struct hit *ret_hit);
/* Where one element holds at a token: the token behind it, or `at` when it does not. */
uint32_t walk_element(struct match *match, const struct element *element, uint32_t at);
/* hit.c: fills pieces, captures and anchor from the steps since `base`. */
void hit_build(struct match *match, size_t base, struct hit *hit);
const struct capture *captures_join(struct match *match, const struct capture *a,
				    const struct capture *b);

/* mention.c: hits of a list in the item that begin in [first, end); mentions likewise. */
const struct hit *list_hits(struct match *match, const struct list *list, uint32_t first,
			    uint32_t end, size_t *ret_count);
const struct mention *mentions_in(struct match *match, uint32_t first, uint32_t end,
				  size_t *ret_count);
bool mention_means(const struct mention *mention, const struct element *element);

/* leaf.c: hits of a pattern in a scope. operators.c: of everything else. */
struct hits leaf_hits(struct match *match, const struct expr *expr, struct scope scope);
/* Pushes the hits of the children of an `any` that share its unit. */
void member_hits(struct match *match, const struct expr *any, uint32_t first, uint32_t end);
struct hits operator_hits(struct match *match, const struct expr *expr, struct scope scope);
struct hits near_hits(struct match *match, const struct expr *expr, struct scope scope);
void add_evidence(struct match *match, struct hit *to, const struct hit *hit);
bool meta_holds(const struct match *match, const struct expr *expr);
/* eval.c: without memo. */
struct hits eval(struct match *match, const struct expr *expr, struct scope scope);
/* Leaves the hits that `is`, `by` and `except` leave, in place. */
void hits_judge(struct match *match, const struct expr *expr, struct scope scope,
		struct hits *hits);
/* Copies the hits pushed since `base` into the arena and takes them off the stack. */
struct hits hits_take(struct match *match, size_t base);
bool hit_push(struct match *match, const struct hit *hit, size_t base);
bool hit_allowed(const struct match *match, const struct expr *leaf, const struct hit *hit);
bool lang_allowed(const struct match *match, const struct languages *langs);

/* Whether the atom is true of the token's word. */
static inline bool match_word(struct match *match, uint32_t token, uint32_t atom)
{
	struct matcher *matcher = match->matcher;

	if (match->unfiltered)
		return dictionary_ask(&matcher->dictionary, match->document->tokens.at[token].word,
				      atom);
	return dictionary_has(&matcher->dictionary, matcher->atoms.at[token], atom);
}

static inline uint32_t scope_first(const struct match *match, struct scope scope)
{
	return match->document->sentences.at[scope.first].first;
}
static inline uint32_t scope_end(const struct match *match, struct scope scope)
{
	return match->document->sentences.at[scope.end - 1].end;
}

#endif
