#include "unit/bus_support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

static const char *in_folder(const char *name)
{
	static char endpoint[128];

	snprintf(endpoint, sizeof(endpoint), "ipc://%s/%s", folder, name);
	return endpoint;
}

/* --- binding ------------------------------------------------------------------------------------
 */

static const struct {
	const char *endpoint, *start; /* NULL: refused, with this in the sentence */
	const char *sentence;
} endpoints[] = {
	{"tcp://127.0.0.1:0", "tcp://127.0.0.1:", NULL},
	{"tcp://127.0.0.1:*", "tcp://127.0.0.1:", NULL},
	{"tcp://*:0", "tcp://0.0.0.0:", NULL},
	{"tcp://localhost:0", "tcp://", NULL},
	{"tcp://[::1]:0", "tcp://[::1]:", NULL},
	{"tcp://[::]:*", "tcp://[::]:", NULL},
	{"ipc://@newstag-test-%d", "ipc://@newstag-test-", NULL},
	{"inproc://x", "inproc://x", NULL},
	{"tcp://127.0.0.1", NULL, "HOST:PORT"},
	{"tcp://127.0.0.1:", NULL, "HOST:PORT"},
	{"tcp://127.0.0.1:x", NULL, "HOST:PORT"},
	{"tcp://127.0.0.1:65536", NULL, "HOST:PORT"},
	{"tcp://:1", NULL, "HOST:PORT"},
	{"tcp://192.0.2.1:0", NULL, "assign"},
	{"ipc://", NULL, "path"},
	{"ipc://*", NULL, "path"},
	{"ipc:///no/such/folder/socket", NULL, "No such file"},
	{"udp://127.0.0.1:1", NULL, "neither"},
	{"what", NULL, "neither"},
};

START_TEST(binds_or_says_why_not)
{
	char endpoint[128];
	struct bus_options options = {
		.kind = BUS_PULL, .endpoint = endpoint, .bind = true, .name = "feed x"};
	struct bus_socket *socket;

	snprintf(endpoint, sizeof(endpoint), "%s", endpoints[_i].endpoint);
	if (strstr(endpoint, "%d"))
		snprintf(strstr(endpoint, "%d"), 20, "%d", getpid());
	socket = bus_socket_open(bus, &options, &err);
	if (!endpoints[_i].start) {
		ck_assert_ptr_null(socket);
		ck_assert_msg(strstr(err.text, endpoints[_i].sentence), "%s", err.text);
		ck_assert_int_eq(strncmp(err.text, "feed x: ", 8), 0);
		return;
	}
	ck_assert_msg(socket != NULL, "%s", err.text);
	ck_assert_msg(!strncmp(bus_socket_endpoint(socket), endpoints[_i].start,
			       strlen(endpoints[_i].start)),
		      "%s", bus_socket_endpoint(socket));
	bus_socket_close(socket);
}
END_TEST

/* A message passes through what was bound, at the endpoint that the socket names. */
static const char *const carried[] = {"tcp://127.0.0.1:0", "tcp://[::1]:*", "ipc", "inproc://y"};

START_TEST(carries)
{
	bool ipc = strcmp(carried[_i], "ipc") == 0;
	struct bus_socket *pull = open_kind(BUS_PULL, ipc ? in_folder("s") : carried[_i], true);
	struct bus_socket *push = open_kind(BUS_PUSH, bus_socket_endpoint(pull), false);

	must_send(push, "one");
	must_get(pull, "one");
	bus_socket_close(push);
	bus_socket_close(pull);
}
END_TEST

/* As the service's unit does it: no sockets of AF_NETLINK. libzmq's own bind of TCP dies of that.
 */
static void forbid_netlink(void)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(program) / sizeof(*program), program};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
	ck_assert_int_eq(socket(AF_NETLINK, SOCK_RAW, 0), -1);
}

START_TEST(needs_no_netlink)
{
	static const char *const tried[] = {"tcp://127.0.0.1:0", "tcp://*:0", "tcp://localhost:0"};

	forbid_netlink();
	for (size_t i = 0; i < sizeof(tried) / sizeof(*tried); i++) {
		struct bus_socket *pull = open_kind(BUS_PULL, tried[i], true);
		struct bus_socket *push = open_kind(BUS_PUSH, bus_socket_endpoint(pull), false);

		must_send(push, "one");
		must_get(pull, "one");
		bus_socket_close(push);
		bus_socket_close(pull);
	}
}
END_TEST

