#include "base/table.h"
#include "rules/glob.h"
#include "rules/reading.h"

/*
 * Which of the hits that fired become events. First each group is resolved: all hits of one rule in
 * one scope are a team, and of teams whose scopes overlap one stays. A team that is superseded by
 * one of its own priority is out, whatever becomes of the other; those left are taken in order of
 * priority, score, anchor length, rule id and place, each unless a better one has taken a sentence
 * of its scope. Then what is the same event is merged, into the one with the highest score, whose
 * single values stand; but what a rule merely emits yields to what another hit read. Orders are
 * total, so the result does not depend on the order of evaluation.
 */
struct team {
	const struct rule *rule;
	struct scope scope;
	struct outcome **members; /* in order of place */
	size_t member_count;
	struct outcome *best; /* the highest score, then the longest anchor, then place */
	const struct team *superseded;
};

/* --- orders --- */

#define ORDER(a, b)                                                                                \
	do {                                                                                       \
		if ((a) != (b))                                                                    \
			return (a) < (b) ? -1 : 1;                                                 \
	} while (0)

static int compare_place(const struct outcome *a, const struct outcome *b)
{
	ORDER(a->hit->first, b->hit->first);
	ORDER(a->hit->end, b->hit->end);
	ORDER(a->rule->number, b->rule->number);
	ORDER(a->scope.first, b->scope.first);
	ORDER(a->scope.end, b->scope.end);
	ORDER(a->hit->anchor, b->hit->anchor);
	ORDER(a->hit->anchor_end, b->hit->anchor_end);
	return 0;
}

static int by_place(const void *left, const void *right)
{
	return compare_place(*(struct outcome *const *)left, *(struct outcome *const *)right);
}

static int by_team(const void *left, const void *right)
{
	const struct outcome *a = *(struct outcome *const *)left;
	const struct outcome *b = *(struct outcome *const *)right;
	int group = view_compare(a->rule->group, b->rule->group);

	if (group)
		return group;
	ORDER(a->rule->number, b->rule->number);
	ORDER(a->scope.first, b->scope.first);
	ORDER(a->scope.end, b->scope.end);
	return compare_place(a, b);
}

static uint32_t anchor_length(const struct outcome *outcome)
{
	return outcome->hit->anchor_end - outcome->hit->anchor;
}

static int compare_merit(const struct outcome *a, const struct outcome *b)
{
	ORDER(b->score, a->score);
	ORDER(anchor_length(b), anchor_length(a));
	ORDER(a->rule->number, b->rule->number);
	return compare_place(a, b);
}

static int by_merit(const void *left, const void *right)
{
	return compare_merit(*(struct outcome *const *)left, *(struct outcome *const *)right);
}

static int by_rank(const void *left, const void *right)
{
	const struct team *a = left, *b = right;

	ORDER(a->superseded != NULL, b->superseded != NULL);
	ORDER(b->rule->priority, a->rule->priority);
	return compare_merit(a->best, b->best);
}

/* --- groups --- */

static bool supersedes(const struct rule *a, const struct rule *b)
{
	for (size_t i = 0; a != b && i < a->supersede_count; i++)
		if (glob_match(a->supersedes[i], b->id))
			return true;
	return false;
}

static bool scopes_overlap(struct scope a, struct scope b)
{
	return a.first < b.end && b.first < a.end;
}

static void find_superseded(const struct team *team, struct team *teams, size_t count)
{
	for (size_t i = 0; i < count && team->rule->supersede_count > 0; i++) {
		struct team *other = &teams[i];

		if (other->rule->priority == team->rule->priority && !other->superseded &&
		    scopes_overlap(team->scope, other->scope) &&
		    supersedes(team->rule, other->rule) && !supersedes(other->rule, team->rule))
			other->superseded = team;
	}
}

static void lose(const struct team *team, const struct outcome *winner)
{
	for (size_t i = 0; i < team->member_count; i++) {
		team->members[i]->verdict = VERDICT_LOST;
		team->members[i]->winner = winner;
	}
}

