#include "bus/output.h"

#include "unit/bus_support.h"
#include "unit/raw_peer.h"

static struct output *output;

static void begin(const char *endpoint)
{
	struct output_options options = {.endpoint = endpoint, .bind = true, .high_water = 100};

	output = output_open(bus, &options, &err);
	ck_assert_msg(output != NULL, "%s", err.text);
}

static struct bus_socket *subscribe(const char *topic, int high_water)
{
	struct bus_options options = {
		.kind = BUS_SUB,
		.endpoint = output_endpoint(output),
		.topics = &topic,
		.topic_count = 1,
		.high_water = high_water,
	};
	struct bus_socket *socket = bus_socket_open(bus, &options, &err);

	ck_assert_msg(socket != NULL, "%s", err.text);
	return socket;
}

static void await_subscriptions(size_t count)
{
	struct bus_wait wait = {.socket = output_socket(output)};
	int64_t deadline = clock_monotonic() + DEADLINE;

	while (output_subscriptions(output) != count) {
		ck_assert_msg(clock_monotonic() < deadline, "%zu subscriptions",
			      output_subscriptions(output));
		ck_assert_int_ge(bus_wait(&wait, 1, 100, &err), 0);
		output_turn(output);
	}
}

static void publish(const char *topic, const char *payload)
{
	ck_assert_int_eq(output_send(output, view_of(topic), view_of(payload), &err), 1);
}

START_TEST(counts_subscriptions)
{
	struct bus_socket *a, *b, *again;

	begin("tcp://127.0.0.1:0");
	ck_assert_uint_eq(output_subscriptions(output), 0);
	a = subscribe("event.a", 10);
	await_subscriptions(1);
	b = subscribe("event.b", 10);
	await_subscriptions(2);
	again = subscribe("event.b", 10);
	publish("event.a.x", "1");
	must_get(a, "1");
	bus_socket_close(a);
	await_subscriptions(1);
	bus_socket_close(b);
	bus_socket_close(again);
	await_subscriptions(0);
	output_close(output);
}
END_TEST

START_TEST(sends_to_whom_it_concerns)
{
	struct bus_socket *sub;
	struct bus_message message;

	begin("tcp://127.0.0.1:0");
	sub = subscribe("event.blackout.", 10);
	await_subscriptions(1);
	publish("event.negotiation.signed", "not this");
	publish("event.blackout.ongoing", "this");
	message = must_receive(sub);
	ck_assert_uint_eq(message.frames, 2);
	ck_assert(view_is(message.frame[0], "event.blackout.ongoing"));
	ck_assert(view_is(message.frame[1], "this"));
	bus_message_fini(&message);
	bus_socket_close(sub);
	output_close(output);
}
END_TEST

/* Reads what has come; whether "end" was among it. */
static bool saw_end(struct bus_socket *sub)
{
	struct bus_message message;
	bool seen = false;

	while (bus_receive(sub, &message, &err) == 1) {
		seen = seen || view_is(message.last, "end");
		bus_message_fini(&message);
	}
	return seen;
}

#define FLOOD 20000

START_TEST(is_not_held_up_by_who_does_not_read)
{
	struct bus_socket *stopped, *healthy;
	int64_t deadline = clock_monotonic() + DEADLINE;
	char payload[1000];

	memset(payload, 'x', sizeof(payload) - 1);
	payload[sizeof(payload) - 1] = '\0';
	begin("tcp://127.0.0.1:0");
	stopped = subscribe("event.", 1);
	healthy = subscribe("event.h", 1000);
	await_subscriptions(2);
	for (int i = 0; i < FLOOD; i++)
		publish("event.h", payload);
	do {
		ck_assert(clock_monotonic() < deadline);
		publish("event.h", "end");
	} while (!saw_end(healthy));
	bus_socket_close(stopped);
	bus_socket_close(healthy);
	output_close(output);
}
END_TEST

#define PLAYED 2000

