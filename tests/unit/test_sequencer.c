#include "app/sequencer.h"

#include "base/clock.h"

#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * The sequencer with a journal that fails on demand, put in the real one's place at link time: what
 * the journal has not taken is never seen, and never counted.
 */
#define DEADLINE (90 * CLOCK_SECOND)
#define RING 64

/* --- the journal's twin --------------------------------------------------------------------------
 */

static struct {
	uint64_t head;
	uint64_t kept;	   /* committed */
	uint64_t fails_at; /* the sequence whose commit fails; 0: none */
	unsigned full;	   /* so often before, the disk is full */
} twin;

static int twin_fail(struct err *err)
{
	return err_set(err, "the disk is full");
}

const char *journal_stream(const struct journal *journal)
{
	(void)journal;
	return "0123456789abcdef0123456789abcdef";
}

uint64_t journal_head(const struct journal *journal)
{
	(void)journal;
	return twin.head;
}

struct journal_size journal_size(const struct journal *journal)
{
	(void)journal;
	return (struct journal_size){.segments = 1, .bytes = twin.kept};
}

void journal_number(struct journal *journal, struct journal_entry *entry)
{
	(void)journal;
	entry->sequence = entry->topic_sequence = ++twin.head;
}

static bool is_due(void)
{
	return twin.fails_at && twin.head >= twin.fails_at;
}

int journal_commit(struct journal *journal, const struct journal_entry *entries, size_t count,
		   uint64_t settled, struct err *err)
{
	(void)journal;
	(void)settled;
	if (twin.full) {
		twin.full--;
		twin_fail(err);
		return JOURNAL_FULL;
	}
	if (is_due())
		return twin_fail(err);
	ck_assert_uint_eq(entries[0].sequence, twin.kept + 1);
	twin.kept += count;
	return JOURNAL_KEPT;
}

int journal_find(struct journal *journal, struct view subject,
		 void (*take)(void *context, const struct journal_found *found), void *context,
		 struct err *err)
{
	(void)journal;
	(void)subject;
	(void)take;
	(void)context;
	(void)err;
	return 0;
}

size_t journal_tend(struct journal *journal, int64_t now)
{
	(void)journal;
	(void)now;
	return 0;
}

/* --- a pipeline without feeds and workers --------------------------------------------------------
 */

static char folder[64], endpoint[128];
static struct conf *conf;
static struct bus *bus;
static struct bus_socket *subscriber;
static struct sequencer *sequencer;
static struct pipeline pipeline;
static int null_fd;

static void setup(void)
{
	static const char *const topics[] = {""};
	struct diags diags = {0};

	memset(&twin, 0, sizeof(twin));
	memset(&pipeline, 0, sizeof(pipeline));
	snprintf(folder, sizeof(folder), "/tmp/sequencer-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/out", folder);
	conf = conf_load(NULL, (const char *const[]){"output.heartbeat=0"}, 1, &diags);
	null_fd = open("/dev/null", O_WRONLY);
	bus = bus_open(NULL);
	pipeline.conf = conf;
	clock_cautious_init(&pipeline.clock, clock_now(), clock_monotonic());
	pipeline.log = log_new(&(struct log_options){.fd = null_fd});
	pipeline.ring = ring_new(RING, NULL);
	pipeline.known = known_new();
	pipeline.versions = versions_new();
	pipeline.hold = hold_new(&(struct hold_limits){.items = 2, .bytes = 1000, .age = INT64_MAX},
				 0);
	counters_init(&pipeline.counters, pipeline.ring);
	wake_init(&pipeline.ended, NULL);
	pipeline.output = output_open(
		bus,
		&(struct output_options){
			.endpoint = endpoint, .bind = true, .high_water = 1000, .linger_ms = 0},
		NULL);
	ck_assert_ptr_nonnull(pipeline.output);
	subscriber = bus_socket_open(bus,
				     &(struct bus_options){.kind = BUS_SUB,
							   .endpoint = endpoint,
							   .topics = topics,
							   .topic_count = 1,
							   .name = "test"},
				     NULL);
	ck_assert_ptr_nonnull(subscriber);
}

static void teardown(void)
{
	bus_socket_close(subscriber);
	output_close(pipeline.output);
	ring_free(pipeline.ring);
	known_free(pipeline.known);
	versions_free(pipeline.versions);
	hold_free(pipeline.hold);
	counters_fini(&pipeline.counters);
	wake_fini(&pipeline.ended);
	log_free(pipeline.log);
	bus_close(bus);
	conf_free(conf);
	close(null_fd);
	rmdir(folder);
}

