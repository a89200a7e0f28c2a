#include "bus/feed.h"

#include "unit/bus_support.h"
#include "unit/raw_peer.h"

#define SILENCE (1000 * CLOCK_SECOND) /* longer than any test, unless it tells the time itself */

static struct feed *feed;
static unsigned notes;

static void note(void *context, const char *sentence)
{
	(void)context;
	ck_assert_msg(strncmp(sentence, "feed wire: ", 11) == 0, "%s", sentence);
	notes++;
}

static void begin(const char *endpoint, bool pull, bool bind)
{
	static const char *const all[] = {""};
	struct feed_options options = {
		.name = "wire",
		.endpoint = endpoint,
		.pull = pull,
		.bind = bind,
		.topics = all,
		.topic_count = 1,
		.high_water = 1000,
		.message_max = 2048,
		.silence = SILENCE,
	};

	notes = 0;
	feed = feed_open(bus, &options, &err);
	ck_assert_msg(feed != NULL, "%s", err.text);
}

/* Lets the feed work for a moment: until something is there, at most 100 ms. */
static void turn(void)
{
	struct bus_wait waits[] = {{.socket = feed_monitor(feed)}, {.socket = feed_socket(feed)}};

	ck_assert_int_ge(bus_wait(waits, 2, 100, &err), 0);
	feed_turn(feed, clock_monotonic(), note, NULL);
}

/* At most 10 ms. */
static void turn_wait(void)
{
	struct bus_wait waits[] = {{.socket = feed_monitor(feed)}, {.socket = feed_socket(feed)}};

	ck_assert_int_ge(bus_wait(waits, 2, 10, &err), 0);
}