START_TEST(refuses_what_is_in_use)
{
	const char *const tried[] = {"tcp://127.0.0.1:0", in_folder("s")};
	struct bus_options options = {.kind = BUS_XPUB, .bind = true};

	for (size_t i = 0; i < 2; i++) {
		struct bus_socket *first = open_kind(BUS_PULL, tried[i], true);
		struct bus_socket *push = open_kind(BUS_PUSH, bus_socket_endpoint(first), false);

		options.endpoint = bus_socket_endpoint(first);
		ck_assert_ptr_null(bus_socket_open(bus, &options, &err));
		ck_assert_msg(strstr(err.text, "in use"), "%s", err.text);
		must_send(push, "still here");
		must_get(first, "still here");
		bus_socket_close(push);
		bus_socket_close(first);
	}
}
END_TEST

/* As a killed process leaves it: a socket file that nobody listens on. */
static void leave_stale(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	close(fd);
}

START_TEST(replaces_a_stale_path)
{
	const char *endpoint = in_folder("stale");
	struct bus_socket *pull, *push;

	leave_stale(endpoint + 6);
	ck_assert_int_eq(bus_probe(endpoint, 0, &err), 0);
	pull = open_kind(BUS_PULL, endpoint, true);
	push = open_kind(BUS_PUSH, endpoint, false);
	ck_assert_int_eq(bus_probe(endpoint, 0, &err), 1);
	must_send(push, "one");
	must_get(pull, "one");
	bus_socket_close(push);
	bus_socket_close(pull);
	ck_assert_int_eq(access(endpoint + 6, F_OK), -1);
}
END_TEST

START_TEST(leaves_other_files_alone)
{
	const char *endpoint = in_folder("file");
	struct bus_options options = {.kind = BUS_PULL, .endpoint = endpoint, .bind = true};
	struct bus_socket *pull;

	close(open(endpoint + 6, O_CREAT | O_WRONLY, 0600));
	ck_assert_ptr_null(bus_socket_open(bus, &options, &err));
	ck_assert_int_eq(access(endpoint + 6, F_OK), 0);

	/* Nor does closing take away what another put in its place. */
	options.endpoint = in_folder("moved");
	pull = bus_socket_open(bus, &options, &err);
	ck_assert_int_eq(unlink(options.endpoint + 6), 0);
	leave_stale(options.endpoint + 6);
	bus_socket_close(pull);
	ck_assert_int_eq(access(options.endpoint + 6, F_OK), 0);
}
END_TEST

START_TEST(makes_a_path_by_the_umask)
{
	const char *endpoint = in_folder("mode");
	struct bus_socket *pull;
	struct stat stat_of;
	mode_t before = umask(0077);

	pull = open_kind(BUS_PULL, endpoint, true);
	umask(before);
	ck_assert_int_eq(stat(endpoint + 6, &stat_of), 0);
	ck_assert_int_eq(stat_of.st_mode & 0777, 0700);
	bus_socket_close(pull);
}
END_TEST

START_TEST(refuses_a_path_that_is_too_long)
{
	struct bus_options options = {.kind = BUS_PULL, .bind = true};
	char name[128];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name, "ipc:///", 7);
	options.endpoint = name;
	ck_assert_ptr_null(bus_socket_open(bus, &options, &err));
	ck_assert_msg(strstr(err.text, "107"), "%s", err.text);
}
END_TEST

START_TEST(refuses_a_topic_that_is_too_long)
{
	char topic[BUS_TOPIC_MAX + 2] = {0};
	const char *const topics[] = {topic};
	struct bus_options options = {.kind = BUS_SUB,
				      .endpoint = "inproc://z",
				      .bind = true,
				      .topics = topics,
				      .topic_count = 1};
	struct bus_socket *sub;

	memset(topic, 'x', BUS_TOPIC_MAX);
	sub = bus_socket_open(bus, &options, &err);
	ck_assert_ptr_nonnull(sub);
	bus_socket_close(sub);
	topic[BUS_TOPIC_MAX] = 'x';
	ck_assert_ptr_null(bus_socket_open(bus, &options, &err));
}
END_TEST

START_TEST(probes)
{
	struct bus_socket *pull = open_kind(BUS_PULL, "tcp://127.0.0.1:0", true);
	char endpoint[64];

	snprintf(endpoint, sizeof(endpoint), "%s", bus_socket_endpoint(pull));
	ck_assert_int_eq(bus_probe(endpoint, 1000, &err), 1);
	bus_socket_close(pull);
	bus_close(bus);
	ck_assert_int_eq(bus_probe(endpoint, 1000, &err), 0);
	ck_assert_msg(strstr(err.text, "refused"), "%s", err.text);
	ck_assert_int_eq(bus_probe(in_folder("none"), 0, &err), 0);
	ck_assert_int_eq(bus_probe("nonsense", 0, &err), -1);
	bus = bus_open(&err);
}
END_TEST

/* --- messages -----------------------------------------------------------------------------------
 */

#define ENDLESS 20000

