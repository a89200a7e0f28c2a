#include "rules/reason.h"

#include "base/jsonw.h"
#include "base/utf8.h"

/*
 * The sentences in which a verdict is told, one function a verdict. They name words with their
 * field and bytes, since that is what an author looks for; they hold no line feed, so that a caller
 * can put them where it wants.
 */

struct span span_of(const struct document *document, uint32_t first, uint32_t end)
{
	struct span span = {.field = ITEM_HEADLINE, .text = VIEW("")};
	const struct token *token;

	if (first >= end || end > document->tokens.len)
		return span;
	token = &document->tokens.at[first];
	span.field = document->sentences.at[token->sentence].field;
	span.from = token->from;
	span.to = document->tokens.at[end - 1].to;
	span.text = document_words(document, first, end);
	return span;
}

struct span span_of_scope(const struct document *document, struct scope scope)
{
	const struct sentence *first;
	uint32_t end;

	if (scope.first >= scope.end || scope.end > document->sentences.len)
		return span_of(document, 0, 0);
	first = &document->sentences.at[scope.first];
	end = first->end;
	for (uint32_t i = scope.first; i < scope.end; i++)
		if (document->sentences.at[i].field == first->field)
			end = document->sentences.at[i].end;
	return span_of(document, first->first, end);
}

