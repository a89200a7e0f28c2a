#ifndef RULES_READING_H
#define RULES_READING_H

#include "rules/decide.h"

/*
 * Between the files of the decision (cue.c, speech.c, attribution.c, decide.c, extract.c, why.c,
 * resolve.c). Everything made here lives in the match's arena.
 */

/*
 * Evaluates on behalf of nobody's rule: the steps are not counted against the rule at hand, since
 * what is found is remembered for the item and must not depend on who asked first. False when it
 * took more than MATCH_STEPS_MAX of its own.
 */
bool match_aside(struct match *match, const struct expr *expr, struct scope scope,
		 struct hits *ret_hits);
bool languages_have(const struct languages *languages, language lang);

/* What cue.c and decide.c remember for one item. */
#define VETO_BUCKETS 64
struct cue_memo {
	struct sentence_cues **sentences; /* by number; NULL: not read yet */
	struct veto *vetoes[VETO_BUCKETS];
	const struct rule *rule; /* at hand */
	uint32_t judged;	 /* hits of it so far */
};
struct cue_memo *cue_memo(struct match *match);

#define CUES_MAX 128	 /* in a sentence; further ones are not read */
#define SAYINGS_MAX 16	 /* in a sentence; further ones are not read */
#define SUBJECT_WORDS 12 /* how far from its verb a speaker is looked for */
#define VALUES_MAX 64	 /* of one field */
#define WHY_MAX 64	 /* of one event */

/* A verb of saying, or "according to", with the text that it attributes and the speaker. */
struct saying {
	uint32_t first, end; /* its own words */
	bool source;	     /* "according to": the speaker follows, the sentence is attributed */
	struct attribution said;
};
struct sayings {
	struct saying *at;
	size_t len;
};
/* Those of a sentence, in order; not remembered. See speech.c. */
void speech_read(struct match *match, uint32_t sentence, struct sayings *ret_sayings);
/* What to call the speaker: the id of its entity's topmost `of:`, else the words; absent: unknown.
 */
struct view attribution_speaker(const struct match *match, const struct attribution *attribution);

/* A rule read in one scope, for all its hits there. */
struct reading {
	struct match *match;
	const struct rule *rule;
	struct scope scope;
	int score;
	const struct score_part *parts;
	uint32_t sentence; /* that `found` was read for; UINT32_MAX: none yet */
	struct event_field *found;
	size_t found_count;
	const struct constant **chosen; /* the case of each `set`; NULL where none holds */
};
#define RINGS_MAX 64 /* sentences and scopes read for one hit */
/* Where extraction looks for a hit, one after the other until something is found. See extract.c. */
struct rings {
	struct scope at[RINGS_MAX];
	size_t len;
};
void rings_find(const struct match *match, const struct rule *rule, struct scope scope,
		const struct hit *hit, struct rings *ret_rings);
/* Fills `found` and `chosen` for a hit; hits of one sentence share them. See extract.c. */
void read_surroundings(struct reading *reading, const struct hit *hit);
/* Fills the outcome's event. See draft.c. */
void extract_event(struct reading *reading, struct outcome *outcome);
/* What an expression means of an entity: itself, or up `of:` what was asked for; NULL: not meant.
 */
const struct entity *expr_entity(const struct expr *expr, const struct entity *entity);
/* Adds a value unless the field holds it or is full. `values` has room for VALUES_MAX. */
void values_add(struct value *values, size_t *count, const struct value *value);

/* The reasons of an outcome. */
void why_write(struct match *match, struct outcome *outcome);
void why_unite(struct match *match, struct event *event, const struct event *other);

#endif
