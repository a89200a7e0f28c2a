#ifndef RULES_DECIDE_H
#define RULES_DECIDE_H

#include "rules/match.h"

/*
 * Inside rules/: from hits to events. Cues and quotes give the anchor its modality, attribution its
 * speaker; the rule scores, drops or changes; extraction fills fields; resolution keeps the winners
 * of each group; merging joins what is one event. The heads of cue.c, attribution.c, extract.c and
 * resolve.c say how.
 */
enum verdict {
	VERDICT_FIRED,
	VERDICT_NO_HIT, /* `when` does not hold */
	VERDICT_UNLESS, /* `unless` holds */
	VERDICT_UNLESS_ITEM,
	VERDICT_DROPPED,  /* `modal: drop`; modality says by which */
	VERDICT_BELOW,	  /* score under the threshold */
	VERDICT_LOST,	  /* resolution: `winner` was better; NULL beyond OUTCOMES_MAX */
	VERDICT_MERGED,	  /* into `winner` */
	VERDICT_LANGUAGE, /* not a language of the rule */
	VERDICT_OFF,	  /* disabled, or status off */
	VERDICT_AGE,	  /* item older than max_age */
	VERDICT_STEPS,	  /* MATCH_STEPS_MAX reached */
};

/*
 * Hits of one rule that are judged in an item, and hits of all rules that go on to resolution: the
 * first in the text; what comes after them is not looked at.
 */
#define OUTCOMES_MAX 4096

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
	uint32_t speaker_first,
		speaker_end;	      /* the words that name the speaker; equal: none found */
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

/* Modality of a hit by cues and quotes; *ret_cues (may be NULL) what reached it. See cue.c. */
unsigned cue_modality(struct match *match, const struct hit *hit,
		      const struct cue_effect **ret_cues);

/*
 * Who speaks at a token: the innermost speech or attributed text over it whose speaker is known,
 * else the innermost; NULL when nobody is quoted there. See attribution.c.
 */
const struct attribution *attribution_at(struct match *match, uint32_t token);
/* `by: X`: whether the anchor is spoken by, or attributed to, an entity that X means, or one `of:`
 * it. */
bool attribution_by(struct match *match, const struct hit *hit, const struct expr *by);
/* Whether the tokens lie in words that name a speaker: what `speaker: exclude` leaves out. */
bool attribution_names(struct match *match, uint32_t first, uint32_t end);

/*
 * Judges one rule in one scope: an outcome per hit is added (one UNLESS, STEPS … when nothing
 * fired, and of NO_HIT, LANGUAGE, OFF, AGE the item's first scope's; these only while a probe
 * listens). The probe hears of each as it is judged, before resolution.
 *
 * Score: the rule's own, and of each adjust whose `when` holds in the scope its points. Modal drops
 * come before the threshold. Fields, later ones winning: emit, grab, set, modal; of several modals
 * the one further on in: quoted, future, hypothetical, historical, denied, negated, averted.
 * Confidence is score / (score + 50), and 0 from score 0 down: 50 → 0.5, 75 → 0.6, 150 → 0.75.
 */
void decide_rule(struct match *match, const struct rule *rule, struct scope scope,
		 struct outcomes *outcomes);
/*
 * Resolution and merging over all outcomes of the item; losers get their verdict and winner. Of two
 * rules of one group whose scopes overlap one stays: of the higher priority, else the one that
 * supersedes the other, else by score, longest anchor, rule id. Hits of one rule in one scope do
 * not compete. What merges: same class, same values of the `merge` fields; the higher score leads.
 */
void decide_resolve(struct match *match, struct outcomes *outcomes);
/*
 * The events of those that fired, in order of place in the item, then class, status, rule; with the
 * language and the extracted texts. All in the match's arena, the item and the rule set.
 */
void decide_events(struct match *match, const struct outcomes *outcomes, struct events *ret_events);
const char *verdict_name(enum verdict verdict); /* "fired", "no_hit" … */

#endif