#define TURN_UNTIL(condition)                                                                      \
	do {                                                                                       \
		int64_t deadline_ = clock_monotonic() + DEADLINE;                                  \
		while (!(condition)) {                                                             \
			ck_assert_msg(clock_monotonic() < deadline_, "%s; last event: %s",         \
				      #condition, feed_state(feed)->last_event);                   \
			turn();                                                                    \
		}                                                                                  \
	} while (0)

static bool receive(struct bus_message *ret_message)
{
	int got = feed_receive(feed, ret_message, &err);

	ck_assert_msg(got >= 0, "%s", err.text);
	return got;
}

static bool receive_any(void)
{
	struct bus_message message = {0};
	bool any = receive(&message);

	bus_message_fini(&message);
	return any;
}

/* 1 when that came. */
static int receive_number(int wanted)
{
	struct bus_message message;

	if (!receive(&message))
		return 0;
	ck_assert_int_eq(atoi(message.last.ptr), wanted);
	bus_message_fini(&message);
	return 1;
}

static void must_hear(const char *text)
{
	struct bus_message message = {0};

	TURN_UNTIL(receive(&message));
	ck_assert_msg(view_is(message.last, text), "got %.*s", VIEW_ARGS(message.last));
	bus_message_fini(&message);
}

static bool is_subscribed(struct bus_socket *xpub)
{
	struct bus_message message;

	if (bus_receive(xpub, &message, &err) != 1)
		return false;
	bus_message_fini(&message);
	return true;
}

/* --- the ordinary life --------------------------------------------------------------------------
 */

START_TEST(counts_what_a_publisher_sends)
{
	struct bus_socket *xpub = open_kind(BUS_XPUB, "tcp://127.0.0.1:0", true);
	int64_t before = clock_now();

	begin(bus_socket_endpoint(xpub), false, false);
	ck_assert_str_eq(feed_name(feed), "wire");
	ck_assert(!feed_state(feed)->connected);
	ck_assert(feed_state(feed)->last_item == CLOCK_NONE);
	TURN_UNTIL(is_subscribed(xpub));
	TURN_UNTIL(feed_state(feed)->connected);
	must_send(xpub, "one");
	must_hear("one");
	must_send(xpub, "two");
	must_hear("two");
	ck_assert_uint_eq(feed_state(feed)->received, 2);
	ck_assert_uint_eq(feed_state(feed)->connects, 1);
	ck_assert_int_eq(feed_state(feed)->peers, 1);
	ck_assert(feed_state(feed)->last_item >= before);
	ck_assert_uint_eq(notes, 1);
	feed_close(feed);
	bus_socket_close(xpub);
}
END_TEST

START_TEST(survives_a_restart_of_the_publisher)
{
	struct bus_socket *xpub = open_kind(BUS_XPUB, "tcp://127.0.0.1:0", true);
	char endpoint[64];

	snprintf(endpoint, sizeof(endpoint), "%s", bus_socket_endpoint(xpub));
	begin(endpoint, false, false);
	TURN_UNTIL(feed_state(feed)->connected);
	bus_socket_close(xpub);
	TURN_UNTIL(!feed_state(feed)->connected);
	ck_assert_int_eq(feed_state(feed)->peers, 0);
	TURN_UNTIL(bus_probe(endpoint, 1000, &err) == 0);
	xpub = open_kind(BUS_XPUB, endpoint, true);
	TURN_UNTIL(is_subscribed(xpub));
	must_send(xpub, "again");
	must_hear("again");
	TURN_UNTIL(feed_state(feed)->connects == 2);
	ck_assert_uint_eq(feed_state(feed)->disconnects, 1);
	/* libzmq came back by itself. */
	ck_assert_uint_eq(feed_state(feed)->revived, 0);
	feed_close(feed);
	bus_socket_close(xpub);
}
END_TEST

START_TEST(counts_the_peers_of_a_bound_feed)
{
	struct bus_socket *push[2];

	begin("tcp://127.0.0.1:0", true, true);
	ck_assert(feed_state(feed)->connected);
	for (int i = 0; i < 2; i++) {
		push[i] = open_kind(BUS_PUSH, bus_socket_endpoint(feed_socket(feed)), false);
		TURN_UNTIL(feed_state(feed)->peers == i + 1);
		must_send(push[i], "x");
		must_hear("x");
	}
	bus_socket_close(push[0]);
	TURN_UNTIL(feed_state(feed)->peers == 1);
	bus_socket_close(push[1]);
	TURN_UNTIL(feed_state(feed)->peers == 0);
	ck_assert(feed_state(feed)->connected);
	feed_close(feed);
}
END_TEST

START_TEST(refuses_what_cannot_be_opened)
{
	struct feed_options options = {.name = "wire", .endpoint = "tcp://127.0.0.1", .bind = true};

	ck_assert_ptr_null(feed_open(bus, &options, &err));
	ck_assert_msg(strncmp(err.text, "feed wire: ", 11) == 0, "%s", err.text);
}
END_TEST

/* --- going deaf ---------------------------------------------------------------------------------
 */

static bool sends_and_hears(struct bus_socket *xpub, const char *text)
{
	struct bus_message message;

	must_send(xpub, text);
	if (!receive(&message))
		return false;
	ck_assert_msg(view_is(message.last, text), "got %.*s", VIEW_ARGS(message.last));
	bus_message_fini(&message);
	return true;
}

START_TEST(revives_after_an_oversize_frame)
{
	struct bus_socket *xpub = open_kind(BUS_XPUB, "tcp://127.0.0.1:0", true);
	char large[4000];

	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	begin(bus_socket_endpoint(xpub), false, false);
	TURN_UNTIL(is_subscribed(xpub));
	must_send(xpub, large);
	TURN_UNTIL(feed_state(feed)->revived == 1);
	/* What is sent before the new subscription is there is lost; so again and again. */
	TURN_UNTIL(sends_and_hears(xpub, "small"));
	feed_close(feed);
	bus_socket_close(xpub);
}
END_TEST

/* What a stranger answers on the feed's port, and whether libzmq gives the endpoint up for it. */
static const struct {
	const char *name, *says;
	size_t len;
	bool closes, deaf;
} strangers[] = {
	{"closes at once", "", 0, true, false},
	{"says nothing", "", 0, false, false},
	{"HTTP, closing", "HTTP/1.1 400 Bad Request\r\n\r\n", 28, true, false},
	{"unknown mechanism",
	 GREETING("XYZZY\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	 GREETING_SIZE, false, true},
	{"nonsense for READY",
	 GREETING("NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") "\4\6\5NOPE!",
	 GREETING_SIZE + 8, false, true},
};

/* Shows the stranger to the feed until it has had enough of it; false where it waits for more. */
static void meet_stranger(int listener, size_t which)
{
	struct pollfd ready = {.fd = listener, .events = POLLIN};
	int fd;

	ck_assert_int_eq(poll(&ready, 1, 30000), 1);
	fd = accept(listener, NULL, NULL);
	raw_write(fd, strangers[which].says, strangers[which].len);
	if (!strangers[which].closes)
		raw_await_end(fd);
	close(fd);
}

START_TEST(outlives_strangers)
{
	char endpoint[64];
	int listener = raw_listen(endpoint);
	struct bus_socket *xpub;

	begin(endpoint, false, false);
	meet_stranger(listener, (size_t)_i);
	close(listener);
	xpub = open_kind(BUS_XPUB, endpoint, true);
	TURN_UNTIL(is_subscribed(xpub));
	must_send(xpub, "one");
	must_hear("one");
	TURN_UNTIL(feed_state(feed)->connected);
	ck_assert_msg((feed_state(feed)->revived > 0) == strangers[_i].deaf, "%s: revived %d",
		      strangers[_i].name, (int)feed_state(feed)->revived);
	feed_close(feed);
	bus_socket_close(xpub);
}
END_TEST

/* Time is told to the feed, so that its patience can be seen without waiting. */
START_TEST(waits_longer_each_time)
{
	static const int pauses[] = {1, 2, 4, 8, 10, 10};
	char endpoint[64];
	int listener = raw_listen(endpoint);
	int64_t now = 0;

	begin(endpoint, false, false);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		struct bus_wait wait = {.socket = feed_monitor(feed)};

		meet_stranger(listener, 3);
		do {
			ck_assert_int_eq(bus_wait(&wait, 1, 30000, &err), 1);
			feed_turn(feed, now, note, NULL);
		} while (strcmp(feed_state(feed)->last_event, "disconnected") != 0);
		now += pauses[i] * CLOCK_SECOND;
		feed_turn(feed, now - 1, note, NULL);
		ck_assert_uint_eq(feed_state(feed)->revived, i);
		feed_turn(feed, now, note, NULL);
		ck_assert_uint_eq(feed_state(feed)->revived, i + 1);
	}
	feed_close(feed);
	close(listener);
}
END_TEST

/* libzmq tries every ten seconds at most: when it says nothing for longer, it has given up. */
START_TEST(does_not_trust_an_attempt_for_ever)
{
	char endpoint[64];
	int listener = raw_listen(endpoint);

	close(listener);
	begin(endpoint, false, false);
	TURN_UNTIL(strcmp(feed_state(feed)->last_event, "connecting again") == 0);
	feed_turn(feed, clock_monotonic() + 60 * CLOCK_SECOND, note, NULL);
	ck_assert_uint_eq(feed_state(feed)->revived, 1);
	feed_close(feed);
}
END_TEST

/* --- silence ------------------------------------------------------------------------------------
 */

/* Lets the feed work at a time that is told, until something of it is as wished. */
#define TURN_AT(now, condition)                                                                    \
	do {                                                                                       \
		int64_t deadline_ = clock_monotonic() + DEADLINE;                                  \
		feed_turn(feed, now, note, NULL);                                                  \
		while (!(condition)) {                                                             \
			ck_assert_msg(clock_monotonic() < deadline_, "%s; last event: %s",         \
				      #condition, feed_state(feed)->last_event);                   \
			feed_turn(feed, now, note, NULL);                                          \
		}                                                                                  \
	} while (0)

START_TEST(tells_silence)
{
	struct bus_socket *push;
	int64_t now = clock_monotonic();

	begin("tcp://127.0.0.1:0", true, true);
	push = open_kind(BUS_PUSH, feed_endpoint(feed), false);
	must_send(push, "x");
	must_hear("x");
	feed_turn(feed, now, note, NULL);
	feed_turn(feed, now + SILENCE - 1, note, NULL);
	ck_assert(!feed_state(feed)->silent);
	ck_assert(feed_state(feed)->quiet_since == now);
	feed_turn(feed, now + SILENCE, note, NULL);
	ck_assert(feed_state(feed)->silent);
	must_send(push, "y");
	TURN_AT(now + SILENCE, receive_any());
	feed_turn(feed, now + SILENCE, note, NULL);
	ck_assert(!feed_state(feed)->silent);
	ck_assert_uint_eq(feed_state(feed)->renewed, 0); /* peers of a bound feed come themselves */
	feed_close(feed);
	bus_socket_close(push);
}
END_TEST

/* Has the feed silent and its second connection begun; the time for the turns to come. */
static int64_t begin_renewal(struct bus_socket *xpub)
{
	begin(bus_socket_endpoint(xpub), false, false);
	TURN_UNTIL(is_subscribed(xpub));
	TURN_UNTIL(feed_state(feed)->connected);
	feed_turn(feed, clock_monotonic() + SILENCE, note, NULL);
	ck_assert(feed_state(feed)->silent);
	return clock_monotonic() + SILENCE;
}

/* A publisher that wakes up while a second connection is made: nothing comes twice, none is left.
 */
START_TEST(keeps_a_connection_that_wakes_up)
{
	struct bus_socket *xpub = open_kind(BUS_XPUB, "tcp://127.0.0.1:0", true);
	int64_t now = begin_renewal(xpub), end = now + 3 * CLOCK_SECOND;
	int sent = 0, got = 0;
	char text[16];

	while (now < end) {
		if (sent == got) {
			snprintf(text, sizeof(text), "%d", ++sent);
			must_send(xpub, text);
		}
		turn_wait();
		now = clock_monotonic() + SILENCE;
		feed_turn(feed, now, note, NULL);
		got += receive_number(got + 1);
	}
	ck_assert_int_gt(got, 0);
	ck_assert(!feed_state(feed)->silent);
	ck_assert_uint_eq(feed_state(feed)->renewed, 0);
	ck_assert_uint_eq(feed_state(feed)->connects, 1);
	feed_close(feed);
	bus_socket_close(xpub);
}
END_TEST

/* One that wakes up at the very moment the second takes over: nothing is lost. */
START_TEST(renews_a_silent_connection_without_loss)
{
	struct bus_socket *xpub = open_kind(BUS_XPUB, "tcp://127.0.0.1:0", true);
	int64_t now = begin_renewal(xpub);

	while (feed_turn(feed, clock_monotonic() + SILENCE, note, NULL) == 0)
		turn_wait();
	must_send(xpub, "1");
	receive_any();
	while (feed_state(feed)->received == 0)
		turn_wait(), receive_any();
	ck_assert_uint_eq(feed_state(feed)->revived, 0);
	ck_assert_int_eq(feed_state(feed)->peers, 1);
	must_send(xpub, "2");
	while (feed_state(feed)->received == 1)
		turn_wait(), receive_any();
	feed_turn(feed, now, note, NULL);
	ck_assert_uint_eq(feed_state(feed)->received, 2);
	feed_close(feed);
	bus_socket_close(xpub);
}
END_TEST

/* The first connection is held back for ever and does not end; the second one speaks. */
START_TEST(leaves_a_connection_that_holds_everything_back)
{
	char endpoint[64];
	int listener = raw_listen(endpoint), first, second;
	bool pull = _i;
	int64_t now;

	begin(endpoint, pull, false);
	first = accept(listener, NULL, NULL);
	raw_greet(first, pull ? "PUSH" : "PUB");
	TURN_UNTIL(feed_state(feed)->connected);
	now = clock_monotonic() + SILENCE;
	feed_turn(feed, now, note, NULL);
	second = accept(listener, NULL, NULL);
	raw_greet(second, pull ? "PUSH" : "PUB");
	while (feed_state(feed)->renewed == 0 || !feed_state(feed)->connected) {
		now = clock_monotonic() + SILENCE;
		feed_turn(feed, now, note, NULL);
		receive_any();
		turn_wait();
	}
	raw_write(second, "\0\5again", 7);
	must_hear("again");
	close(first);
	close(second);
	feed_close(feed);
	close(listener);
}
END_TEST

/* A second connection that does not stand is no reason to leave the first. */
START_TEST(keeps_the_first_when_the_second_does_not_stand)
{
	char endpoint[64];
	int listener = raw_listen(endpoint), first, second;
	int64_t now;

	begin(endpoint, false, false);
	first = accept(listener, NULL, NULL);
	raw_greet(first, "PUB");
	TURN_UNTIL(feed_state(feed)->connected);
	now = clock_monotonic() + SILENCE;
	feed_turn(feed, now, note, NULL);
	second = accept(listener, NULL, NULL);
	ck_assert_uint_eq(notes, 2); /* connected; connecting anew */
	TURN_AT(now + 5 * CLOCK_SECOND, notes == 3);
	raw_write(first, "\0\5still", 7);
	must_hear("still");
	ck_assert_uint_eq(feed_state(feed)->renewed, 0);
	ck_assert_uint_eq(feed_state(feed)->disconnects, 0);
	close(first);
	close(second);
	feed_close(feed);
	close(listener);
}
END_TEST

/* A feed that is quiet by nature is not connected anew all the time. */
START_TEST(renews_less_often_each_time)
{
	static const int pauses[] = {1, 2, 4, 8, 8};
	struct bus_socket *xpub = open_kind(BUS_XPUB, "tcp://127.0.0.1:0", true);
	int64_t now = clock_monotonic();

	begin(bus_socket_endpoint(xpub), false, false);
	TURN_AT(now, feed_state(feed)->connected);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		unsigned before = notes;
		uint64_t renewed = feed_state(feed)->renewed;

		now += pauses[i] * SILENCE;
		feed_turn(feed, now - 1, note, NULL);
		ck_assert_uint_eq(notes, before);
		feed_turn(feed, now, note, NULL);
		ck_assert_uint_eq(notes, before + 1);
		/* Its second connection stands or fails. */
		for (int s = 1; notes == before + 1 && feed_state(feed)->renewed == renewed; s++) {
			feed_turn(feed, now + s * CLOCK_SECOND, note, NULL);
			receive_any();
		}
	}
	feed_close(feed);
	bus_socket_close(xpub);
}
END_TEST

/* --- messages without end -----------------------------------------------------------------------
 */

/* Part after part, until the other side has had enough; at most what is far beyond the limit. */
static void flood(int fd)
{
	static const char part[2 + 200] = "\1\310";
	size_t sent = 0;
	int64_t deadline = clock_monotonic() + DEADLINE;

	while (feed_state(feed)->floods == 0) {
		ck_assert_msg(clock_monotonic() < deadline, "not cut off after %zu bytes", sent);
		if (sent < 1 << 20 && send(fd, part, sizeof(part), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
			sent += sizeof(part);
		ck_assert(!receive_any());
		feed_turn(feed, clock_monotonic(), note, NULL);
	}
	ck_assert_uint_gt(sent, 4 * 2048);
	raw_await_end(fd);
	close(fd);
}

START_TEST(cuts_off_a_message_without_end)
{
	char endpoint[64];
	int listener = raw_listen(endpoint), fd;

	begin(endpoint, false, false);
	fd = accept(listener, NULL, NULL);
	raw_greet(fd, "PUB");
	TURN_UNTIL(feed_state(feed)->connected);
	flood(fd);
	fd = accept(listener, NULL, NULL);
	raw_greet(fd, "PUB");
	raw_write(fd, "\0\5again", 7);
	must_hear("again");
	ck_assert_uint_eq(feed_state(feed)->floods, 1);
	close(fd);
	feed_close(feed);
	close(listener);
}
END_TEST

/* The other peers of a bound feed lose nothing by it, however much they have sent. */
START_TEST(cuts_off_none_but_who_never_ends)
{
	struct bus_socket *push;
	char text[1001] = "";
	int fd;

	memset(text, 'x', sizeof(text) - 1);
	begin("tcp://127.0.0.1:0", true, true);
	push = open_kind(BUS_PUSH, feed_endpoint(feed), false);
	TURN_UNTIL(feed_state(feed)->peers == 1);
	for (int i = 0; i < 100; i++) {
		must_send(push, i % 2 ? text : "small");
		must_hear(i % 2 ? text : "small");
		ck_assert(!receive_any());
		feed_turn(feed, clock_monotonic(), note, NULL);
	}
	ck_assert_uint_eq(feed_state(feed)->floods, 0);
	fd = raw_connect(feed_endpoint(feed));
	raw_greet(fd, "PUSH");
	TURN_UNTIL(feed_state(feed)->peers == 2);
	flood(fd);
	TURN_UNTIL(feed_state(feed)->peers == 1);
	must_send(push, "x");
	must_hear("x");
	ck_assert_uint_eq(feed_state(feed)->floods, 1);
	feed_close(feed);
	bus_socket_close(push);
}
END_TEST

/* A publisher of ZMTP 1.0: no handshake that the monitor could report. */
START_TEST(hears_the_old_protocol)
{
	char endpoint[64];
	int listener = raw_listen(endpoint), fd;

	begin(endpoint, false, false);
	fd = accept(listener, NULL, NULL);
	raw_write(fd, "\1\0\4\0old", 7);
	TURN_UNTIL(strcmp(feed_state(feed)->last_event, "greeting") == 0);
	must_hear("old");
	ck_assert(feed_state(feed)->connected);
	ck_assert_int_eq(feed_state(feed)->peers, 1);
	close(fd);
	TURN_UNTIL(!feed_state(feed)->connected);
	feed_close(feed);
	close(listener);
}
END_TEST

START_TEST(does_not_count_strangers_of_a_bound_feed)
{
	struct bus_socket *push;
	int fd;

	begin("tcp://127.0.0.1:0", true, true);
	push = open_kind(BUS_PUSH, bus_socket_endpoint(feed_socket(feed)), false);
	TURN_UNTIL(feed_state(feed)->peers == 1);
	fd = raw_connect(bus_socket_endpoint(feed_socket(feed)));
	raw_write(fd, strangers[3].says, strangers[3].len);
	raw_await_end(fd);
	close(fd);
	TURN_UNTIL(strcmp(feed_state(feed)->last_event, "disconnected") == 0);
	ck_assert_int_eq(feed_state(feed)->peers, 1);
	must_send(push, "x");
	must_hear("x");
	feed_close(feed);
	bus_socket_close(push);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("feed");

	tcase_add_test(tcase, counts_what_a_publisher_sends);
	tcase_add_test(tcase, survives_a_restart_of_the_publisher);
	tcase_add_test(tcase, counts_the_peers_of_a_bound_feed);
	tcase_add_test(tcase, refuses_what_cannot_be_opened);
	tcase_add_test(tcase, revives_after_an_oversize_frame);
	tcase_add_loop_test(tcase, outlives_strangers, 0, sizeof(strangers) / sizeof(*strangers));
	tcase_add_test(tcase, waits_longer_each_time);
	tcase_add_test(tcase, does_not_trust_an_attempt_for_ever);
	tcase_add_test(tcase, tells_silence);
	tcase_add_test(tcase, keeps_a_connection_that_wakes_up);
	tcase_add_test(tcase, renews_a_silent_connection_without_loss);
	tcase_add_loop_test(tcase, leaves_a_connection_that_holds_everything_back, 0, 2);
	tcase_add_test(tcase, keeps_the_first_when_the_second_does_not_stand);
	tcase_add_test(tcase, renews_less_often_each_time);
	tcase_add_test(tcase, cuts_off_a_message_without_end);
	tcase_add_test(tcase, cuts_off_none_but_who_never_ends);
	tcase_add_test(tcase, hears_the_old_protocol);
	tcase_add_test(tcase, does_not_count_strangers_of_a_bound_feed);
	return run_suite("feed", tcase);
}
