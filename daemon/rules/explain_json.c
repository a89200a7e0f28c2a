#include "base/jsonw.h"
#include "rules/explain.h"
#include "rules/reason.h"

/*
 * An explanation for programs. Trees are flat lists with a depth: the nesting of JSON stays small
 * whatever the nesting of rules, and a reader needs no recursion.
 */
static void key_text(struct jsonw *json, const char *key, struct view text)
{
	jsonw_key(json, key);
	if (text.ptr)
		jsonw_text(json, text);
	else
		jsonw_null(json);
}

static void key_string(struct jsonw *json, const char *key, const char *text)
{
	jsonw_key(json, key);
	jsonw_string(json, text);
}

static void key_int(struct jsonw *json, const char *key, int64_t number)
{
	jsonw_key(json, key);
	jsonw_int(json, number);
}

static void key_bool(struct jsonw *json, const char *key, bool value)
{
	jsonw_key(json, key);
	jsonw_bool(json, value);
}

/* Three members of an object that is open. */
static void add_span(struct jsonw *json, const struct span *span)
{
	key_string(json, "field", item_field_name(span->field));
	jsonw_key(json, "bytes");
	jsonw_array(json);
	jsonw_int(json, span->from);
	jsonw_int(json, span->to);
	jsonw_array_end(json);
	key_text(json, "text", span->text);
}

static void add_words(struct jsonw *json, const struct match *match, uint32_t first, uint32_t end)
{
	struct span span = span_of(match->document, first, end);

	jsonw_object(json);
	add_span(json, &span);
	jsonw_object_end(json);
}

static void add_hits(struct jsonw *json, const struct match *match, const struct hits *hits)
{
	jsonw_key(json, "hits");
	jsonw_array(json);
	for (size_t i = 0; i < hits->len; i++) {
		const struct hit *hit = &hits->at[i];
		struct span span = span_of(match->document, hit->first, hit->end);
		if (hit->first >= hit->end)
			continue;
		jsonw_object(json);
		add_span(json, &span);
		jsonw_key(json, "anchor");
		if (hit->anchor < hit->anchor_end)
			add_words(json, match, hit->anchor, hit->anchor_end);
		else
			jsonw_null(json);
		jsonw_object_end(json);
	}
	jsonw_array_end(json);
}

static void add_node(struct jsonw *json, const struct match *match, const struct trace_node *node,
		     unsigned depth)
{
	jsonw_object(json);
	key_int(json, "depth", depth);
	key_string(json, "role", *node->role ? node->role : "member");
	key_text(json, "node", node->expr->name.len ? node->expr->name : node->expr->text);
	key_bool(json, "holds", node->holds);
	jsonw_key(json, "nearness");
	jsonw_double(json, node->nearness);
	if (node->points)
		key_int(json, "points", node->points);
	if (node->fills.len)
		key_text(json, "fills", node->fills);
	if (node->to && node->to->value_count == 1)
		key_text(json, "to", node->to->values[0]);
	add_hits(json, match, &node->hits);
	jsonw_object_end(json);
	for (const struct trace_node *member = node->first; member; member = member->next)
		add_node(json, match, member, depth + 1);
}

static void add_score(struct jsonw *json, const struct outcome *outcome)
{
	key_int(json, "score", outcome->score);
	key_int(json, "threshold", outcome->rule->threshold);
	jsonw_key(json, "parts");
	jsonw_array(json);
	for (const struct score_part *part = outcome->parts; part; part = part->next) {
		const struct expr *expr = part->expr;
		jsonw_object(json);
		key_text(json, "node",
			 !expr		  ? VIEW("rule")
			 : expr->name.len ? expr->name
					  : expr->text);
		key_int(json, "points", part->points);
		jsonw_object_end(json);
	}
	jsonw_array_end(json);
}

static void add_cues(struct jsonw *json, const struct match *match, const struct outcome *outcome)
{
	jsonw_key(json, "modality");
	jsonw_array(json);
	for (unsigned bit = 0; bit < MODALITY_NAMES; bit++)
		if (outcome->modality & 1U << bit)
			jsonw_string(json, modality_name(bit));
	jsonw_array_end(json);
	jsonw_key(json, "cues");
	jsonw_array(json);
	for (const struct cue_effect *effect = outcome->cues; effect; effect = effect->next) {
		struct span span = span_of(match->document, effect->first, effect->end);
		jsonw_object(json);
		key_text(json, "cue", effect->cue->name);
		add_span(json, &span);
		jsonw_object_end(json);
	}
	jsonw_array_end(json);
}

