#include "rules/explain.h"
#include "rules/reason.h"

/* An explanation for people: a tree for each rule and scope, marks for what held and what did not.
 */
#define HITS_SHOWN 3
#define ELEMENTS_SHOWN 16

static const char *paint(const struct explanation *explanation, const char *code)
{
	return explanation->options->colour ? code : "";
}

static void add_mark(const struct explanation *explanation, bool good, struct str *out)
{
	const char *sign = explanation->options->unicode ? (good ? "✓" : "✗") : (good ? "+" : "-");

	str_printf(out, "%s%s%s ", paint(explanation, good ? "\033[32m" : "\033[31m"), sign,
		   paint(explanation, "\033[0m"));
}

static void indent(unsigned level, struct str *out)
{
	str_printf(out, "%*s", (int)(level * 2), "");
}

static void add_words(const struct explanation *explanation, uint32_t first, uint32_t end,
		      struct str *out)
{
	struct span span = span_of(explanation->match->document, first, end);

	reason_span(&span, out);
}

static void add_hits(const struct explanation *explanation, const struct hits *hits,
		     struct str *out)
{
	size_t shown = 0;

	for (size_t i = 0; i < hits->len; i++) {
		const struct hit *hit = &hits->at[i];
		if (hit->first >= hit->end)
			continue;
		if (shown++ == HITS_SHOWN)
			break;
		str_add_text(out, shown > 1 ? ", " : "  ");
		add_words(explanation, hit->first, hit->end, out);
		if (hit->anchor < hit->anchor_end &&
		    (hit->anchor != hit->first || hit->anchor_end != hit->end)) {
			struct span anchor = span_of(explanation->match->document, hit->anchor,
						     hit->anchor_end);
			str_add_text(out, " anchor ");
			reason_words(anchor.text, out);
		}
	}
	if (hits->len > HITS_SHOWN)
		str_printf(out, " and %zu more", hits->len - HITS_SHOWN);
}

/* An element nearly as it was written. */
static void add_element(const struct element *element, struct str *out)
{
	static const char *const modes[MODE_CAPITAL_EXACT + 1] = {
		[MODE_EXACT] = "=", [MODE_CASE] = "=="};
	bool word = element->kind == ELEMENT_WORD;

	str_add_text(out, element->anchor ? "^" : "");
	if (element->kind == ELEMENT_REF)
		str_add_char(out, '$');
	else if (word && modes[element->mode])
		str_add_text(out, modes[element->mode]);
	str_add_view(out, element->text);
	if (word && element->mode == MODE_PREFIX)
		str_add_char(out, '*');
}

/* Of a pattern that does not hold: what of it is there and what is not. */
static void add_elements(const struct explanation *explanation, const struct trace_node *node,
			 struct scope scope, unsigned level, struct str *out)
{
	struct trace_element elements[ELEMENTS_SHOWN];
	size_t count = trace_elements(explanation->match, node->expr, scope, elements,
				      ELEMENTS_SHOWN);
	bool all = true;

	for (size_t i = 0; count > 1 && i < count; i++) {
		indent(level, out);
		add_mark(explanation, elements[i].found, out);
		add_element(elements[i].element, out);
		if (elements[i].found) {
			str_add_text(out, "  ");
			add_words(explanation, elements[i].first, elements[i].end, out);
		}
		str_add_char(out, '\n');
		all = all && elements[i].found;
	}
	if (count > 1 && all) {
		indent(level, out);
		str_add_text(out, "all of it is there, but not as the pattern wants it\n");
	}
}

static void add_label(const struct trace_node *node, struct str *out)
{
	if (*node->role)
		str_printf(out, "%s ", node->role);
	if (node->points)
		str_printf(out, "%+d ", node->points);
	if (node->expr->name.len)
		str_printf(out, "%.*s: ", VIEW_ARGS(node->expr->name));
	str_add_view(out, node->expr->text);
}

/* Below what decides nothing (an `unless` that does not hold) the members are left out. */
static bool is_open(const struct trace_node *node)
{
	return node->holds || !*node->role || strcmp(node->role, "when") == 0;
}

static void add_tree(const struct explanation *explanation, const struct trace_node *node,
		     const struct trace *trace, unsigned level, struct str *out)
{
	bool whole = strcmp(node->role, "unless_item") == 0;

	indent(level, out);
	add_mark(explanation, node->holds, out);
	add_label(node, out);
	add_hits(explanation, &node->hits, out);
	str_add_char(out, '\n');
	if (!is_open(node))
		return;
	if (node->expr->kind == EXPR_PATTERN && !node->holds && !trace->outcome && !whole)
		add_elements(explanation, node, trace->scope, level + 1, out);
	for (const struct trace_node *member = node->first; member; member = member->next)
		add_tree(explanation, member, trace, level + 1, out);
}

static void add_modality(const struct explanation *explanation, const struct outcome *outcome,
			 struct str *out)
{
	str_add_text(out, "    modality: ");
	reason_modality(outcome->modality, out);
	for (const struct cue_effect *cue = outcome->cues; cue; cue = cue->next) {
		str_printf(out, "; cue %.*s ", VIEW_ARGS(cue->cue->name));
		add_words(explanation, cue->first, cue->end, out);
	}
	str_add_char(out, '\n');
}

static void add_speaker(const struct explanation *explanation, const struct outcome *outcome,
			struct str *out)
{
	const struct attribution *attribution = outcome->attribution;

	if (!attribution)
		return;
	str_add_text(out, attribution->quoted ? "    quoted" : "    reported");
	if (attribution->speaker)
		str_printf(out, ", said by %.*s", VIEW_ARGS(attribution->speaker->id));
	if (attribution->speaker_first < attribution->speaker_end) {
		str_add_char(out, ' ');
		add_words(explanation, attribution->speaker_first, attribution->speaker_end, out);
	}
	str_add_char(out, '\n');
}

