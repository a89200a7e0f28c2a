#ifndef RULES_DECIDE_H
#define RULES_DECIDE_H

#include "rules/match.h"

/*
 * Inside rules/: from hits to events. Cues and quotes give the anchor its modality, attribution its
 * speaker; the rule scores, drops or changes; extraction fills fields; resolution keeps the winners of
 * each group; merging joins what is one event.
 */
enum verdict {
	VERDICT_FIRED,
	VERDICT_NO_HIT,	      /* `when` does not hold */
	VERDICT_UNLESS,	      /* `unless` holds */
	VERDICT_UNLESS_ITEM,
	VERDICT_DROPPED,      /* `modal: drop`; modality says by which */
	VERDICT_BELOW,	      /* score under the threshold */
	VERDICT_LOST,	      /* resolution: `winner` was better */
	VERDICT_MERGED,	      /* into `winner` */
	VERDICT_LANGUAGE,     /* not a language of the rule */
	VERDICT_OFF,	      /* disabled, or status off */
	VERDICT_AGE,	      /* item older than max_age */
	VERDICT_STEPS,	      /* MATCH_STEPS_MAX reached */
};

struct score_part {
	const struct expr *expr; /* NULL: the rule's own score */
	int points;
	const struct hit *hit; /* NULL without a span */
	const struct score_part *next;
};

struct cue_effect { /* a cue that reached the anchor */
	const struct cue *cue;
	uint32_t first, end; /* the cue's own words */
	const struct cue_effect *next;
};

struct attribution {
	uint32_t first, end; /* tokens of the speech, or of the text attributed */
	bool quoted;	     /* by marks */
	uint32_t speaker_first, speaker_end;
	const struct entity *speaker; /* NULL: not an entity we know */
};

struct outcome { /* one hit of one rule, judged */
	const struct rule *rule;
	enum verdict verdict;
	const struct hit *hit;	   /* of `when`; NULL for NO_HIT … */
	const struct hit *blocker; /* of unless, unless_item */
	unsigned modality;
	const struct cue_effect *cues;
	const struct attribution *attribution; /* NULL */
	int score;
	const struct score_part *parts;
	const struct outcome *winner;
	struct scope scope;
	struct event event; /* complete once fired; also of those that lost */
};

struct outcomes {
	VEC(struct outcome *);
};

/* Modality of a hit by cues and quotes; *ret_cues (may be NULL) what reached it. */
unsigned cue_modality(struct match *match, const struct hit *hit,
		      const struct cue_effect **ret_cues);
/* Who speaks at a token: the innermost speech or attributed text over it; NULL. */
const struct attribution *attribution_at(struct match *match, uint32_t token);

/*
 * Judges one rule in one scope: an outcome per hit is added (one NO_HIT, UNLESS … when nothing fired;
 * these only while a probe listens).
 */
void decide_rule(struct match *match, const struct rule *rule, struct scope scope,
		 struct outcomes *outcomes);
/* Resolution and merging over all outcomes of the item; losers get their verdict and winner. */
void decide_resolve(struct match *match, struct outcomes *outcomes);
/* The events of those that fired, in order of place in the item, then class, status, rule. */
void decide_events(struct match *match, const struct outcomes *outcomes, struct events *ret_events);
const char *verdict_name(enum verdict verdict); /* "fired", "no_hit" … */

#endif
