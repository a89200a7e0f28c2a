#include "unit/bus_support.h"

#include "bus/curve.h"
#include "bus/zap.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * One server, an answering thread in the place of the daemon's, and clients of every kind at the
 * door.
 */
#define TIMEOUT_MS 20000

static char server_public[BUS_KEY_SIZE], server_secret[BUS_KEY_SIZE];
static char client_public[BUS_KEY_SIZE], client_secret[BUS_KEY_SIZE];
static struct bus_curve server_curve, client_curve;

struct door {
	struct zap *zap;
	struct bus_socket *stop, *stopped; /* a pair: a message ends the thread */
	const char *admitted; /* the one key that comes in; others are refused for good */
	struct zap_request last;
	atomic_size_t asked;
	pthread_t thread;
};

static void *keep_door(void *context)
{
	struct door *door = context;
	struct bus_wait waits[] = {{.socket = zap_socket(door->zap)}, {.socket = door->stopped}};

	while (!waits[1].ready && bus_wait(waits, 2, -1, NULL) >= 0)
		while (zap_receive(door->zap, &door->last) > 0) {
			bool good = strcmp(door->last.key, door->admitted) == 0;

			door->asked++;
			zap_answer(door->zap, good ? ZAP_ADMIT : ZAP_NEVER, VIEW("desk"));
		}
	return NULL;
}

static void open_door(struct door *door, const char *admitted)
{
	*door = (struct door){.admitted = admitted};
	door->zap = zap_open(bus, &err);
	ck_assert_msg(door->zap != NULL, "%s", err.text);
	door->stop = open_kind(BUS_PAIR, "inproc://stop", true);
	door->stopped = open_kind(BUS_PAIR, "inproc://stop", false);
	ck_assert_int_eq(pthread_create(&door->thread, NULL, keep_door, door), 0);
}

static void close_door(struct door *door)
{
	must_send(door->stop, "x");
	pthread_join(door->thread, NULL);
	bus_socket_close(door->stop);
	bus_socket_close(door->stopped);
	zap_close(door->zap);
}

static void setup(void)
{
	bus_setup();
	ck_assert_int_eq(bus_keypair(server_public, server_secret, &err), 0);
	ck_assert_int_eq(bus_keypair(client_public, client_secret, &err), 0);
	server_curve = (struct bus_curve){.domain = "events", .secret_key = server_secret};
	client_curve = (struct bus_curve){.secret_key = client_secret,
					  .public_key = client_public,
					  .server_key = server_public};
}

static struct bus_socket *open_with(enum bus_kind kind, const char *endpoint, bool bind,
				    const struct bus_curve *curve)
{
	static const char *const all[] = {""};
	struct bus_options options = {.kind = kind,
				      .endpoint = endpoint,
				      .bind = bind,
				      .topics = all,
				      .topic_count = kind == BUS_SUB,
				      .high_water = 1000,
				      .curve = curve};
	struct bus_socket *socket = bus_socket_open(bus, &options, &err);

	ck_assert_msg(socket != NULL, "%s", err.text);
	return socket;
}

static int intrude(const char *endpoint, const struct bus_curve *curve, int timeout_ms)
{
	struct bus_options options = {.kind = BUS_SUB, .endpoint = endpoint, .curve = curve};

	return bus_intrude(bus, &options, timeout_ms, &err);
}

/* Publishes until the subscriber has it, as a subscription takes a moment. */
static void must_pass(struct bus_socket *server, struct bus_socket *client, const char *text)
{
	int64_t end = clock_monotonic() + DEADLINE;
	struct bus_wait wait = {.socket = client};
	struct bus_message message;
	struct view frame = view_of(text);
	bool found = false;

	while (!found) {
		ck_assert(clock_monotonic() < end);
		bus_send(server, &frame, 1, &err);
		bus_wait(&wait, 1, 20, &err);
		while (bus_receive(client, &message, &err) > 0) {
			found |= view_is(message.last, text);
			bus_message_fini(&message);
		}
	}
}