static void start(void)
{
	int64_t end = clock_monotonic() + DEADLINE;

	sequencer = sequencer_start(&pipeline, NULL);
	ck_assert_ptr_nonnull(sequencer);
	while (atomic_load(&pipeline.subscriptions) == 0) {
		ck_assert_int_lt(clock_monotonic(), end);
		bus_wait(&(struct bus_wait){.socket = subscriber}, 1, 5, NULL);
	}
}

static void await_settled(uint64_t count)
{
	int64_t end = clock_monotonic() + DEADLINE;

	while (ring_tail(pipeline.ring) < count) {
		ck_assert_int_lt(clock_monotonic(), end);
		bus_wait(&(struct bus_wait){.socket = subscriber}, 1, 5, NULL);
	}
}

static unsigned char items; /* put in so far: no two are alike */

/* One item with `count` events, through all stages up to the sequencer. */
static void put_item(size_t count)
{
	struct encode_context context = {
		.instance = VIEW("test"), .prefix = VIEW("event."), .ruleset = VIEW("sha256:0")};
	struct item item = {.uri = VIEW("urn:x"),
			    .published = CLOCK_NONE,
			    .modified = CLOCK_NONE,
			    .embargo = CLOCK_NONE};
	struct event event = {.class = VIEW("a"), .status = VIEW("b")};
	struct slot *slot = ring_free_slot(pipeline.ring, 0);
	struct encoded encoded;
	uint64_t position;

	slot->digest[0] = ++items;
	vec_reset(&slot->events);
	str_reset(&slot->out);
	slot->outcome = count ? OUTCOME_TAGGED : OUTCOME_UNTAGGED;
	for (size_t i = 0; i < count; i++) {
		wire_encode(&context, &item, &event, &slot->out, &encoded);
		vec_push(&slot->events, encoded);
	}
	ring_publish(pipeline.ring, 1);
	ck_assert(ring_claim(pipeline.ring, &position));
	ring_done(pipeline.ring, position);
}

/* The next message's sequence; 0 when it is the marker. */
static uint64_t next_sequence(void)
{
	static const char key[] = "\"sequence\":\"";
	struct bus_message message;
	uint64_t sequence = 0;
	const char *at;

	ck_assert_int_eq(bus_wait(&(struct bus_wait){.socket = subscriber}, 1, 20000, NULL), 1);
	ck_assert_int_eq(bus_receive(subscriber, &message, NULL), 1);
	at = memmem(message.last.ptr, message.last.len, key, sizeof(key) - 1);
	if (at)
		sequence = strtoull(at + sizeof(key) - 1, NULL, 10);
	bus_message_fini(&message);
	return sequence;
}

/* Waits for the end, then checks that exactly so many events were seen. */
static void check_seen(uint64_t count)
{
	sequencer_join(sequencer);
	ck_assert_int_eq(output_send(pipeline.output, VIEW("marker"), VIEW("{}"), NULL), 1);
	for (uint64_t i = 1; i <= count; i++)
		ck_assert_uint_eq(next_sequence(), i);
	ck_assert_uint_eq(next_sequence(), 0);
}

START_TEST(publishes_what_is_kept)
{
	struct counts counts;

	start();
	put_item(2);
	put_item(0);
	put_item(3);
	await_settled(3);
	ring_close(pipeline.ring);
	check_seen(5);
	counts = counters_look(&pipeline.counters);
	ck_assert(counts_balanced(&counts));
	ck_assert_uint_eq(counts.events, 5);
	ck_assert_uint_eq(counts.sequence, 5);
	ck_assert_uint_eq(counts.in_flight, 0);
	ck_assert_uint_eq(twin.kept, 5);
	ck_assert(!atomic_load(&pipeline.failed));
}
END_TEST

START_TEST(shows_nothing_that_is_not_kept)
{
	struct counts counts;

	twin.fails_at = 4;
	start();
	put_item(3);
	await_settled(1);
	put_item(2);
	check_seen(3);
	ck_assert(atomic_load(&pipeline.failed));
	counts = counters_look(&pipeline.counters);
	ck_assert(counts_balanced(&counts));
	ck_assert_uint_eq(counts.events, 3);
	ck_assert_uint_eq(counts.in_flight, 1);
	ck_assert_uint_eq(twin.kept, 3);
}
END_TEST

START_TEST(waits_for_a_full_disk)
{
	twin.full = 2;
	start();
	put_item(2);
	put_item(1);
	await_settled(2);
	ck_assert_uint_eq(twin.full, 0);
	ck_assert(!atomic_load(&pipeline.events_stalled));
	ring_close(pipeline.ring);
	check_seen(3);
	ck_assert(!atomic_load(&pipeline.failed));
}
END_TEST

