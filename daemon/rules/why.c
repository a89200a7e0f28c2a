#include "rules/reading.h"

/* The reasons of an event: which bytes of which field held which node, for how many points. */

static struct view node_of(const struct expr *expr)
{
	return expr->name.ptr ? expr->name : expr->text;
}

struct reasons {
	struct match *match;
	struct event_why *at;
	size_t len;
};

static bool is_same(const struct event_why *a, const struct event_why *b)
{
	return a->field == b->field && a->from == b->from && a->to == b->to &&
	       view_equal(a->node, b->node) && view_equal(a->rule, b->rule);
}

/* One reason stands once; its points add up only where the rule counted them apart. */
static void add_reason(struct reasons *reasons, const struct event_why *why)
{
	for (size_t i = 0; i < reasons->len; i++) {
		if (!is_same(&reasons->at[i], why))
			continue;
		if (reasons->at[i].points == 0)
			reasons->at[i].points = why->points;
		return;
	}
	if (reasons->len < WHY_MAX)
		reasons->at[reasons->len++] = *why;
}

struct words {
	uint32_t first, end;
};

static void add_words(struct reasons *reasons, const struct rule *rule, struct view node,
		      struct words words, int points)
{
	const struct document *document = reasons->match->document;
	struct event_why why = {.rule = rule->id, .node = node, .points = points};
	const struct sentence *sentence;

	if (words.first >= words.end)
		return;
	sentence = &document->sentences.at[document->tokens.at[words.first].sentence];
	why.field = sentence->field;
	why.from = document->tokens.at[words.first].from;
	why.to = document->tokens.at[words.end - 1].to;
	why.text = view_slice(document->texts[why.field], why.from, why.to);
	add_reason(reasons, &why);
}

static void add_hit(struct reasons *reasons, const struct rule *rule, const struct expr *asked,
		    const struct hit *hit, int points)
{
	struct view node = asked && asked->name.ptr ? asked->name : node_of(hit->expr);

	add_words(reasons, rule, node, (struct words){hit->first, hit->end}, points);
	for (const struct hit *member = hit->evidence; member; member = member->next)
		add_words(reasons, rule, node_of(member->expr),
			  (struct words){member->first, member->end}, 0);
}

static void add_cues(struct reasons *reasons, const struct outcome *outcome)
{
	for (const struct cue_effect *cue = outcome->cues; cue; cue = cue->next)
		add_words(reasons, outcome->rule, cue->cue->name,
			  (struct words){cue->first, cue->end}, 0);
}

void why_write(struct match *match, struct outcome *outcome)
{
	const struct rule *rule = outcome->rule;
	struct event_why found[WHY_MAX];
	struct reasons reasons = {match, found, 0};
	struct event_why *kept;

	add_hit(&reasons, rule, rule->when, outcome->hit, rule->score);
	for (const struct score_part *part = outcome->parts; part; part = part->next)
		if (part->expr && part->hit)
			add_hit(&reasons, rule, part->expr, part->hit, part->points);
	add_cues(&reasons, outcome);
	kept = arena_array(match->arena, reasons.len, sizeof(*kept));
	if (reasons.len > 0)
		memcpy(kept, found, reasons.len * sizeof(*kept));
	outcome->event.why = kept;
	outcome->event.why_count = reasons.len;
}

void why_unite(struct match *match, struct event *event, const struct event *other)
{
	struct event_why found[WHY_MAX];
	struct reasons reasons = {match, found, 0};
	struct event_why *kept;

	for (size_t i = 0; i < event->why_count; i++)
		add_reason(&reasons, &event->why[i]);
	for (size_t i = 0; i < other->why_count; i++)
		add_reason(&reasons, &other->why[i]);
	if (reasons.len == event->why_count)
		return;
	kept = arena_array(match->arena, reasons.len, sizeof(*kept));
	memcpy(kept, found, reasons.len * sizeof(*kept));
	event->why = kept;
	event->why_count = reasons.len;
}
