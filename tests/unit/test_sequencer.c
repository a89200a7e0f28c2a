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
	pipeline.log = log_new(&(struct log_options){.fd = null_fd});
	pipeline.ring = ring_new(RING, NULL);
	pipeline.known = known_new();
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
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
