#ifndef TESTS_BUS_SUPPORT_H
#define TESTS_BUS_SUPPORT_H

#include "base/clock.h"
#include "bus/bus.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What the tests of sockets share: a deadline for every wait, a folder of their own. */
#define DEADLINE (90 * CLOCK_SECOND)

static struct err err;
static struct bus *bus;
static char folder[64];

static inline void bus_setup(void)
{
	snprintf(folder, sizeof(folder), "/tmp/newstag-bus-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	bus = bus_open(&err);
	ck_assert_msg(bus != NULL, "%s", err.text);
}

static inline int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
	(void)stat, (void)kind, (void)ftw;
	return remove(path);
}

static inline void bus_teardown(void)
{
	bus_close(bus);
	ck_assert_int_eq(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline struct bus_socket *open_kind(enum bus_kind kind, const char *endpoint, bool bind)
{
	static const char *const all[] = {""};
	struct bus_options options = {
		.kind = kind,
		.endpoint = endpoint,
		.bind = bind,
		.topics = all,
		.topic_count = kind == BUS_SUB,
		.high_water = 1000,
	};
	struct bus_socket *socket = bus_socket_open(bus, &options, &err);

	ck_assert_msg(socket != NULL, "%s", err.text);
	return socket;
}

/* Waits until the socket has a message, which is then received. */
static inline struct bus_message must_receive(struct bus_socket *socket)
{
	struct bus_wait wait = {.socket = socket};
	struct bus_message message = {0};

	ck_assert_int_eq(bus_wait(&wait, 1, 30000, &err), 1);
	ck_assert(wait.ready);
	ck_assert_int_eq(bus_receive(socket, &message, &err), 1);
	return message;
}

static inline void must_send(struct bus_socket *socket, const char *text)
{
	struct view frame = view_of(text);

	ck_assert_int_eq(bus_send(socket, &frame, 1, &err), 1);
}

static inline void must_get(struct bus_socket *socket, const char *text)
{
	struct bus_message message = must_receive(socket);

	ck_assert_msg(view_is(message.last, text), "got %.*s", VIEW_ARGS(message.last));
	bus_message_fini(&message);
}

static inline int run_suite(const char *name, TCase *tcase)
{
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, bus_setup, bus_teardown);
	tcase_set_timeout(tcase, 100);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