static void add_value(const struct value *value, struct str *out)
{
	struct str text = {0};

	reason_value(value, &text);
	reason_plain(str_view(&text), out);
	str_fini(&text);
}

static void add_event(const struct event *event, struct str *out)
{
	str_printf(out, "    event: %.*s.%.*s", VIEW_ARGS(event->class), VIEW_ARGS(event->status));
	for (size_t i = 0; i < event->field_count; i++) {
		const struct event_field *field = &event->fields[i];
		str_printf(out, "; %.*s ", VIEW_ARGS(field->name));
		for (size_t k = 0; k < field->count; k++) {
			str_add_text(out, k ? ", " : "");
			add_value(&field->values[k], out);
		}
	}
	str_add_char(out, '\n');
}

static void add_fields(const struct explanation *explanation, const struct outcome *outcome,
		       struct str *out)
{
	const struct trace_node *node = trace_fields(explanation->match, outcome);

	for (; node; node = node->next) {
		str_printf(out, "      %.*s", VIEW_ARGS(node->fills));
		for (size_t i = 0; node->to && i < node->to->value_count; i++)
			str_printf(out, "%s%.*s", i ? ", " : " = ", VIEW_ARGS(node->to->values[i]));
		str_add_text(out, " by ");
		str_add_view(out, node->expr->name.len ? node->expr->name : node->expr->text);
		add_hits(explanation, &node->hits, out);
		str_add_char(out, '\n');
	}
}

static void add_verdict(const struct explanation *explanation, const struct outcome *outcome,
			struct str *out)
{
	str_add_text(out, "    ");
	add_mark(explanation, outcome_fired(outcome), out);
	if (outcome->hit && outcome->hit->first < outcome->hit->end) {
		add_words(explanation, outcome->hit->first, outcome->hit->end, out);
		str_add_text(out, ": ");
	}
	reason_outcome(explanation->match, outcome, out);
	str_add_char(out, '\n');
}

static void add_outcome(const struct explanation *explanation, const struct outcome *outcome,
			struct str *out)
{
	add_verdict(explanation, outcome, out);
	if (!outcome->hit)
		return;
	if (outcome->parts) {
		str_add_text(out, "    score: ");
		reason_score(outcome, out);
		str_printf(out, "; threshold %d\n", outcome->rule->threshold);
	}
	add_modality(explanation, outcome, out);
	add_speaker(explanation, outcome, out);
	if (!outcome_fired(outcome))
		return;
	if (outcome->verdict == VERDICT_FIRED)
		add_event(&outcome->event, out);
	add_fields(explanation, outcome, out);
}

static void add_scope(const struct explanation *explanation, const struct trace *trace,
		      struct str *out)
{
	struct span span = span_of_scope(explanation->match->document, trace->scope);

	str_add_text(out, "  ");
	reason_span(&span, out);
	if (!trace->outcome)
		str_printf(out, ": %.0f %% of `when`", trace->nearness * 100);
	str_add_char(out, '\n');
	for (const struct trace_node *node = trace->roots; node; node = node->next)
		add_tree(explanation, node, trace, 2, out);
}

/* The hits of one scope share its tree. */
static void add_traces(const struct explanation *explanation, const struct rule_account *account,
		       struct str *out)
{
	for (size_t i = 0; i < account->trace_count; i++) {
		const struct trace *trace = &account->traces[i];
		if (!i || trace[-1].scope.first != trace->scope.first)
			add_scope(explanation, trace, out);
		if (trace->outcome)
			add_outcome(explanation, trace->outcome, out);
	}
}

static void add_account(const struct explanation *explanation, const struct rule_account *account,
			struct str *out)
{
	str_add_char(out, '\n');
	add_mark(explanation, account->fired, out);
	str_printf(out, "%s%.*s%s  %.*s\n", paint(explanation, "\033[1m"),
		   VIEW_ARGS(account->rule->id), paint(explanation, "\033[0m"),
		   VIEW_ARGS(account->rule->about));
	if (account->missed || !account->trace_count) {
		str_add_text(out, "  ");
		if (account->closest)
			reason_outcome(explanation->match, account->closest, out);
		else
			str_add_text(out, "`when` does not hold");
		if (account->missed)
			str_add_text(out, account->trace_count ? "; it came nearest here:"
							       : "; nothing of it was found");
		str_add_char(out, '\n');
	}
	add_traces(explanation, account, out);
}

static void add_head(const struct explanation *explanation, struct str *out)
{
	const struct events *events = explanation->events;

	reason_plain(explanation->options->item->uri, out);
	str_printf(out, ": read as %s, %zu sentence%s, %zu event%s",
		   language_code(explanation->match->document->lang),
		   explanation->match->document->sentences.len,
		   explanation->match->document->sentences.len == 1 ? "" : "s", events->len,
		   events->len == 1 ? "" : "s");
	for (size_t i = 0; i < events->len; i++)
		str_printf(out, "%s%.*s.%.*s", i ? ", " : ": ", VIEW_ARGS(events->at[i].class),
			   VIEW_ARGS(events->at[i].status));
	str_add_char(out, '\n');
}

void explain_write_text(const struct explanation *explanation, struct str *out)
{
	add_head(explanation, out);
	for (int fired = 1; fired >= 0; fired--)
		for (size_t i = 0; i < explanation->account_count; i++)
			if (explanation->accounts[i].fired == (fired == 1))
				add_account(explanation, &explanation->accounts[i], out);
	if (explanation->silent)
		str_printf(out, "\n%zu rule%s without a hit\n", explanation->silent,
			   explanation->silent == 1 ? "" : "s");
}
