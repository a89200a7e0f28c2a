#include "app/metrics.h"

#include "app/shot.h"
#include "base/clock.h"

/*
 * One table: a row is a family, with the function that writes its series and, where they are plain
 * numbers, their place in the shot. Names and units follow Prometheus' rules: newstagd_ in front,
 * base units, _total on what only grows. Every series is there from the start, at 0.
 */
enum type { COUNTER, GAUGE, HISTOGRAM };
static const char *const type_names[] = {"counter", "gauge", "histogram"};

struct metric {
	const char *name;
	enum type type;
	void (*write)(const struct metric *metric, const struct shot *shot, struct str *out);
	size_t place; /* in struct shot, or in struct feed_shot */
	const char *help;
};

static const void *at(const void *base, size_t place)
{
	return (const char *)base + place;
}

/* --- values -------------------------------------------------------------------------------------
 */

static void add_count(struct str *out, uint64_t count)
{
	str_printf(out, " %llu\n", (unsigned long long)count);
}

/* Nanoseconds as seconds; what never was is 0. */
static void add_seconds(struct str *out, int64_t ns)
{
	ns = ns > 0 ? ns : 0;
	str_printf(out, " %lld.%09lld\n", (long long)(ns / CLOCK_SECOND),
		   (long long)(ns % CLOCK_SECOND));
}

static void add_label(struct str *out, const char *name, const char *value)
{
	str_printf(out, "{%s=\"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\' || *value == '\n')
			str_add_char(out, '\\');
		str_add_char(out, *value == '\n' ? 'n' : *value);
	}
	str_add_text(out, "\"}");
}

/* --- series -------------------------------------------------------------------------------------
 */

static void number(const struct metric *metric, const struct shot *shot, struct str *out)
{
	str_add_text(out, metric->name);
	add_count(out, *(const uint64_t *)at(shot, metric->place));
}

static void seconds(const struct metric *metric, const struct shot *shot, struct str *out)
{
	str_add_text(out, metric->name);
	add_seconds(out, *(const int64_t *)at(shot, metric->place));
}

static void feed_number(const struct metric *metric, const struct shot *shot, struct str *out)
{
	for (size_t i = 0; i < shot->feed_count; i++) {
		str_add_text(out, metric->name);
		add_label(out, "feed", shot->feeds[i].name);
		add_count(out, *(const uint64_t *)at(&shot->feeds[i], metric->place));
	}
}

static void feed_seconds(const struct metric *metric, const struct shot *shot, struct str *out)
{
	for (size_t i = 0; i < shot->feed_count; i++) {
		str_add_text(out, metric->name);
		add_label(out, "feed", shot->feeds[i].name);
		add_seconds(out, *(const int64_t *)at(&shot->feeds[i], metric->place));
	}
}

/* Items that are held can go on from there, so these have a family of their own. */
static void outcomes(const struct metric *metric, const struct shot *shot, struct str *out)
{
	for (enum outcome i = 0; i <= OUTCOME_REJECTED; i++) {
		if (i == OUTCOME_HELD)
			continue;
		str_add_text(out, metric->name);
		add_label(out, "outcome", outcome_name(i));
		add_count(out, shot->counts.outcomes[i]);
	}
}

static void held(const struct metric *metric, const struct shot *shot, struct str *out)
{
	for (enum hold_reason i = 0; i < HOLD_REASONS; i++) {
		str_add_text(out, metric->name);
		add_label(out, "reason", hold_reason_name(i));
		add_count(out, shot->counts.held[i]);
	}
}

static void reasons(const struct metric *metric, const struct shot *shot, struct str *out)
{
	for (enum reject i = REJECT_NONE + 1; i < REJECT_REASONS; i++) {
		str_add_text(out, metric->name);
		add_label(out, "reason", reject_name(i));
		add_count(out, shot->counts.rejected[i]);
	}
}

static void pair(const struct metric *metric, const char *label, const char *const words[2],
		 const uint64_t values[2], struct str *out)
{
	for (int i = 0; i < 2; i++) {
		str_add_text(out, metric->name);
		add_label(out, label, words[i]);
		add_count(out, values[i]);
	}
}

static void reloads(const struct metric *metric, const struct shot *shot, struct str *out)
{
	static const char *const words[] = {"done", "refused"};

	pair(metric, "result", words, (uint64_t[]){shot->reloads_done, shot->reloads_refused}, out);
}

static void stalls(const struct metric *metric, const struct shot *shot, struct str *out)
{
	static const char *const words[] = {"events", "items"};

	pair(metric, "what", words, (uint64_t[]){shot->events_stalled, shot->items_stalled}, out);
}

static void labelled_one(const struct metric *metric, const char *label, const char *value,
			 struct str *out)
{
	str_add_text(out, metric->name);
	add_label(out, label, value);
	add_count(out, 1);
}

static void build(const struct metric *metric, const struct shot *shot, struct str *out)
{
	(void)shot;
	labelled_one(metric, "version", NEWSTAG_VERSION, out);
}

static void ruleset(const struct metric *metric, const struct shot *shot, struct str *out)
{
	labelled_one(metric, "ruleset", ruleset_hash(shot->generation->ruleset), out);
}