/* The nearest character boundary at or before a byte. */
static size_t boundary(struct view text, size_t at)
{
	while (at && at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* Nothing that a terminal obeys: C0, DEL, C1 (two bytes in UTF-8: C2 80 to C2 9F), bidi overrides.
 */
static bool is_control(uint32_t code)
{
	return code <= ' ' || (code >= 0x7f && code <= 0xa0) ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void reason_plain(struct view text, struct str *out)
{
	bool space = false;

	for (size_t i = 0; i < text.len;) {
		uint32_t code;
		size_t length = utf8_decode(text.ptr + i, &code);
		bool blank = is_control(code);
		if (!blank)
			str_add(out, text.ptr + i, length);
		else if (!space)
			str_add_char(out, ' ');
		space = blank;
		i += length;
	}
}

void reason_words(struct view words, struct str *out)
{
	size_t left, right;

	str_add_char(out, '"');
	if (words.len <= REASON_WORDS_MAX) {
		reason_plain(words, out);
	} else {
		left = boundary(words, REASON_WORDS_MAX * 2 / 3);
		right = boundary(words, words.len - REASON_WORDS_MAX / 3);
		reason_plain(view_slice(words, 0, left), out);
		str_add_text(out, " [...] ");
		reason_plain(view_slice(words, right, words.len), out);
	}
	str_add_char(out, '"');
}

void reason_span(const struct span *span, struct str *out)
{
	reason_words(span->text, out);
	str_printf(out, " (%s %u-%u)", item_field_name(span->field), span->from, span->to);
}

void reason_modality(unsigned modality, struct str *out)
{
	const char *between = "";

	if (!modality)
		str_add_text(out, "asserted");
	for (unsigned bit = 0; bit < MODALITY_NAMES; bit++) {
		if (!(modality & 1U << bit))
			continue;
		str_printf(out, "%s%s", between, modality_name(bit));
		between = ", ";
	}
}

void reason_value(const struct value *value, struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	switch (value->kind) {
	case VALUE_TEXT:
		str_add_view(out, value->text);
		break;
	case VALUE_BOOL:
		str_add_text(out, value->number != 0 ? "true" : "false");
		break;
	case VALUE_NUMBER:
	case VALUE_QUANTITY:
		jsonw_double(&json, value->number);
		break;
	case VALUE_ENTITY:
		str_add_view(out, value->id);
		break;
	case VALUE_DATE:
		str_add_view(out, value->from.len ? value->from : value->text);
		break;
	}
}

void reason_score(const struct outcome *outcome, struct str *out)
{
	const char *between = "";

	for (const struct score_part *part = outcome->parts; part; part = part->next) {
		const struct expr *expr = part->expr;
		str_printf(out, "%s%d (", part->points < 0 && *between ? " - " : between,
			   part->points < 0 && *between ? -part->points : part->points);
		if (expr)
			str_add_view(out, expr->name.len ? expr->name : expr->text);
		else
			str_add_text(out, "rule");
		str_add_char(out, ')');
		between = " + ";
	}
	str_printf(out, "%s%d", *between ? " = " : "", outcome->score);
}

/* --- a sentence for each verdict -----------------------------------------------------------------
 */

static void add_hit(const struct match *match, const struct hit *hit, struct str *out)
{
	struct span span;

	if (!hit || hit->first >= hit->end)
		return;
	span = span_of(match->document, hit->first, hit->end);
	str_add_text(out, ": ");
	reason_span(&span, out);
}

static void tell_fired(const struct match *match, const struct outcome *outcome, struct str *out)
{
	(void)match;
	str_printf(out, "fires with score %d, the threshold is %d", outcome->score,
		   outcome->rule->threshold);
}

static void tell_no_hit(const struct match *match, const struct outcome *outcome, struct str *out)
{
	(void)match, (void)outcome;
	str_add_text(out, "`when` does not hold");
}

static void tell_unless(const struct match *match, const struct outcome *outcome, struct str *out)
{
	str_add_text(out, "`unless` holds");
	add_hit(match, outcome->blocker, out);
}

static void tell_unless_item(const struct match *match, const struct outcome *outcome,
			     struct str *out)
{
	str_add_text(out, "`unless_item` holds somewhere in the item");
	add_hit(match, outcome->blocker, out);
}

static void add_cues(const struct match *match, const struct outcome *outcome, unsigned effects,
		     struct str *out)
{
	const char *between = " by ";

	for (const struct cue_effect *effect = outcome->cues; effect; effect = effect->next) {
		struct span span;
		if (!(effect->cue->effect & effects))
			continue;
		span = span_of(match->document, effect->first, effect->end);
		str_printf(out, "%scue %.*s ", between, VIEW_ARGS(effect->cue->name));
		reason_span(&span, out);
		between = " and ";
	}
}

static void tell_dropped(const struct match *match, const struct outcome *outcome, struct str *out)
{
	unsigned dropping = 0;

	for (unsigned bit = 0; bit < MODALITY_NAMES; bit++)
		if (outcome->modality & 1U << bit && outcome->rule->modals[bit].drop)
			dropping |= 1U << bit;
	str_add_text(out, "dropped by `modal`, being ");
	reason_modality(dropping, out);
	add_cues(match, outcome, dropping, out);
}

static void tell_below(const struct match *match, const struct outcome *outcome, struct str *out)
{
	(void)match;
	str_printf(out, "score %d, which is %d below the threshold of %d: ", outcome->score,
		   outcome->rule->threshold - outcome->score, outcome->rule->threshold);
	reason_score(outcome, out);
}

static uint32_t anchor_length(const struct outcome *outcome)
{
	return outcome->hit ? outcome->hit->anchor_end - outcome->hit->anchor : 0;
}

/* The first of resolution's criteria in which the two differ. */
static void tell_lost(const struct match *match, const struct outcome *outcome, struct str *out)
{
	const struct outcome *winner = outcome->winner;

	(void)match;
	if (!winner) {
		str_printf(out, "left out: more than %d hits fired in the item", OUTCOMES_MAX);
		return;
	}
	str_printf(out, "lost to %.*s", VIEW_ARGS(winner->rule->id));
	if (outcome->rule->group.len)
		str_printf(out, " in group %.*s", VIEW_ARGS(outcome->rule->group));
	if (winner->rule->priority != outcome->rule->priority)
		str_printf(out, ": priority %d against %d", winner->rule->priority,
			   outcome->rule->priority);
	else if (winner->score > outcome->score)
		str_printf(out, ": score %d against %d", winner->score, outcome->score);
	else if (winner->score < outcome->score)
		str_add_text(out, ": it supersedes this rule");
	else if (anchor_length(winner) > anchor_length(outcome))
		str_add_text(out, ": its anchor is longer");
	else
		str_add_text(out,
			     ": all else equal, it supersedes this rule or its id comes first");
}

static void tell_merged(const struct match *match, const struct outcome *outcome, struct str *out)
{
	const struct outcome *final = outcome_final(outcome);

	(void)match;
	if (final->rule == outcome->rule)
		str_add_text(out, "fires, the same event as its other hit in the item");
	else
		str_printf(out, "fires, merged into the event of %.*s", VIEW_ARGS(final->rule->id));
}

static void tell_language(const struct match *match, const struct outcome *outcome, struct str *out)
{
	const struct languages *langs = &outcome->rule->langs;

	str_printf(out, "the item is read as %s, the rule is for",
		   language_code(match->document->lang));
	for (size_t i = 0; i < langs->len; i++)
		str_printf(out, "%s %s", i ? "," : "", language_code(langs->at[i]));
}

static void tell_off(const struct match *match, const struct outcome *outcome, struct str *out)
{
	(void)match;
	str_add_text(out, outcome->rule->status == RULE_OFF
				  ? "the rule has status off"
				  : "the rule is disabled by the configuration");
}

static void tell_age(const struct match *match, const struct outcome *outcome, struct str *out)
{
	(void)match, (void)outcome;
	str_add_text(out, "the item is older than the rule's max_age");
}

static void tell_steps(const struct match *match, const struct outcome *outcome, struct str *out)
{
	(void)match, (void)outcome;
	str_printf(out,
		   "given up after %d steps on this item: its patterns have too many ways to match",
		   MATCH_STEPS_MAX);
}

/* By verdict; rank: how close to an event such a verdict is. */
static const struct {
	int rank;
	void (*tell)(const struct match *match, const struct outcome *outcome, struct str *out);
} verdicts[] = {
	[VERDICT_FIRED] = {11, tell_fired},	 [VERDICT_NO_HIT] = {0, tell_no_hit},
	[VERDICT_UNLESS] = {6, tell_unless},	 [VERDICT_UNLESS_ITEM] = {5, tell_unless_item},
	[VERDICT_DROPPED] = {7, tell_dropped},	 [VERDICT_BELOW] = {8, tell_below},
	[VERDICT_LOST] = {9, tell_lost},	 [VERDICT_MERGED] = {10, tell_merged},
	[VERDICT_LANGUAGE] = {2, tell_language}, [VERDICT_OFF] = {1, tell_off},
	[VERDICT_AGE] = {3, tell_age},		 [VERDICT_STEPS] = {4, tell_steps},
};

void reason_outcome(const struct match *match, const struct outcome *outcome, struct str *out)
{
	verdicts[outcome->verdict].tell(match, outcome, out);
}

int outcome_rank(const struct outcome *outcome)
{
	return verdicts[outcome->verdict].rank;
}

const struct outcome *outcome_final(const struct outcome *outcome)
{
	while (outcome->verdict == VERDICT_MERGED && outcome->winner)
		outcome = outcome->winner;
	return outcome;
}

bool outcome_fired(const struct outcome *outcome)
{
	return outcome_final(outcome)->verdict == VERDICT_FIRED;
}

const struct outcome *outcome_closest(const struct outcomes *outcomes, const struct rule *rule)
{
	const struct outcome *best = NULL;

	for (size_t i = 0; i < outcomes->len; i++) {
		const struct outcome *outcome = outcomes->at[i];
		if (outcome->rule == rule && (!best || outcome_rank(outcome) > outcome_rank(best)))
			best = outcome;
	}
	return best;
}

static void quiet_expr(struct probe *probe, const struct expr *expr, struct scope scope,
		       const struct hits *hits)
{
	(void)probe, (void)expr, (void)scope, (void)hits;
}

static void quiet_rule(struct probe *probe, const struct rule *rule, struct scope scope,
		       const struct outcome *outcome)
{
	(void)probe, (void)rule, (void)scope, (void)outcome;
}

struct probe probe_quiet(void)
{
	return (struct probe){.expr = quiet_expr, .rule = quiet_rule};
}
