#include "base/str.h"
#include "http/listen.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE_MS 60000
#define TRICKLE_MS 400 /* the limit that the tests of slow clients set */

static struct http *http;
static unsigned written; /* times that /count was made */

static unsigned write_good(void *context, struct str *out)
{
	str_add_text(out, context);
	return 200;
}

static unsigned write_bad(void *context, struct str *out)
{
	(void)context;
	str_add_text(out, "{\"ready\":false}\n");
	return 503;
}

static unsigned write_count(void *context, struct str *out)
{
	(void)context;
	str_printf(out, "%u\n", ++written);
	return 200;
}

static unsigned write_large(void *context, struct str *out)
{
	(void)context;
	for (int i = 0; i < 1 << 20; i++)
		str_add_text(out, "0123456789abcde\n");
	return 200;
}

static unsigned write_look(void *context, struct str *out)
{
	(void)context;
	str_printf(out, "requests %llu\n", (unsigned long long)http_look(http).requests);
	return 200;
}

static const struct http_page pages[] = {
	{"/good", "text/plain", write_good},   {"/bad", "application/json", write_bad},
	{"/count", "text/plain", write_count}, {"/large", "text/plain", write_large},
	{"/look", "text/plain", write_look},
};

static void open_it(const char *listen, int64_t request_ms)
{
	struct http_options options = {
		.listen = listen,
		.pages = pages,
		.page_count = sizeof(pages) / sizeof(pages[0]),
		.context = "all is well\n",
		.request_ms = request_ms,
	};
	struct err err;

	written = 0;
	http = http_open(&options, &err);
	ck_assert_msg(http != NULL, "%s", err.text);
}

static void start(const char *listen, int64_t request_ms)
{
	struct err err;

	open_it(listen, request_ms);
	ck_assert_int_eq(http_serve(http, &err), 0);
}

static int connect_to(const char *place)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un file = {.sun_family = AF_UNIX};
	bool unix_file = strncmp(place, "unix:", 5) == 0;
	int fd = socket(unix_file ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
	int result;

	if (unix_file) {
		snprintf(file.sun_path, sizeof(file.sun_path), "%s", place + 5);
		result = connect(fd, (struct sockaddr *)&file, sizeof(file));
	} else {
		v4.sin_port = htons((uint16_t)atoi(strrchr(place, ':') + 1));
		result = connect(fd, (struct sockaddr *)&v4, sizeof(v4));
	}
	ck_assert_int_eq(result, 0);
	return fd;
}

/* Everything until the other side ends; the text is owned. */
static char *read_all(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	struct str text = {0};
	char bytes[65536];
	ssize_t got;

	do {
		ck_assert_int_eq(poll(&wait, 1, DEADLINE_MS), 1);
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got > 0)
			str_add(&text, bytes, (size_t)got);
	} while (got > 0);
	close(fd);
	return str_detach(&text);
}

static char *ask(const char *request)
{
	int fd = connect_to(http_place(http));

	send(fd, request, strlen(request), MSG_NOSIGNAL);
	return read_all(fd);
}