/* Takes the sentences of the scope for the team; NULL, or who has one of them already. */
static const struct team *take_scope(const struct team **taken, const struct team *team)
{
	for (uint32_t i = team->scope.first; i < team->scope.end; i++)
		if (taken[i])
			return taken[i];
	for (uint32_t i = team->scope.first; i < team->scope.end; i++)
		taken[i] = team;
	return NULL;
}

static void resolve_group(struct match *match, struct team *teams, size_t count)
{
	const struct team **taken;

	if (count < 2)
		return;
	for (size_t i = 0; i < count; i++)
		find_superseded(&teams[i], teams, count);
	for (size_t i = 0; i < count; i++)
		if (teams[i].superseded)
			lose(&teams[i], teams[i].superseded->best);
	qsort(teams, count, sizeof(*teams), by_rank);
	taken = xcalloc(match->document->sentences.len, sizeof(*taken));
	for (size_t i = 0; i < count && !teams[i].superseded; i++) {
		const struct team *better = take_scope(taken, &teams[i]);

		if (better)
			lose(&teams[i], better->best);
	}
	free(taken);
}

static bool is_same_team(const struct outcome *a, const struct outcome *b)
{
	return a->rule == b->rule && a->scope.first == b->scope.first &&
	       a->scope.end == b->scope.end;
}

VEC_TYPE(teams, struct team);

/* From outcomes in order of by_team. */
static void form_teams(struct outcome **at, size_t len, struct teams *teams)
{
	for (size_t i = 0; i < len; i++) {
		struct team *team = teams->len > 0 ? &teams->at[teams->len - 1] : NULL;

		if (!team || !is_same_team(team->best, at[i])) {
			vec_push(teams,
				 (struct team){at[i]->rule, at[i]->scope, &at[i], 1, at[i], NULL});
			continue;
		}
		team->member_count++;
		if (compare_merit(at[i], team->best) < 0)
			team->best = at[i];
	}
}

static void resolve_groups(struct match *match, struct outcome **at, size_t len)
{
	struct teams teams = {0};
	size_t first = 0;

	qsort(at, len, sizeof(struct outcome *), by_team);
	form_teams(at, len, &teams);
	for (size_t i = 1; i <= teams.len; i++) {
		struct view group = teams.at[first].rule->group;

		if (i < teams.len && view_equal(teams.at[i].rule->group, group))
			continue;
		if (group.len > 0)
			resolve_group(match, &teams.at[first], i - first);
		first = i;
	}
	vec_fini(&teams);
}

/* --- merging --- */

static void unite_values(struct match *match, struct event_field *field,
			 const struct event_field *other)
{
	struct value values[VALUES_MAX], *kept;
	size_t count = 0;

	for (size_t i = 0; i < field->count; i++)
		values_add(values, &count, &field->values[i]);
	for (size_t i = 0; i < other->count; i++)
		values_add(values, &count, &other->values[i]);
	if (count == field->count)
		return;
	kept = arena_array(match->arena, count, sizeof(*kept));
	memcpy(kept, values, count * sizeof(*kept));
	field->values = kept;
	field->count = count;
}

static void unite_fields(struct match *match, struct event *event, const struct event *other)
{
	struct event_field *fields = arena_array(
		match->arena, event->field_count + other->field_count, sizeof(*fields));
	size_t count = event->field_count;

	if (count > 0)
		memcpy(fields, event->fields, count * sizeof(*fields));
	for (size_t i = 0; i < other->field_count; i++) {
		const struct event_field *theirs = &other->fields[i];
		size_t at = 0;

		while (at < count && !view_equal(fields[at].name, theirs->name))
			at++;
		if (at == count)
			fields[count++] = *theirs;
		else if (fields[at].list && theirs->list)
			unite_values(match, &fields[at], theirs);
		else if (fields[at].general && !theirs->general)
			fields[at] = *theirs;
	}
	event->fields = fields;
	event->field_count = count;
}