static void rule_hits(const struct metric *metric, const struct shot *shot, struct str *out)
{
	for (size_t i = 0; i < shot->generation->rules; i++) {
		const struct tally *tally = shot->generation->tallies[i];

		str_add_text(out, metric->name);
		add_label(out, "rule", tally->id);
		add_count(out, atomic_load(&tally->hits));
	}
}

static void rule_last(const struct metric *metric, const struct shot *shot, struct str *out)
{
	for (size_t i = 0; i < shot->generation->rules; i++) {
		const struct tally *tally = shot->generation->tallies[i];

		str_add_text(out, metric->name);
		add_label(out, "rule", tally->id);
		add_seconds(out, atomic_load(&tally->last));
	}
}

static void stage(const struct metric *metric, enum stage which,
		  const struct stage_histogram *histogram, struct str *out)
{
	const char *word = stage_name(which);
	uint64_t count = 0;

	for (size_t i = 0; i <= STAGE_BOUNDS; i++) {
		count += atomic_load(&histogram->buckets[i]);
		str_printf(out, "%s_bucket{stage=\"%s\",le=\"", metric->name, word);
		if (i < STAGE_BOUNDS)
			str_printf(out, "%g", (double)stage_bounds[i] / (double)CLOCK_SECOND);
		else
			str_add_text(out, "+Inf");
		str_add_text(out, "\"}");
		add_count(out, count);
	}
	str_printf(out, "%s_sum", metric->name);
	add_label(out, "stage", word);
	add_seconds(out, (int64_t)atomic_load(&histogram->sum_ns));
	str_printf(out, "%s_count", metric->name);
	add_label(out, "stage", word);
	add_count(out, count);
}

static void stages(const struct metric *metric, const struct shot *shot, struct str *out)
{
	for (enum stage i = 0; i < STAGES; i++)
		stage(metric, i, &shot->app->pipeline.stages.at[i], out);
}

/* --- the table ----------------------------------------------------------------------------------
 */

#define SHOT(member) offsetof(struct shot, member)
#define FEED(member) offsetof(struct feed_shot, member)