START_TEST(gives_a_full_disk_up_when_it_is_to_end)
{
	twin.full = UINT_MAX;
	atomic_store(&pipeline.draining, true);
	start();
	put_item(2);
	check_seen(0);
	ck_assert(atomic_load(&pipeline.failed));
	ck_assert(atomic_load(&pipeline.events_stalled));
}
END_TEST

START_TEST(does_not_tag_twice)
{
	struct counts counts;

	start();
	put_item(2);
	items--;
	put_item(2);
	put_item(1);
	await_settled(3);
	ring_close(pipeline.ring);
	check_seen(3);
	counts = counters_look(&pipeline.counters);
	ck_assert_uint_eq(counts.outcomes[OUTCOME_FILTERED], 1);
	ck_assert_uint_eq(counts.outcomes[OUTCOME_TAGGED], 2);
}
END_TEST

/* A version of one item as a worker leaves it; `held`: it was held by that number. */
static void put_version(const char *version, enum outcome outcome, enum item_state state,
			uint64_t held)
{
	struct slot *slot = ring_free_slot(pipeline.ring, 0);
	uint64_t position;

	slot->digest[0] = ++items;
	slot->held = held;
	slot->outcome = outcome;
	slot->hold = HOLD_EMBARGO;
	slot->state = state;
	slot->due = INT64_MAX - 1;
	slot->reported = CLOCK_NONE;
	vec_reset(&slot->events);
	str_reset(&slot->out);
	str_add_text(&slot->out, "urn:a");
	slot->subject = 0;
	slot->subject_len = slot->version = slot->out.len;
	str_add_text(&slot->out, version);
	slot->version_len = slot->out.len - slot->version;
	if (held)
		counters_reenter(&pipeline.counters, 1, (size_t[HOLD_REASONS]){1});
	else
		ring_publish(pipeline.ring, 1);
	ck_assert(ring_claim(pipeline.ring, &position));
	ring_done(pipeline.ring, position);
}

static void take_note(void *context, const struct held_item *item)
{
	*(int *)context += (int)item->payload.len + 1;
}

/* Versions of one item, one after the other (h: to be held, u: usable, c: canceled; r: what is held
 * is released), and what is counted then. */
static const struct {
	const char *steps[4]; /* "h1": held, version 1 */
	unsigned held, filtered, untagged, stale;
} lives[] = {
	{{"h1"}, 1, 0, 0, 0},
	{{"h1", "h2"}, 1, 1, 0, 0},
	{{"h2", "h1"}, 1, 1, 0, 1},
	{{"h1", "u2"}, 0, 1, 1, 0},
	{{"h2", "u1"}, 1, 0, 1, 0},
	{{"h1", "c1"}, 0, 2, 0, 0},
	{{"h2", "c1"}, 1, 1, 0, 0},
	{{"h1", "r"}, 0, 0, 1, 0},
	{{"h1", "r", "h2"}, 1, 0, 1, 0},
	{{"h1", "h2", "r"}, 0, 1, 1, 0},
};

static void live(const char *step)
{
	uint64_t received = ring_head(pipeline.ring);
	struct hold_due due;
	int seen = 0;

	if (*step == 'r') {
		ck_assert(hold_take_due(pipeline.hold, INT64_MAX - 1, take_note, &seen, &due));
		put_version("1", OUTCOME_UNTAGGED, ITEM_USABLE, due.number);
	} else if (*step == 'h') {
		put_version(step + 1, OUTCOME_HELD, ITEM_USABLE, 0);
	} else if (*step == 'c') {
		put_version(step + 1, OUTCOME_FILTERED, ITEM_CANCELED, 0);
	} else {
		put_version(step + 1, OUTCOME_UNTAGGED, ITEM_USABLE, 0);
	}
	await_settled(received + 1);
}

START_TEST(holds_by_version)
{
	struct counts counts;

	start();
	for (size_t i = 0; i < 4 && lives[_i].steps[i]; i++)
		live(lives[_i].steps[i]);
	counts = counters_look(&pipeline.counters);
	ck_assert(counts_balanced(&counts));
	ck_assert_uint_eq(counts.outcomes[OUTCOME_HELD], lives[_i].held);
	ck_assert_uint_eq(counts.outcomes[OUTCOME_FILTERED], lives[_i].filtered);
	ck_assert_uint_eq(counts.outcomes[OUTCOME_UNTAGGED], lives[_i].untagged);
	ck_assert_uint_eq(counts.stale, lives[_i].stale);
	ck_assert_uint_eq(counts.in_flight, 0);
	ck_assert_uint_eq(hold_count(pipeline.hold), lives[_i].held);
	ring_close(pipeline.ring);
	check_seen(0);
}
END_TEST