START_TEST(drains_messages_of_many_frames)
{
	static struct view frames[ENDLESS];
	struct bus_socket *pull = open_kind(BUS_PULL, "tcp://127.0.0.1:0", true);
	struct bus_socket *push = open_kind(BUS_PUSH, bus_socket_endpoint(pull), false);
	struct bus_message message;

	for (size_t i = 0; i < ENDLESS; i++)
		frames[i] = VIEW("frame");
	frames[0] = VIEW("first");
	frames[ENDLESS - 1] = VIEW("last");
	ck_assert_int_eq(bus_send(push, frames, ENDLESS, &err), 1);
	must_send(push, "next");
	message = must_receive(pull);
	ck_assert_uint_eq(message.frames, ENDLESS);
	ck_assert(view_is(message.frame[0], "first"));
	ck_assert(view_is(message.frame[BUS_FRAMES_MAX - 1], "frame"));
	ck_assert(view_is(message.last, "last"));
	bus_message_fini(&message);
	must_get(pull, "next");
	bus_socket_close(push);
	bus_socket_close(pull);
}
END_TEST

START_TEST(says_when_there_is_nothing)
{
	struct bus_socket *pull = open_kind(BUS_PULL, "inproc://w", true);
	struct bus_wait wait = {.socket = pull};
	struct bus_message message;

	ck_assert_int_eq(bus_receive(pull, &message, &err), 0);
	ck_assert_int_eq(bus_wait(&wait, 1, 10, &err), 0);
	ck_assert(!wait.ready);
	bus_socket_close(pull);
}
END_TEST

START_TEST(says_when_it_would_block)
{
	struct bus_socket *push = open_kind(BUS_PUSH, "inproc://v", true);
	struct bus_wait wait = {.socket = push, .for_send = true};
	struct view frame = VIEW("x");

	ck_assert_int_eq(bus_send(push, &frame, 1, &err), 0);
	ck_assert_int_eq(bus_wait(&wait, 1, 10, &err), 0);
	bus_socket_close(push);
}
END_TEST

START_TEST(waits_for_descriptors_too)
{
	struct bus_socket *pull = open_kind(BUS_PULL, "inproc://u", true);
	int pipes[2];
	struct bus_wait waits[] = {{.socket = pull}, {.fd = -1}};

	ck_assert_int_eq(pipe(pipes), 0);
	waits[1].fd = pipes[0];
	ck_assert_int_eq(write(pipes[1], "x", 1), 1);
	ck_assert_int_eq(bus_wait(waits, 2, 30000, &err), 1);
	ck_assert(!waits[0].ready && waits[1].ready);
	close(pipes[0]);
	close(pipes[1]);
	bus_socket_close(pull);
}
END_TEST

/* As the control endpoint does it: requests are answered later, in another order. */
START_TEST(routes_answers)
{
	struct bus_socket *router = open_kind(BUS_ROUTER, in_folder("control"), true);
	struct bus_socket *ask[2];
	struct bus_message asked[2];

	for (size_t i = 0; i < 2; i++) {
		ask[i] = open_kind(BUS_REQ, bus_socket_endpoint(router), false);
		must_send(ask[i], i ? "b" : "a");
		asked[i] = must_receive(router);
		ck_assert_uint_eq(asked[i].frames, 3);
		ck_assert_uint_eq(asked[i].frame[1].len, 0);
	}
	for (size_t i = 2; i-- > 0;) {
		ck_assert_int_eq(bus_send(router, asked[i].frame, 3, &err), 1);
		bus_message_fini(&asked[i]);
	}
	must_get(ask[0], "a");
	must_get(ask[1], "b");
	ck_assert_int_eq(bus_send(ask[0], (struct view[]){VIEW("x")}, 1, &err), 1);
	ck_assert_int_eq(bus_send(ask[0], (struct view[]){VIEW("y")}, 1, &err), -1);
	bus_socket_close(ask[0]);
	bus_socket_close(ask[1]);
	bus_socket_close(router);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("bus");

	tcase_add_loop_test(tcase, binds_or_says_why_not, 0,
			    sizeof(endpoints) / sizeof(*endpoints));
	tcase_add_loop_test(tcase, carries, 0, sizeof(carried) / sizeof(*carried));
	tcase_add_test(tcase, needs_no_netlink);
	tcase_add_test(tcase, refuses_what_is_in_use);
	tcase_add_test(tcase, replaces_a_stale_path);
	tcase_add_test(tcase, leaves_other_files_alone);
	tcase_add_test(tcase, makes_a_path_by_the_umask);
	tcase_add_test(tcase, refuses_a_path_that_is_too_long);
	tcase_add_test(tcase, refuses_a_topic_that_is_too_long);
	tcase_add_test(tcase, probes);
	tcase_add_test(tcase, drains_messages_of_many_frames);
	tcase_add_test(tcase, says_when_there_is_nothing);
	tcase_add_test(tcase, says_when_it_would_block);
	tcase_add_test(tcase, waits_for_descriptors_too);
	tcase_add_test(tcase, routes_answers);
	return run_suite("bus", tcase);
}
