#include "app/counters.h"
#include "app/ring.h"

#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * The ring and what is counted of it, with real threads: one fills, several work with uneven speed,
 * one takes out and must see every item once and in order.
 */
#define SIZE 64
#define ITEMS 200000
#define WORKERS 4

static struct ring *ring;
static struct counters counters;
static atomic_bool lawless;
static atomic_bool over;

static void setup(void)
{
	ring = ring_new(SIZE, NULL);
	ck_assert_ptr_nonnull(ring);
	counters_init(&counters, ring);
	atomic_store(&lawless, false);
	atomic_store(&over, false);
}

static void teardown(void)
{
	counters_fini(&counters);
	ring_free(ring);
}

/* --- one thread ----------------------------------------------------------------------------------
 */

static uint64_t claim(void)
{
	uint64_t position = UINT64_MAX;

	ck_assert(ring_claim(ring, &position));
	return position;
}

START_TEST(hands_out_once_and_in_order)
{
	uint64_t position;

	ck_assert_uint_eq(ring_room(ring), SIZE);
	ck_assert(!ring_claim(ring, &position));
	ring_publish(ring, 3);
	ck_assert_uint_eq(claim(), 0);
	ck_assert_uint_eq(claim(), 1);
	ck_assert_uint_eq(claim(), 2);
	ck_assert(!ring_claim(ring, &position));
	ring_done(ring, 1);
	ring_done(ring, 2);
	ck_assert_uint_eq(ring_ready(ring, 10), 0); /* the oldest is not done */
	ring_done(ring, 0);
	ck_assert_uint_eq(ring_ready(ring, 10), 3);
	ck_assert_uint_eq(ring_ready(ring, 2), 2);
	ring_release(ring, 2);
	ck_assert_uint_eq(ring_ready(ring, 10), 1);
	ck_assert_uint_eq(ring_room(ring), SIZE - 1);
	ck_assert(!ring_finished(ring));
	ring_close(ring);
	ring_release(ring, 1);
	ck_assert(ring_finished(ring));
	ck_assert(!ring_wait(ring));
}
END_TEST

START_TEST(is_full_by_slots)
{
	ring_publish(ring, SIZE);
	ck_assert_uint_eq(ring_room(ring), 0);
	ring_done(ring, claim());
	ck_assert_uint_eq(ring_room(ring), 0);
	ring_release(ring, 1);
	ck_assert_uint_eq(ring_room(ring), 1);
}
END_TEST

/* Every frame that is held counts, not only the one with the item. */
START_TEST(is_full_by_bytes)
{
	struct bus_message message = {.frames = 2};

	message.frame[0] = (struct view){"", RING_BYTES_MAX / 2};
	message.last = message.frame[1] = (struct view){"", RING_BYTES_MAX / 4};
	ring_free_slot(ring, 0)->message = message;
	ring_publish(ring, 1);
	ck_assert_uint_eq(ring_room(ring), SIZE - 1);
	ring_free_slot(ring, 0)->message = message;
	ring_publish(ring, 1);
	ck_assert_uint_eq(ring_room(ring), 0);
	ring_done(ring, claim());
	ring_release(ring, 1);
	ck_assert_uint_eq(ring_room(ring), SIZE - 1);
}
END_TEST

/* --- many threads --------------------------------------------------------------------------------
 */

static void wait_on(struct wake *wake, bool (*holds)(void))
{
	struct pollfd poll_fd = {.fd = wake->fd, .events = POLLIN};

	wake_arm(wake);
	if (!holds())
		ck_assert_int_ge(poll(&poll_fd, 1, 20000), 1); /* a lost wake-up ends here */
	wake_disarm(wake);
}

static bool has_room(void)
{
	return ring_room(ring) > 0;
}

static bool has_done(void)
{
	return ring_ready(ring, 1) > 0 || ring_finished(ring);
}

static uint64_t reentered;

static void *fill(void *context)
{
	size_t sent = 0;

	(void)context;
	while (sent < ITEMS) {
		size_t room = ring_room(ring), count = 1 + sent % 7;

		if (room == 0) {
			wait_on(ring_room_wake(ring), has_room);
			continue;
		}
		count = count < room ? count : room;
		count = count < ITEMS - sent ? count : ITEMS - sent;
		for (size_t i = 0; i < count; i++)
			ring_free_slot(ring, i)->feed = (unsigned)(sent + i);
		if (sent % 5)
			ring_publish(ring, count);
		else /* as if they had been held so far */
			counters_reenter(&counters, count, (size_t[HOLD_REASONS]){count});
		reentered += sent % 5 ? 0 : count;
		sent += count;
	}
	ring_close(ring);
	return NULL;
}

static void judge(struct slot *slot)
{
	volatile unsigned work = slot->feed * 2654435761U % 512;

	while (work)
		work--;
	slot->outcome = slot->feed % (OUTCOME_REJECTED + 1);
	slot->reason = slot->outcome == OUTCOME_REJECTED ? 1 + slot->feed % (REJECT_REASONS - 1)
							 : REJECT_NONE;
	slot->recorded = (int64_t)slot->feed;
}