/* Whether hits of the rule with different statuses are still one event. */
static bool keeps_status_apart(const struct rule *rule)
{
	for (size_t i = 0; i < rule->merge_count; i++)
		if (view_is(rule->merge[i], "status"))
			return true;
	return rule->merge_count == 0;
}

/* What two outcomes must share to be one event: what an event is identified by, or, where the
 * rule's `merge` leaves the status out, that without the status. */
static struct view merge_text(struct match *match, const struct outcome *outcome, bool identity)
{
	const struct event *event = &outcome->event;
	bool status = identity || keeps_status_apart(outcome->rule);

	return view_of(arena_printf(match->arena, "%.*s\n%s%.*s\n%.*s", VIEW_ARGS(event->class),
				    status ? "=" : "*", status ? (int)event->status.len : 0,
				    event->status.ptr ? event->status.ptr : "",
				    VIEW_ARGS(event->merge_key)));
}

/* From outcomes in order of merit. */
static void merge(struct match *match, struct outcome **at, size_t len, bool identity)
{
	struct table leaders = {0};

	for (size_t i = 0; i < len; i++) {
		struct table_entry *entry;
		struct outcome *leader;

		if (at[i]->verdict != VERDICT_FIRED)
			continue;
		entry = table_put(&leaders, merge_text(match, at[i], identity));
		leader = entry->value;
		if (!leader) {
			entry->value = at[i];
			continue;
		}
		at[i]->verdict = VERDICT_MERGED;
		at[i]->winner = leader;
		unite_fields(match, &leader->event, &at[i]->event);
		why_unite(match, &leader->event, &at[i]->event);
	}
	table_fini(&leaders);
}

VEC_TYPE(fired, struct outcome *);

static void collect_fired(const struct outcomes *outcomes, struct fired *fired)
{
	for (size_t i = 0; i < outcomes->len; i++)
		if (outcomes->at[i]->verdict == VERDICT_FIRED)
			vec_push(fired, outcomes->at[i]);
}

void decide_resolve(struct match *match, struct outcomes *outcomes)
{
	struct fired fired = {0};

	collect_fired(outcomes, &fired);
	if (fired.len > 0) {
		qsort(fired.at, fired.len, sizeof(*fired.at), by_place);
		for (; fired.len > OUTCOMES_MAX; fired.len--)
			fired.at[fired.len - 1]->verdict = VERDICT_LOST;
		resolve_groups(match, fired.at, fired.len);
		qsort(fired.at, fired.len, sizeof(*fired.at), by_merit);
		merge(match, fired.at, fired.len, false);
		merge(match, fired.at, fired.len, true);
	}
	vec_fini(&fired);
}

/* --- what the item gives --- */

static int by_order(const void *left, const void *right)
{
	const struct outcome *a = *(struct outcome *const *)left;
	const struct outcome *b = *(struct outcome *const *)right;
	int order;

	ORDER(a->hit->first, b->hit->first);
	order = view_compare(a->event.class, b->event.class);
	if (!order)
		order = view_compare(a->event.status, b->event.status);
	if (!order)
		order = view_compare(a->event.rule, b->event.rule);
	return order ? order : compare_place(a, b);
}

void decide_events(struct match *match, const struct outcomes *outcomes, struct events *ret_events)
{
	struct fired fired = {0};
	struct view *texts = arena_array(match->arena, ITEM_FIELDS, sizeof(*texts));
	struct event *events;

	collect_fired(outcomes, &fired);
	if (fired.len > 0)
		qsort(fired.at, fired.len, sizeof(*fired.at), by_order);
	events = arena_array(match->arena, fired.len, sizeof(*events));
	for (size_t i = 0; i < fired.len; i++)
		events[i] = fired.at[i]->event;
	for (size_t i = 0; i < ITEM_FIELDS; i++)
		texts[i] = match->document->texts[i];
	*ret_events = (struct events){
		.at = events,
		.len = fired.len,
		.language = view_of(language_code(match->document->lang)),
		.texts = texts,
	};
	vec_fini(&fired);
}