/* The player's socket: nothing is lost, at the price of waiting. */
START_TEST(loses_nothing_where_it_may_wait)
{
	struct bus_options options = {.kind = BUS_XPUB,
				      .endpoint = "tcp://127.0.0.1:0",
				      .bind = true,
				      .high_water = 10,
				      .lossless = true};
	struct bus_socket *xpub = bus_socket_open(bus, &options, &err);
	struct bus_socket *sub = open_kind(BUS_SUB, bus_socket_endpoint(xpub), false);
	struct bus_message message = must_receive(xpub);
	struct view frame = VIEW("x");
	struct bus_wait wait = {.socket = sub};
	int64_t deadline = clock_monotonic() + DEADLINE;
	int sent = 0, received = 0, blocked = 0;

	bus_message_fini(&message);
	while (received < PLAYED) {
		int done = sent < PLAYED ? bus_send(xpub, &frame, 1, &err) : 0;

		ck_assert_msg(clock_monotonic() < deadline, "%d of %d", received, sent);
		ck_assert_int_ge(done, 0);
		sent += done;
		if (done)
			continue;
		blocked += sent < PLAYED;
		/* That there is room again wakes nobody up: so for a moment only. */
		ck_assert_int_ge(bus_wait(&wait, 1, 1, &err), 0);
		if (bus_receive(sub, &message, &err) != 1)
			continue;
		bus_message_fini(&message);
		received++;
	}
	ck_assert_int_gt(blocked, 0);
	bus_socket_close(sub);
	bus_socket_close(xpub);
}
END_TEST

#define ENDLESS 20000

/* A subscriber may send no more than subscriptions; what else it sends is thrown away. */
START_TEST(throws_away_what_is_no_subscription)
{
	struct bus_socket *sub;
	int fd;

	begin("tcp://127.0.0.1:0");
	fd = raw_connect(output_endpoint(output));
	raw_greet(fd, "XSUB");
	for (int i = 0; i < ENDLESS; i++)
		raw_write(fd, "\1\5hello", 7);
	raw_write(fd, "\0\3end", 5);
	raw_write(fd, "\0\0", 2);
	raw_write(fd, "\0\6\1event", 8);
	await_subscriptions(1);
	sub = subscribe("event.", 10);
	await_subscriptions(2);
	publish("event.x", "1");
	must_get(sub, "1");
	close(fd);
	await_subscriptions(1);
	bus_socket_close(sub);
	output_close(output);
}
END_TEST

START_TEST(cuts_who_sends_large_frames)
{
	char large[5000] = {2};
	int fd;

	large[0] = '\2'; /* a long frame of 4,991 bytes */
	large[7] = 0x13;
	large[8] = 0x7f;
	begin("tcp://127.0.0.1:0");
	fd = raw_connect(output_endpoint(output));
	raw_greet(fd, "SUB");
	raw_write(fd, large, 9);
	raw_await_end(fd);
	close(fd);
	output_close(output);
}
END_TEST

START_TEST(refuses_an_endpoint_in_use)
{
	struct output_options options = {.bind = true};

	begin("tcp://127.0.0.1:0");
	options.endpoint = output_endpoint(output);
	ck_assert_ptr_null(output_open(bus, &options, &err));
	ck_assert_msg(strncmp(err.text, "output: ", 8) == 0, "%s", err.text);
	ck_assert_msg(strstr(err.text, "in use"), "%s", err.text);
	output_close(output);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("output");

	tcase_add_test(tcase, counts_subscriptions);
	tcase_add_test(tcase, sends_to_whom_it_concerns);
	tcase_add_test(tcase, is_not_held_up_by_who_does_not_read);
	tcase_add_test(tcase, loses_nothing_where_it_may_wait);
	tcase_add_test(tcase, throws_away_what_is_no_subscription);
	tcase_add_test(tcase, cuts_who_sends_large_frames);
	tcase_add_test(tcase, refuses_an_endpoint_in_use);
	return run_suite("output", tcase);
}