/* One that was released is superseded before it is through: nothing of it is seen. */
START_TEST(filters_what_was_superseded_on_its_way)
{
	struct counts counts;
	struct hold_due due;
	int seen = 0;

	start();
	live("h1");
	ck_assert(hold_take_due(pipeline.hold, INT64_MAX - 1, take_note, &seen, &due));
	live("u2");
	put_version("1", OUTCOME_UNTAGGED, ITEM_USABLE, due.number);
	await_settled(3);
	counts = counters_look(&pipeline.counters);
	ck_assert(counts_balanced(&counts));
	ck_assert_uint_eq(counts.received, 2);
	ck_assert_uint_eq(counts.outcomes[OUTCOME_HELD], 0);
	ck_assert_uint_eq(counts.outcomes[OUTCOME_FILTERED], 1);
	ck_assert_uint_eq(counts.outcomes[OUTCOME_UNTAGGED], 1);
	ring_close(pipeline.ring);
	check_seen(0);
}
END_TEST

/* What the worker would have read: uri, version, bytes. */
static void put_text(struct slot *slot, const char *version, const char *keys)
{
	struct str bytes = {0};

	str_printf(&bytes, "{\"uri\":\"urn:c\",\"text\":\"%s\"%s%s%s}", *keys ? keys : "x",
		   *version ? ",\"version\":\"" : "", version, *version ? "\"" : "");
	bus_message_copy(str_view(&bytes), &slot->message);
	str_fini(&bytes);
	slot->digest[0] = ++items;
	slot->held = 0;
	slot->reported = CLOCK_NONE;
	slot->revised = false;
	vec_reset(&slot->events);
	vec_reset(&slot->kinds);
	str_reset(&slot->out);
	str_add_text(&slot->out, "urn:c");
	slot->subject = 0;
	slot->subject_len = slot->version = slot->out.len;
	str_add_text(&slot->out, version);
	slot->version_len = slot->out.len - slot->version;
}

/* An item of that version with events by their merge keys, one letter each, as a worker leaves it.
 */
static void put_keys(const char *version, const char *keys, enum item_state state)
{
	struct encode_context context = {.instance = VIEW("test"), .prefix = VIEW("event.")};
	struct item item = {.uri = VIEW("urn:c"),
			    .version = view_of(version),
			    .published = CLOCK_NONE,
			    .modified = CLOCK_NONE};
	struct slot *slot = ring_free_slot(pipeline.ring, 0);
	struct encoded encoded;
	uint64_t position;

	put_text(slot, version, keys);
	for (const char *key = keys; *key; key++) {
		struct event event = {.class = VIEW("a"), .merge_key = {key, 1}};

		wire_encode(&context, &item, &event, &slot->out, &encoded);
		vec_push(&slot->events, encoded);
		vec_push(&slot->kinds, (struct event_kind){slot->out.len, 1, 0, 1});
		str_add_char(&slot->out, 'a');
		str_add(&slot->out, key, 1);
	}
	slot->state = state;
	slot->outcome = *keys ? OUTCOME_TAGGED : OUTCOME_UNTAGGED;
	if (state == ITEM_CANCELED)
		slot->outcome = OUTCOME_FILTERED;
	ring_publish(pipeline.ring, 1);
	ck_assert(ring_claim(pipeline.ring, &position));
	ring_done(pipeline.ring, position);
}

/*
 * Versions of one item ("2ab": version 2 with events of the merge keys a and b; "c" before it:
 * canceled), and what is seen of each: e: an event, or a retraction of so many ids of which so many
 * have a successor.
 */
static const struct {
	const char *steps[4];
	const char *seen;
} corrections[] = {
	{{"1ab", "2ab"}, "ee 2/2 ee"},
	{{"1ab", "2b"}, "ee 2/1 e"},
	{{"1ab", "2"}, "ee 2/0"},
	{{"1", "2a"}, "e"},
	{{"1a", "2b", "3a"}, "e 1/0 e 1/0 e"},
	{{"1a", "2", "3a", "4"}, "e 1/0 e 1/0"},
	{{"2a", "1b"}, "e"},
	{{"1a", "c1"}, "e 1/0"},
	{{"1a", "c1", "c1"}, "e 1/0"},
	{{"2a", "c1"}, "e"},
	{{"1a", "c2", "2b", "3b"}, "e 1/0 e"},
	{{"1a", "1b", "2b"}, "e e 2/1 e"},
	{{"a", "b"}, "e e"},
	{{"a", "c"}, "e 1/0"},
};