START_TEST(who_comes_in)
{
	struct bus_curve stranger = client_curve, mistaken = client_curve;
	char other_public[BUS_KEY_SIZE], other_secret[BUS_KEY_SIZE];
	struct bus_socket *server, *client;
	const char *endpoint;
	struct door door;

	open_door(&door, client_public);
	server = open_with(BUS_XPUB, "tcp://127.0.0.1:*", true, &server_curve);
	endpoint = bus_socket_endpoint(server);
	bus_keypair(other_public, other_secret, &err);
	stranger.public_key = other_public;
	stranger.secret_key = other_secret;
	mistaken.server_key = other_public;
	ck_assert_int_eq(intrude(endpoint, &client_curve, TIMEOUT_MS), 1);
	ck_assert_int_eq(intrude(endpoint, &stranger, TIMEOUT_MS), 0);
	ck_assert_int_eq(intrude(endpoint, NULL, TIMEOUT_MS), 0);
	/* The server cannot read what is meant for another: it says nothing, or ends it. */
	ck_assert_int_le(intrude(endpoint, &mistaken, 500), 0);
	client = open_with(BUS_SUB, endpoint, false, &client_curve);
	must_pass(server, client, "secret news");
	bus_socket_close(client);
	close_door(&door);
	ck_assert_uint_eq(door.asked, 3);
	ck_assert_str_eq(door.last.domain, "events");
	ck_assert_str_eq(door.last.key, client_public);
	ck_assert_str_eq(door.last.address, "127.0.0.1");
	/* With nobody at the door it is shut. */
	ck_assert_int_le(intrude(endpoint, &client_curve, 500), 0);
	bus_socket_close(server);
}
END_TEST

/* A renewal ends what stands; who is still let in comes again, with another key of the server's,
 * too. */
START_TEST(renewal)
{
	char next_public[BUS_KEY_SIZE], next_secret[BUS_KEY_SIZE];
	struct bus_curve next_curve = client_curve;
	struct bus_socket *server, *client, *next;
	const char *endpoint;
	struct door door;

	open_door(&door, client_public);
	server = open_with(BUS_XPUB, "tcp://127.0.0.1:*", true, &server_curve);
	endpoint = bus_socket_endpoint(server);
	client = open_with(BUS_SUB, endpoint, false, &client_curve);
	must_pass(server, client, "before");
	ck_assert_msg(bus_socket_renew(server, NULL, &err) == 0, "%s", err.text);
	/* The end of the old connection takes the server's own thread a few calls. */
	while (atomic_load(&door.asked) < 2)
		must_pass(server, client, "meanwhile");
	must_pass(server, client, "after");
	bus_keypair(next_public, next_secret, &err);
	next_curve.server_key = next_public;
	ck_assert_msg(bus_socket_renew(server, next_secret, &err) == 0, "%s", err.text);
	next = open_with(BUS_SUB, endpoint, false, &next_curve);
	must_pass(server, next, "with the next key");
	ck_assert_int_le(intrude(endpoint, &client_curve, 500), 0);
	bus_socket_close(next);
	bus_socket_close(client);
	bus_socket_close(server);
	close_door(&door);
	ck_assert_uint_ge(door.asked, 3);
}
END_TEST

START_TEST(nobody_there)
{
	ck_assert_int_eq(intrude("tcp://127.0.0.1:1", &client_curve, 300), -1);
	ck_assert_msg(strstr(err.text, "no answer within 300 ms") != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("curve");
	TCase *cases = tcase_create("curve");
	SRunner *runner;
	int failed;

	tcase_set_timeout(cases, 120);
	tcase_add_checked_fixture(cases, setup, bus_teardown);
	tcase_add_test(cases, who_comes_in);
	tcase_add_test(cases, renewal);
	tcase_add_test(cases, nobody_there);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