static const struct {
	const char *request, *status, *body;
} requests[] = {
	{"GET /good HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n", "\r\n\r\nall is well\n"},
	{"GET /good?x=y HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n",
	 "\r\n\r\nall is well\n"},
	{"GET /good HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n", "\r\n\r\nall is well\n"},
	{"HEAD /good HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n", "Content-Length: 12\r\n"},
	{"GET /bad HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 503 ", "{\"ready\":false}"},
	{"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ", "/good /bad /count"},
	{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ", "/good /bad /count"},
	{"GET /good/../bad HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ", "/good"},
	{"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 405 ",
	 "Allow: GET, HEAD"},
	{"DELETE /good HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 ", "only GET and HEAD"},
};

START_TEST(answers)
{
	char *reply;

	start("127.0.0.1:0", 0);
	reply = ask(requests[_i].request);
	ck_assert_msg(strncmp(reply, requests[_i].status, strlen(requests[_i].status)) == 0, "%s",
		      reply);
	ck_assert_msg(strstr(reply, requests[_i].body) != NULL, "%s", reply);
	free(reply);
	http_stop(http);
}
END_TEST

static const char *const malformed[] = {
	"",
	"\r\n\r\n\r\n\r\n",
	"GET\r\n\r\n",
	"GET /good\r\n\r\n",
	"GET /good HTTP/9.9\r\nHost: x\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", /* TLS */
	"GET /%00%ff%zz HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /good HTTP/1.1\r\nHost\r\n: \r\n\r\n",
	"GET /good HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
	"GET /good HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"POST /good HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
};

/* None harms: whoever asks properly afterwards is answered. */
START_TEST(survives)
{
	char *reply;
	int fd;

	start("127.0.0.1:0", TRICKLE_MS);
	fd = connect_to(http_place(http));
	send(fd, malformed[_i], strlen(malformed[_i]), MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	free(read_all(fd));
	reply = ask(requests[0].request);
	ck_assert_ptr_nonnull(strstr(reply, "all is well"));
	free(reply);
	http_stop(http);
}
END_TEST

START_TEST(bounds_the_head)
{
	struct str head = {0};
	char *reply;

	start("127.0.0.1:0", 0);
	str_add_text(&head, "GET /good HTTP/1.1\r\nHost: x\r\nX-Long: ");
	for (size_t i = 0; i < HTTP_HEAD_MAX; i++)
		str_add_char(&head, 'x');
	str_add_text(&head, "\r\n\r\n");
	reply = ask(head.ptr);
	ck_assert_ptr_null(strstr(reply, "all is well"));
	free(reply);
	reply = ask(requests[0].request);
	ck_assert_ptr_nonnull(strstr(reply, "all is well"));
	free(reply);
	str_fini(&head);
	http_stop(http);
}
END_TEST

/* A byte now and then, faster than any limit on idleness: the limit on the whole cuts it. */
START_TEST(cuts_who_trickles)
{
	struct pollfd wait = {.events = POLLIN | POLLRDHUP};
	static const char head[] = "GET /good HTTP/1.1\r\nX: ";

	start("127.0.0.1:0", TRICKLE_MS);
	wait.fd = connect_to(http_place(http));
	send(wait.fd, head, sizeof(head) - 1, MSG_NOSIGNAL);
	for (int waited = 0; poll(&wait, 1, TRICKLE_MS / 20) == 0; waited += TRICKLE_MS / 20) {
		ck_assert_int_lt(waited, DEADLINE_MS);
		send(wait.fd, "x", 1, MSG_NOSIGNAL);
	}
	close(wait.fd);
	ck_assert_uint_eq(http_look(http).cut, 1);
	http_stop(http);
}
END_TEST

/* Who asks and does not read is cut as well, and nobody waits for him. */
START_TEST(cuts_who_does_not_read)
{
	static const char request[] = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
	char *reply;
	int fd;

	start("127.0.0.1:0", TRICKLE_MS);
	fd = connect_to(http_place(http));
	send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
	reply = ask(requests[0].request);
	ck_assert_ptr_nonnull(strstr(reply, "all is well"));
	free(reply);
	for (int waited = 0; http_look(http).cut == 0; waited++) {
		ck_assert_int_lt(waited, DEADLINE_MS);
		poll(NULL, 0, 1);
	}
	close(fd);
	http_stop(http);
}
END_TEST

/* However many sit there silently, a request is answered at once. */
START_TEST(many_do_not_keep_others_out)
{
	enum { MANY = 400 };
	int fds[MANY];
	char *reply;

	start("127.0.0.1:0", 0);
	for (int i = 0; i < MANY; i++)
		fds[i] = connect_to(http_place(http));
	reply = ask(requests[0].request);
	ck_assert_ptr_nonnull(strstr(reply, "all is well"));
	free(reply);
	ck_assert_uint_ge(http_look(http).cut, MANY - HTTP_CONNECTIONS_MAX);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	http_stop(http);
}
END_TEST

START_TEST(makes_a_page_seldom)
{
	start("127.0.0.1:0", 0);
	for (int i = 0; i < 200; i++)
		free(ask("GET /count HTTP/1.1\r\nHost: x\r\n\r\n"));
	ck_assert_uint_lt(written, 200);
	ck_assert_uint_ge(written, 1);
	ck_assert_uint_eq(http_look(http).requests, 200);
	http_stop(http);
}
END_TEST

/* Who comes early waits: a page that reads the server finds it in its place. */
START_TEST(serves_when_it_is_told_to)
{
	static const char request[] = "GET /look HTTP/1.1\r\nHost: x\r\n\r\n";
	struct err err;
	char *reply;
	int fd;

	open_it("127.0.0.1:0", 0);
	fd = connect_to(http_place(http));
	send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
	ck_assert_int_eq(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 50), 0);
	ck_assert_int_eq(http_serve(http, &err), 0);
	reply = read_all(fd);
	ck_assert_ptr_nonnull(strstr(reply, "requests 1\n"));
	free(reply);
	http_stop(http);
	open_it("127.0.0.1:0", 0);
	http_stop(http);
}
END_TEST

START_TEST(ends_with_connections_open)
{
	int fd;

	start("127.0.0.1:0", 0);
	fd = connect_to(http_place(http));
	send(fd, "GET /go", 7, MSG_NOSIGNAL);
	http_stop(http);
	free(read_all(fd));
}
END_TEST

START_TEST(socket_files)
{
	char listen[64], other[64];
	struct listener listener;
	struct stat info;
	struct err err;
	char *reply;

	snprintf(listen, sizeof(listen), "unix:/tmp/nt-http-%d", (int)getpid());
	start(listen, 0);
	ck_assert(http_is_local(http));
	ck_assert_str_eq(http_place(http), listen);
	reply = ask(requests[0].request);
	ck_assert_ptr_nonnull(strstr(reply, "all is well"));
	free(reply);
	ck_assert_int_eq(listener_open(listen, &listener, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "somebody answers there"));
	http_stop(http);
	ck_assert_int_eq(stat(listen + 5, &info), -1);
	/* one that a dead daemon left behind is replaced */
	ck_assert_int_eq(listener_open(listen, &listener, &err), 0);
	close(listener.fd);
	ck_assert_int_eq(stat(listen + 5, &info), 0);
	start(listen, 0);
	http_stop(http);
	snprintf(other, sizeof(other), "unix:/tmp/nt-none-%d/x", (int)getpid());
	ck_assert_int_eq(listener_open(other, &listener, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
}
END_TEST

static const struct {
	const char *listen, *begins; /* of the place; NULL: refused */
	bool loopback;
} places[] = {
	{"127.0.0.1:0", "127.0.0.1:", true},
	{"localhost:0", "127.0.0.1:", true},
	{"127.9.9.9:0", "127.9.9.9:", true},
	{"0.0.0.0:0", "0.0.0.0:", false},
	{"[::1]:0", "[::1]:", true},
	{"[::]:0", "[::]:", false},
	{"example.org:80", NULL, false},
	{"127.0.0.1:65536", NULL, false},
	{"127.0.0.1", NULL, false},
	{":80", NULL, false},
	{"unix:", NULL, false},
};

START_TEST(reads_places)
{
	struct listener listener;
	struct err err;
	int result = listener_open(places[_i].listen, &listener, &err);

	if (!places[_i].begins) {
		ck_assert_int_eq(result, -1);
		ck_assert_ptr_nonnull(strstr(err.text, "wants an address"));
		return;
	}
	if (result < 0 && places[_i].listen[0] == '[')
		return; /* a host without IPv6 */
	ck_assert_msg(result == 0, "%s", err.text);
	ck_assert_int_eq(strncmp(listener.place, places[_i].begins, strlen(places[_i].begins)), 0);
	ck_assert_int_ne(atoi(strrchr(listener.place, ':') + 1), 0);
	ck_assert_int_eq(listener.loopback, places[_i].loopback);
	close(listener.fd);
}
END_TEST

#define LEN(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("http");
	TCase *tcase = tcase_create("http");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, answers, 0, LEN(requests));
	tcase_add_loop_test(tcase, survives, 0, LEN(malformed));
	tcase_add_test(tcase, bounds_the_head);
	tcase_add_test(tcase, cuts_who_trickles);
	tcase_add_test(tcase, cuts_who_does_not_read);
	tcase_add_test(tcase, many_do_not_keep_others_out);
	tcase_add_test(tcase, makes_a_page_seldom);
	tcase_add_test(tcase, serves_when_it_is_told_to);
	tcase_add_test(tcase, ends_with_connections_open);
	tcase_add_test(tcase, socket_files);
	tcase_add_loop_test(tcase, reads_places, 0, LEN(places));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
