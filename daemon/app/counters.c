#include "app/counters.h"

#include "app/hold.h"

static const char *const outcome_names[] = {
	[OUTCOME_TAGGED] = "tagged",	 [OUTCOME_UNTAGGED] = "untagged",
	[OUTCOME_FILTERED] = "filtered", [OUTCOME_HELD] = "held",
	[OUTCOME_REJECTED] = "rejected",
};
#define OUTCOMES (OUTCOME_REJECTED + 1)

const char *outcome_name(enum outcome outcome)
{
	return outcome_names[outcome];
}

void counters_init(struct counters *counters, struct ring *ring)
{
	*counters = (struct counters){.ring = ring};
	pthread_mutex_init(&counters->lock, NULL);
}

void counters_fini(struct counters *counters)
{
	pthread_mutex_destroy(&counters->lock);
}

void counts_add_slot(struct counts *batch, const struct slot *slot)
{
	batch->outcomes[slot->outcome]++;
	if (slot->outcome == OUTCOME_REJECTED)
		batch->rejected[slot->reason]++;
	if (slot->outcome == OUTCOME_HELD)
		batch->held[slot->hold]++;
	batch->events += slot->events.len;
}

void counters_add(struct counters *counters, const struct counts *batch, uint64_t settled)
{
	struct counts *counts = &counters->counts;

	pthread_mutex_lock(&counters->lock);
	for (size_t i = 0; i < OUTCOMES; i++)
		counts->outcomes[i] += batch->outcomes[i];
	for (size_t i = 0; i < REJECT_REASONS; i++)
		counts->rejected[i] += batch->rejected[i];
	for (size_t i = 0; i < HOLD_REASONS; i++)
		counts->held[i] += batch->held[i];
	counts->released += batch->released;
	counts->stale += batch->stale;
	counts->retractions += batch->retractions;
	counts->events += batch->events;
	counts->sequence = batch->sequence ? batch->sequence : counts->sequence;
	counters->settled = settled;
	pthread_mutex_unlock(&counters->lock);
}

void counters_carry(struct counters *counters, enum hold_reason reason)
{
	counters->carried++;
	counters->counts.outcomes[OUTCOME_HELD]++;
	counters->counts.held[reason]++;
}

void counters_reenter(struct counters *counters, size_t count, const size_t reasons[HOLD_REASONS])
{
	struct counts *counts = &counters->counts;

	pthread_mutex_lock(&counters->lock);
	counters->reentered += count;
	for (size_t i = 0; i < HOLD_REASONS; i++) {
		counts->held[i] -= reasons[i];
		counts->outcomes[OUTCOME_HELD] -= reasons[i];
	}
	ring_publish(counters->ring, count);
	pthread_mutex_unlock(&counters->lock);
}

struct counts counters_look(struct counters *counters)
{
	struct counts counts;

	pthread_mutex_lock(&counters->lock);
	counts = counters->counts;
	counts.received = ring_head(counters->ring);
	counts.in_flight = counts.received - counters->settled;
	counts.received += counters->carried - counters->reentered;
	pthread_mutex_unlock(&counters->lock);
	return counts;
}

static void write_number(struct jsonw *json, const char *key, uint64_t number)
{
	jsonw_key(json, key);
	jsonw_int(json, (int64_t)number);
}

void counts_write(const struct counts *counts, struct jsonw *json)
{
	jsonw_object(json);
	jsonw_key(json, "received");
	jsonw_int(json, (int64_t)counts->received);
	for (size_t i = 0; i < OUTCOME_REJECTED; i++) {
		jsonw_key(json, outcome_names[i]);
		jsonw_int(json, (int64_t)counts->outcomes[i]);
	}
	jsonw_key(json, "rejected");
	jsonw_object(json);
	for (enum reject i = REJECT_NONE + 1; i < REJECT_REASONS; i++) {
		jsonw_key(json, reject_name(i));
		jsonw_int(json, (int64_t)counts->rejected[i]);
	}
	jsonw_object_end(json);
	jsonw_key(json, "held_for");
	jsonw_object(json);
	for (enum hold_reason i = 0; i < HOLD_REASONS; i++)
		write_number(json, hold_reason_name(i), counts->held[i]);
	jsonw_object_end(json);
	write_number(json, "released", counts->released);
	write_number(json, "stale", counts->stale);
	write_number(json, "in_flight", counts->in_flight);
	write_number(json, "events", counts->events);
	write_number(json, "retractions", counts->retractions);
	jsonw_object_end(json);
}

void counts_describe(const struct counts *counts, struct str *out)
{
	const char *between = " (";

	str_printf(out, "received %llu", (unsigned long long)counts->received);
	for (size_t i = 0; i < OUTCOMES; i++)
		str_printf(out, " %c %s %llu", i ? '+' : '=', outcome_names[i],
			   (unsigned long long)counts->outcomes[i]);
	for (enum reject i = REJECT_NONE + 1; i < REJECT_REASONS; i++) {
		if (!counts->rejected[i])
			continue;
		str_printf(out, "%s%s %llu", between, reject_name(i),
			   (unsigned long long)counts->rejected[i]);
		between = ", ";
	}
	if (counts->outcomes[OUTCOME_REJECTED])
		str_add_char(out, ')');
	str_printf(out, " + in flight %llu; events %llu", (unsigned long long)counts->in_flight,
		   (unsigned long long)counts->events);
}

bool counts_balanced(const struct counts *counts)
{
	uint64_t sum = counts->in_flight, reasons = 0, held = 0;

	for (size_t i = 0; i < OUTCOMES; i++)
		sum += counts->outcomes[i];
	for (size_t i = 0; i < REJECT_REASONS; i++)
		reasons += counts->rejected[i];
	for (size_t i = 0; i < HOLD_REASONS; i++)
		held += counts->held[i];
	return sum == counts->received && held == counts->outcomes[OUTCOME_HELD] &&
	       reasons == counts->outcomes[OUTCOME_REJECTED];
}
