#include "base/clock.h"
#include "rules/reading.h"

/*
 * One rule in one scope. In this order, since the cheaper and the more general come first: whether
 * the rule applies at all (on, language, age); `when`; `unless`; `unless_item`; then each hit of
 * `when` on its own: what its modality does, the score against the threshold, the event.
 */
static const char *const verdict_names[] = {
	[VERDICT_FIRED] = "fired",	 [VERDICT_NO_HIT] = "no_hit",
	[VERDICT_UNLESS] = "unless",	 [VERDICT_UNLESS_ITEM] = "unless_item",
	[VERDICT_DROPPED] = "dropped",	 [VERDICT_BELOW] = "below",
	[VERDICT_LOST] = "lost",	 [VERDICT_MERGED] = "merged",
	[VERDICT_LANGUAGE] = "language", [VERDICT_OFF] = "off",
	[VERDICT_AGE] = "age",		 [VERDICT_STEPS] = "steps",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

/* --- vetoes of the item, asked once per rule --- */

struct veto {
	const struct rule *rule;
	enum verdict verdict; /* VERDICT_FIRED: no veto */
	const struct hit *hit;
	struct veto *next;
};

static const struct veto *item_veto(struct match *match, const struct rule *rule)
{
	struct veto **bucket = &cue_memo(match)->vetoes[rule->number % VETO_BUCKETS];
	struct scope item = {0, (uint32_t)match->document->sentences.len};
	struct veto *veto = *bucket;
	struct hits hits;

	while (veto && veto->rule != rule)
		veto = veto->next;
	if (veto)
		return veto;
	veto = arena_alloc(match->arena, sizeof(*veto));
	*veto = (struct veto){rule, VERDICT_FIRED, NULL, *bucket};
	if (!match_aside(match, rule->unless_item, item, &hits))
		veto->verdict = VERDICT_STEPS;
	else if (hits.holds)
		veto->verdict = VERDICT_UNLESS_ITEM;
	if (hits.holds && hits.len > 0)
		veto->hit = hits.at;
	return *bucket = veto;
}

/* --- outcomes --- */

static struct outcome *add_outcome(struct match *match, const struct outcome *made,
				   struct outcomes *outcomes)
{
	struct outcome *outcome = arena_alloc(match->arena, sizeof(*outcome));

	*outcome = *made;
	vec_push(outcomes, outcome);
	if (match->probe)
		match->probe->rule(match->probe, outcome->rule, outcome->scope, outcome);
	return outcome;
}

/* Whether the verdict stands against the rule for more than a scope, or tells nothing of it. */
static bool is_common(enum verdict verdict)
{
	return verdict == VERDICT_NO_HIT || verdict == VERDICT_LANGUAGE || verdict == VERDICT_OFF ||
	       verdict == VERDICT_AGE;
}

/*
 * Nothing fired in the whole scope: of interest only to who explains. Common verdicts are kept for
 * the item's first scope alone, or rules times sentences would be the memory of an explanation.
 */
static void add_nothing(const struct reading *reading, enum verdict verdict,
			const struct hit *blocker, struct outcomes *outcomes)
{
	struct outcome outcome = {
		.rule = reading->rule,
		.verdict = verdict,
		.blocker = blocker,
		.scope = reading->scope,
	};

	if (!reading->match->probe)
		return;
	if (is_common(verdict) && reading->scope.first > 0)
		reading->match->probe->rule(reading->match->probe, reading->rule, reading->scope,
					    &outcome);
	else
		add_outcome(reading->match, &outcome, outcomes);
}

static bool is_too_old(const struct match *match, const struct rule *rule)
{
	int64_t reported = match->document->reported, age;

	if (rule->max_age_ms == 0 || match->now == CLOCK_NONE || reported == CLOCK_NONE)
		return false;
	return !__builtin_sub_overflow(match->now, reported, &age) &&
	       age / (CLOCK_SECOND / 1000) > rule->max_age_ms;
}

static bool has_run_out(const struct match *match)
{
	return match->steps > MATCH_STEPS_MAX;
}

/* What keeps the rule from being tried; VERDICT_FIRED: nothing. */
static enum verdict find_bar(const struct match *match, const struct rule *rule)
{
	if (!rule->enabled || rule->status == RULE_OFF)
		return VERDICT_OFF;
	if (!languages_have(&rule->langs, match->document->lang))
		return VERDICT_LANGUAGE;
	if (is_too_old(match, rule))
		return VERDICT_AGE;
	return VERDICT_FIRED;
}

/* The hits of `when` unless something in the scope or the item stands against the rule. */
static enum verdict find_hits(struct match *match, const struct rule *rule, struct scope scope,
			      struct hits *ret_hits, const struct hit **ret_blocker)
{
	struct hits against;

	*ret_blocker = NULL;
	match_expr(match, rule->when, scope, ret_hits);
	if (has_run_out(match))
		return VERDICT_STEPS;
	if (!ret_hits->holds || ret_hits->len == 0)
		return VERDICT_NO_HIT;
	if (rule->unless) {
		match_expr(match, rule->unless, scope, &against);
		if (has_run_out(match))
			return VERDICT_STEPS;
		*ret_blocker = against.holds && against.len > 0 ? against.at : NULL;
		if (against.holds)
			return VERDICT_UNLESS;
	}
	if (rule->unless_item) {
		const struct veto *veto = item_veto(match, rule);

		*ret_blocker = veto->hit;
		return veto->verdict;
	}
	return VERDICT_FIRED;
}

static struct score_part *make_part(const struct reading *reading, const struct expr *expr,
				    int points, const struct hit *hit)
{
	struct score_part *part = arena_alloc(reading->match->arena, sizeof(*part));

	*part = (struct score_part){expr, points, hit, NULL};
	return part;
}

/* What the adjusts give in this scope; the rule's own points come first. */
static void read_score(struct reading *reading)
{
	const struct rule *rule = reading->rule;
	struct score_part *last = make_part(reading, NULL, rule->score, NULL);

	reading->parts = last;
	reading->score = rule->score;
	for (size_t i = 0; i < rule->adjust_count; i++) {
		const struct adjust *adjust = &rule->adjusts[i];
		struct score_part *part;
		struct hits hits;

		match_expr(reading->match, adjust->when, reading->scope, &hits);
		if (!hits.holds)
			continue;
		part = make_part(reading, adjust->when, adjust->add,
				 hits.len > 0 && hits.at[0].first < hits.at[0].end ? hits.at
										   : NULL);
		reading->score += adjust->add;
		last->next = part;
		last = part;
	}
}

static bool is_dropped(const struct rule *rule, unsigned modality)
{
	for (unsigned i = 0; i < MODALITY_NAMES; i++)
		if ((modality & (1U << i)) && rule->modals[i].drop)
			return true;
	return false;
}

/* Whether the rule at hand may still be judged in this item; rules come one after the other. */
static bool may_go_on(struct match *match, const struct rule *rule)
{
	struct cue_memo *memo = cue_memo(match);

	if (memo->rule != rule)
		memo->judged = 0;
	memo->rule = rule;
	return memo->judged < OUTCOMES_MAX;
}

static void judge_hit(struct reading *reading, const struct hit *hit, struct outcomes *outcomes)
{
	struct match *match = reading->match;
	struct outcome outcome = {
		.rule = reading->rule,
		.hit = hit,
		.score = reading->score,
		.parts = reading->parts,
		.scope = reading->scope,
	};

	outcome.modality = cue_modality(match, hit, &outcome.cues);
	if (is_dropped(reading->rule, outcome.modality)) {
		outcome.verdict = VERDICT_DROPPED;
	} else if (outcome.score < reading->rule->threshold) {
		outcome.verdict = VERDICT_BELOW;
	} else {
		outcome.verdict = VERDICT_FIRED;
		if (hit->anchor < hit->anchor_end)
			outcome.attribution = attribution_at(match, hit->anchor);
		extract_event(reading, &outcome);
	}
	add_outcome(match, &outcome, outcomes);
}

void decide_rule(struct match *match, const struct rule *rule, struct scope scope,
		 struct outcomes *outcomes)
{
	struct reading reading = {
		.match = match,
		.rule = rule,
		.scope = scope,
		.sentence = UINT32_MAX,
	};
	const struct hit *blocker = NULL;
	struct hits hits = {0};
	enum verdict verdict = find_bar(match, rule);

	if (!may_go_on(match, rule))
		return;
	if (verdict == VERDICT_FIRED)
		verdict = find_hits(match, rule, scope, &hits, &blocker);
	if (verdict == VERDICT_FIRED) {
		read_score(&reading);
		if (has_run_out(match))
			verdict = VERDICT_STEPS;
	}
	if (verdict != VERDICT_FIRED) {
		add_nothing(&reading, verdict, blocker, outcomes);
		return;
	}
	for (size_t i = 0; i < hits.len && may_go_on(match, rule); i++) {
		judge_hit(&reading, &hits.at[i], outcomes);
		cue_memo(match)->judged++;
	}
}