static void *work(void *context)
{
	uint64_t position;

	(void)context;
	do {
		while (ring_claim(ring, &position)) {
			judge(ring_slot(ring, position));
			ring_done(ring, position);
		}
	} while (ring_wait(ring));
	return NULL;
}

/* What must hold at every instant that anybody looks. */
static void *look(void *context)
{
	uint64_t *looks = context;

	while (!atomic_load(&over)) {
		struct counts counts = counters_look(&counters);

		if (!counts_balanced(&counts) || counts.in_flight > SIZE)
			atomic_store(&lawless, true);
		(*looks)++;
	}
	return NULL;
}

static void take_out(uint64_t *taken)
{
	while (!ring_finished(ring)) {
		size_t count = ring_ready(ring, 16);
		struct counts batch = {0};

		for (size_t i = 0; i < count; i++) {
			struct slot *slot = ring_slot(ring, *taken + i);

			ck_assert_uint_eq(slot->feed, *taken + i);
			ck_assert_int_eq(slot->recorded, (int64_t)(*taken + i));
			counts_add_slot(&batch, slot);
		}
		*taken += count;
		counters_add(&counters, &batch, *taken);
		ring_release(ring, count);
		if (count == 0)
			wait_on(ring_done_wake(ring), has_done);
	}
}

START_TEST(keeps_order_and_the_law)
{
	pthread_t threads[WORKERS + 2];
	uint64_t taken = 0, looks = 0;
	struct counts counts;

	pthread_create(&threads[0], NULL, fill, NULL);
	pthread_create(&threads[1], NULL, look, &looks);
	for (size_t i = 0; i < WORKERS; i++)
		pthread_create(&threads[2 + i], NULL, work, NULL);
	take_out(&taken);
	atomic_store(&over, true);
	for (size_t i = 0; i < WORKERS + 2; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(taken, ITEMS);
	ck_assert_uint_gt(looks, 0);
	ck_assert(!atomic_load(&lawless));
	counts = counters_look(&counters);
	ck_assert(counts_balanced(&counts));
	ck_assert_uint_gt(reentered, 0);
	ck_assert_uint_eq(counts.received, ITEMS - reentered);
	ck_assert_uint_eq(counts.in_flight, 0);
	counts.outcomes[OUTCOME_HELD] += reentered; /* taken away, as wrapping numbers */
	for (size_t i = 0; i <= OUTCOME_REJECTED; i++)
		ck_assert_uint_eq(counts.outcomes[i], ITEMS / (OUTCOME_REJECTED + 1));
}
END_TEST

/* --- counts --------------------------------------------------------------------------------------
 */

static const struct {
	struct counts counts;
	bool balanced;
} laws[] = {
	{{.received = 0}, true},
	{{.received = 3, .outcomes = {1, 1, 0, 0, 0}, .in_flight = 1}, true},
	{{.received = 3, .outcomes = {1, 1, 0, 0, 0}}, false},
	{{.received = 5,
	  .outcomes = {1, 1, 1, 1, 1},
	  .held = {1},
	  .rejected = {[REJECT_NO_TEXT] = 1}},
	 true},
	{{.received = 5,
	  .outcomes = {1, 1, 1, 1, 1},
	  .held = {1, 1},
	  .rejected = {[REJECT_NO_TEXT] = 1}},
	 false},
	{{.received = 5, .outcomes = {1, 1, 1, 1, 1}}, false},
	{{.received = 1, .outcomes = {0, 0, 0, 0, 1}, .rejected = {[REJECT_NO_TEXT] = 2}}, false},
};

START_TEST(knows_the_law)
{
	ck_assert_int_eq(counts_balanced(&laws[_i].counts), laws[_i].balanced);
}
END_TEST

START_TEST(describes)
{
	struct counts counts = {.received = 9,
				.outcomes = {1, 2, 0, 0, 3},
				.rejected = {[REJECT_NOT_JSON] = 2, [REJECT_NO_TEXT] = 1},
				.in_flight = 3,
				.events = 4};
	struct str out = {0};

	counts_describe(&counts, &out);
	ck_assert_str_eq(out.ptr,
			 "received 9 = tagged 1 + untagged 2 + filtered 0 + held 0 + rejected 3 "
			 "(not_json 2, no_text 1) + in flight 3; events 4");
	str_fini(&out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ring");
	TCase *tcase = tcase_create("ring");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, hands_out_once_and_in_order);
	tcase_add_test(tcase, is_full_by_slots);
	tcase_add_test(tcase, is_full_by_bytes);
	tcase_add_test(tcase, keeps_order_and_the_law);
	tcase_add_loop_test(tcase, knows_the_law, 0, (int)(sizeof(laws) / sizeof(laws[0])));
	tcase_add_test(tcase, describes);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