static void add_event(struct jsonw *json, const struct event *event)
{
	struct str text = {0};

	jsonw_key(json, "event");
	jsonw_object(json);
	key_text(json, "class", event->class);
	key_text(json, "status", event->status);
	key_text(json, "attributed_to", event->attributed_to);
	jsonw_key(json, "fields");
	jsonw_object(json);
	for (size_t i = 0; i < event->field_count; i++) {
		jsonw_key_view(json, event->fields[i].name);
		jsonw_array(json);
		for (size_t k = 0; k < event->fields[i].count; k++) {
			str_reset(&text);
			reason_value(&event->fields[i].values[k], &text);
			jsonw_text(json, str_view(&text));
		}
		jsonw_array_end(json);
	}
	jsonw_object_end(json);
	jsonw_object_end(json);
	str_fini(&text);
}

static void add_outcome(struct jsonw *json, const struct match *match,
			const struct outcome *outcome)
{
	struct str reason = {0};
	const struct outcome *winner = outcome->winner;

	reason_outcome(match, outcome, &reason);
	key_string(json, "verdict", verdict_name(outcome->verdict));
	key_text(json, "reason", str_view(&reason));
	if (winner)
		key_text(json, "winner", winner->rule->id);
	if (outcome->hit) {
		add_score(json, outcome);
		add_cues(json, match, outcome);
	}
	if (outcome_fired(outcome))
		add_event(json, &outcome_final(outcome)->event);
	str_fini(&reason);
}

static void add_fields(struct jsonw *json, struct match *match, const struct outcome *outcome)
{
	const struct trace_node *node = trace_fields(match, outcome);

	for (; node; node = node->next)
		add_node(json, match, node, 0);
}

static void add_trace(struct jsonw *json, struct match *match, const struct trace *trace)
{
	struct span span = span_of_scope(match->document, trace->scope);

	jsonw_object(json);
	add_span(json, &span);
	jsonw_key(json, "nearness");
	jsonw_double(json, trace->nearness);
	if (trace->outcome)
		add_outcome(json, match, trace->outcome);
	else
		key_string(json, "verdict", verdict_name(VERDICT_NO_HIT));
	jsonw_key(json, "nodes");
	jsonw_array(json);
	for (const struct trace_node *node = trace->roots; node; node = node->next)
		add_node(json, match, node, 0);
	if (trace->outcome && outcome_fired(trace->outcome))
		add_fields(json, match, trace->outcome);
	jsonw_array_end(json);
	jsonw_object_end(json);
}

static void add_account(struct jsonw *json, struct match *match, const struct rule_account *account)
{
	enum verdict verdict = account->closest ? account->closest->verdict : VERDICT_NO_HIT;

	jsonw_object(json);
	key_text(json, "rule", account->rule->id);
	key_text(json, "about", account->rule->about);
	key_bool(json, "fired", account->fired);
	key_string(json, "verdict", verdict_name(verdict));
	jsonw_key(json, "scopes");
	jsonw_array(json);
	for (size_t i = 0; i < account->trace_count; i++)
		add_trace(json, match, &account->traces[i]);
	jsonw_array_end(json);
	jsonw_object_end(json);
}

void explain_write_json(const struct explanation *explanation, struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	jsonw_object(&json);
	key_text(&json, "item", explanation->options->item->uri);
	key_string(&json, "language", language_code(explanation->match->document->lang));
	key_int(&json, "sentences", (int64_t)explanation->match->document->sentences.len);
	key_int(&json, "events", (int64_t)explanation->events->len);
	key_string(&json, "ruleset", ruleset_hash(explanation->ruleset));
	key_int(&json, "rules_without_hit", (int64_t)explanation->silent);
	jsonw_key(&json, "rules");
	jsonw_array(&json);
	for (size_t i = 0; i < explanation->account_count; i++)
		add_account(&json, explanation->match, &explanation->accounts[i]);
	jsonw_array_end(&json);
	jsonw_object_end(&json);
	str_add_char(out, '\n');
}