/* clang-format off */
static const struct metric metrics[] = {
	{"newstagd_build_info", GAUGE, build, 0,
	 "1, with the version of the program."},
	{"newstagd_ready", GAUGE, number, SHOT(ready),
	 "Whether the daemon does its work: 1, or 0, for reasons that /-/ready tells."},
	{"newstagd_healthy", GAUGE, number, SHOT(healthy),
	 "Whether the daemon makes progress: 1, or 0 where the watchdog is about to end it."},

	{"newstagd_items_received_total", COUNTER, number, SHOT(counts.received),
	 "Items received: the sum of newstagd_items_total, newstagd_items_held and newstagd_items_in_flight."},
	{"newstagd_items_total", COUNTER, outcomes, 0,
	 "Items that are through, by what became of them."},
	{"newstagd_items_held", GAUGE, held, 0,
	 "Items held back: withheld, or under embargo."},
	{"newstagd_items_released_total", COUNTER, number, SHOT(counts.released),
	 "Items that were held and then judged when it was time."},
	{"newstagd_items_stale_total", COUNTER, number, SHOT(counts.stale),
	 "Of the items filtered, those that came behind a later version of themselves."},
	{"newstagd_items_in_flight", GAUGE, number, SHOT(counts.in_flight),
	 "Items received and not through yet."},
	{"newstagd_items_rejected_total", COUNTER, reasons, 0,
	 "Items that could not be read, by the reason; they are kept as dead letters."},
	{"newstagd_deadletters_retried_total", COUNTER, number, SHOT(letters.retried),
	 "Dead letters that an operator had judged again."},
	{"newstagd_deadletters_rejected_again_total", COUNTER, number, SHOT(letters.again),
	 "Of these, what was rejected once more."},
	{"newstagd_deadletters_dropped_total", COUNTER, number, SHOT(letters.dropped),
	 "Dead letters that an operator had dropped."},
	{"newstagd_events_total", COUNTER, number, SHOT(counts.events),
	 "Events published."},
	{"newstagd_retractions_total", COUNTER, number, SHOT(counts.retractions),
	 "Of these, retractions of events of an older version."},
	{"newstagd_stage_duration_seconds", HISTOGRAM, stages, 0,
	 "How long the stages take: queue, classify and all by item, commit and publish by batch."},

	{"newstagd_feed_connected", GAUGE, feed_number, FEED(connected),
	 "Whether the feed is connected, or bound."},
	{"newstagd_feed_peers", GAUGE, feed_number, FEED(peers),
	 "Connections of the feed that stand."},
	{"newstagd_feed_silent", GAUGE, feed_number, FEED(silent),
	 "Whether nothing has come from the feed for a minute, after something had."},
	{"newstagd_feed_messages_total", COUNTER, feed_number, FEED(messages),
	 "Messages received from the feed."},
	{"newstagd_feed_surplus_messages_total", COUNTER, feed_number, FEED(surplus),
	 "Messages of the feed with more frames than a topic and a payload."},
	{"newstagd_feed_connects_total", COUNTER, feed_number, FEED(connects),
	 "Times that a connection of the feed was made."},
	{"newstagd_feed_disconnects_total", COUNTER, feed_number, FEED(disconnects),
	 "Times that a connection of the feed was lost."},
	{"newstagd_feed_revived_total", COUNTER, feed_number, FEED(revived),
	 "Times that a deaf connection of the feed was made anew."},
	{"newstagd_feed_renewed_total", COUNTER, feed_number, FEED(renewed),
	 "Times that a silent connection of the feed was made anew."},
	{"newstagd_feed_floods_total", COUNTER, feed_number, FEED(floods),
	 "Peers of the feed that were cut off because they never ended a message."},
	{"newstagd_feed_last_item_timestamp_seconds", GAUGE, feed_seconds, FEED(last_item),
	 "When the last message came from the feed; 0: none has."},

	{"newstagd_output_subscriptions", GAUGE, number, SHOT(subscriptions),
	 "Topics that subscribers have asked for."},
	{"newstagd_heartbeats_total", COUNTER, number, SHOT(heartbeats),
	 "Heartbeats published."},
	{"newstagd_heartbeat_timestamp_seconds", GAUGE, seconds, SHOT(beat),
	 "When the last heartbeat was published; 0: none was."},
	{"newstagd_replay_requests_total", COUNTER, number, SHOT(replay.requests),
	 "Requests for events of before."},
	{"newstagd_replay_refused_total", COUNTER, number, SHOT(replay.refused),
	 "Of these, what could not be read or answered."},
	{"newstagd_replay_events_total", COUNTER, number, SHOT(replay.events),
	 "Events given again."},

	{"newstagd_journal_head_sequence", GAUGE, number, SHOT(head),
	 "The sequence of the last event."},
	{"newstagd_journal_segments", GAUGE, number, SHOT(segments),
	 "Files of events in the journal; 0: none is kept."},
	{"newstagd_journal_bytes", GAUGE, number, SHOT(bytes),
	 "About how many bytes of events the journal holds."},
	{"newstagd_stalled", GAUGE, stalls, 0,
	 "Whether the disk takes no events or no items now, so that intake waits."},

	{"newstagd_rules", GAUGE, number, SHOT(rules),
	 "Rules in use."},
	{"newstagd_rules_info", GAUGE, ruleset, 0,
	 "1, with the hash of the rule set in use."},
	{"newstagd_rules_generation", GAUGE, number, SHOT(generation_number),
	 "The number of the rule set in use: 1 at the start, up by one with each reload that was done."},
	{"newstagd_rules_files", GAUGE, number, SHOT(rule_files),
	 "Files that the rule set in use was read from."},
	{"newstagd_rules_warnings", GAUGE, number, SHOT(rule_warnings),
	 "Warnings about the rule set in use."},
	{"newstagd_rule_hits_total", COUNTER, rule_hits, 0,
	 "Events that the rule won, those of items that came twice included."},
	{"newstagd_rule_last_hit_timestamp_seconds", GAUGE, rule_last, 0,
	 "When the rule last won an event; 0: never since the start."},
	{"newstagd_reloads_total", COUNTER, reloads, 0,
	 "Reloads, by their result."},
	{"newstagd_reload_last_good", GAUGE, number, SHOT(reload_good),
	 "Whether the last reload was done; 1 before the first."},
	{"newstagd_reload_timestamp_seconds", GAUGE, seconds, SHOT(reload_time),
	 "When the last reload ended; 0: there was none."},

	{"newstagd_http_requests_total", COUNTER, number, SHOT(http.requests),
	 "Requests to this server."},
	{"newstagd_http_refused_total", COUNTER, number, SHOT(http.refused),
	 "Of these, those of another method or path."},
	{"newstagd_http_cut_total", COUNTER, number, SHOT(http.cut),
	 "Connections to this server that were cut: too slow, or too many."},
	{"newstagd_workers", GAUGE, number, SHOT(workers),
	 "Threads that match items against the rules."},
	{"newstagd_process_start_time_seconds", GAUGE, seconds, SHOT(start_ns),
	 "When the daemon started."},
	{"newstagd_process_cpu_seconds_total", COUNTER, seconds, SHOT(cpu_ns),
	 "Processor time of the daemon, in user and system mode."},
	{"newstagd_process_resident_memory_bytes", GAUGE, number, SHOT(memory_bytes),
	 "Memory of the daemon that is in use."},
	{"newstagd_process_open_fds", GAUGE, number, SHOT(fds),
	 "Descriptors that the daemon has open."},
	{"newstagd_process_max_fds", GAUGE, number, SHOT(fds_most),
	 "Descriptors that the daemon may open."},
};
/* clang-format on */

void metrics_write(struct app *app, struct str *out)
{
	struct shot shot;

	shot_take(app, &shot);
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		const struct metric *metric = &metrics[i];

		str_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
			   metric->name, type_names[metric->type]);
		metric->write(metric, &shot, out);
	}
	shot_fini(&shot);
}