static size_t count_in(struct view text, const char *word)
{
	const char *at = text.ptr, *end = text.ptr + text.len;
	size_t count = 0;

	for (; (at = memmem(at, (size_t)(end - at), word, strlen(word))); at++)
		count++;
	return count;
}

/* Adds what the next message is; false when it is the marker. */
static bool see(char *seen, bool *was_event)
{
	struct bus_message message;
	bool retracts;

	ck_assert_int_eq(bus_wait(&(struct bus_wait){.socket = subscriber}, 1, 20000, NULL), 1);
	ck_assert_int_eq(bus_receive(subscriber, &message, NULL), 1);
	if (view_is(message.frame[0], "marker")) {
		bus_message_fini(&message);
		return false;
	}
	retracts = view_is(message.frame[0], "event.retracted");
	ck_assert_uint_eq(count_in(message.last, "newstag.retracted.v1"), retracts);
	if (*seen && (retracts || !*was_event))
		strcat(seen, " ");
	if (retracts)
		sprintf(seen + strlen(seen), "%zu/%zu", count_in(message.last, "{\"id\":"),
			count_in(message.last, "\"successor\":"));
	else
		strcat(seen, "e");
	*was_event = !retracts;
	bus_message_fini(&message);
	return true;
}

START_TEST(corrects)
{
	char seen[100] = "", wanted[100] = "";
	bool was_event = false;
	struct counts counts;

	start();
	for (size_t i = 0; i < 4 && corrections[_i].steps[i]; i++) {
		const char *step = corrections[_i].steps[i];
		bool cancels = *step == 'c';
		char version[2] = "";

		step += cancels;
		if (*step >= '0' && *step <= '9')
			version[0] = *step++;
		put_keys(version, step, cancels ? ITEM_CANCELED : ITEM_USABLE);
		await_settled(i + 1);
	}
	counts = counters_look(&pipeline.counters);
	ck_assert(counts_balanced(&counts));
	ring_close(pipeline.ring);
	sequencer_join(sequencer);
	ck_assert_uint_eq(counts.events, twin.kept);
	ck_assert_int_eq(output_send(pipeline.output, VIEW("marker"), VIEW("{}"), NULL), 1);
	while (see(seen, &was_event))
		;
	/* Events of versions one behind the other stand together. */
	for (const char *at = corrections[_i].seen; *at; at++)
		if (!(at[0] == ' ' && at[1] == 'e' && at > corrections[_i].seen && at[-1] == 'e'))
			strncat(wanted, at, 1);
	ck_assert_str_eq(seen, wanted);
}
END_TEST

/* More ids of one item than VERSION_EVENTS_MAX are not remembered, nor is a version that long. */
START_TEST(bounds_what_is_known_of_an_item)
{
	char version[VERSION_TEXT_MAX + 2];
	bool was_event = false;
	char seen[100] = "";

	memset(version, '1', sizeof(version) - 1);
	version[sizeof(version) - 1] = '\0';
	start();
	put_keys(version, "a", ITEM_USABLE);
	version[0] = '2';
	put_keys(version, "b", ITEM_USABLE);
	await_settled(2);
	version[VERSION_TEXT_MAX] = '\0';
	put_keys(version, "c", ITEM_USABLE);
	version[0] = '3';
	put_keys(version, "", ITEM_USABLE);
	await_settled(4);
	ring_close(pipeline.ring);
	sequencer_join(sequencer);
	ck_assert_int_eq(output_send(pipeline.output, VIEW("marker"), VIEW("{}"), NULL), 1);
	while (see(seen, &was_event))
		;
	ck_assert_str_eq(seen, "eee 1/0");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sequencer");
	TCase *tcase = tcase_create("sequencer");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, publishes_what_is_kept);
	tcase_add_test(tcase, shows_nothing_that_is_not_kept);
	tcase_add_test(tcase, waits_for_a_full_disk);
	tcase_add_test(tcase, gives_a_full_disk_up_when_it_is_to_end);
	tcase_add_test(tcase, does_not_tag_twice);
	tcase_add_loop_test(tcase, holds_by_version, 0, sizeof(lives) / sizeof(lives[0]));
	tcase_add_test(tcase, filters_what_was_superseded_on_its_way);
	tcase_add_loop_test(tcase, corrects, 0, sizeof(corrections) / sizeof(corrections[0]));
	tcase_add_test(tcase, bounds_what_is_known_of_an_item);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
