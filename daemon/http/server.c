#include "http/server.h"

#include "base/clock.h"
#include "base/own.h"
#include "http/listen.h"

#include <assert.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * libmicrohttpd is driven by our own loop, so that the table of connections needs no lock and a
 * descriptor that is shut down is surely the one that was meant. Its own timeout counts from the
 * last byte alone: the limit from connect to end, and the choice of who goes when there are too
 * many, are ours. A connection that is cut is shut down only; the library sees the end and closes.
 */
#define TURN_MS 250
#define MS (CLOCK_SECOND / 1000)

struct peer {
	int fd; /* -1: a free place */
	int64_t since;
	bool cut;
};

struct made { /* a page as it was last written */
	struct MHD_Response *response;
	unsigned status;
	int64_t time;
};

struct http {
	struct MHD_Daemon *daemon;
	struct listener listener;
	struct http_options options;
	struct peer peers[HTTP_CONNECTIONS_MAX];
	struct made made[HTTP_PAGES_MAX];
	pthread_t thread;
	bool serves;
	int stop; /* an eventfd */
	int epoll;
	_Atomic uint64_t requests, refused, cut;
};

/* --- connections --------------------------------------------------------------------------------
 */

static void cut(struct http *http, struct peer *peer)
{
	peer->cut = true;
	atomic_fetch_add(&http->cut, 1);
	shutdown(peer->fd, SHUT_RDWR);
}

static void cut_oldest(struct http *http)
{
	struct peer *oldest = NULL;
	size_t there = 0;

	for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
		struct peer *peer = &http->peers[i];

		if (peer->fd < 0 || peer->cut)
			continue;
		there++;
		if (!oldest || peer->since < oldest->since)
			oldest = peer;
	}
	if (there > HTTP_CONNECTIONS_EASY)
		cut(http, oldest);
}

static void cut_slow(struct http *http, int64_t now)
{
	int64_t most = (http->options.request_ms ? http->options.request_ms : HTTP_REQUEST_MS) * MS;

	for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
		struct peer *peer = &http->peers[i];

		if (peer->fd >= 0 && !peer->cut && now - peer->since > most)
			cut(http, peer);
	}
}

static void welcome(struct http *http, struct MHD_Connection *connection, void **ret_peer)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	size_t i = 0;

	while (i < HTTP_CONNECTIONS_MAX && http->peers[i].fd >= 0)
		i++;
	assert(i < HTTP_CONNECTIONS_MAX); /* the library's limit is the same */
	http->peers[i] = (struct peer){.fd = info->connect_fd, .since = clock_monotonic()};
	*ret_peer = &http->peers[i];
	cut_oldest(http);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **peer,
			  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		welcome(context, connection, peer);
	else if (*peer)
		((struct peer *)*peer)->fd = -1;
}

/* --- answers ------------------------------------------------------------------------------------
 */

/* Takes the text. */
static struct MHD_Response *respond(struct str *text, const char *type)
{
	size_t length = text->len;
	struct MHD_Response *response = MHD_create_response_from_buffer(length, str_detach(text),
									MHD_RESPMEM_MUST_FREE);

	if (!response)
		abort(); /* out of memory */
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	return response;
}

static enum MHD_Result give_page(struct http *http, struct MHD_Connection *connection, size_t index)
{
	const struct http_page *page = &http->options.pages[index];
	struct made *made = &http->made[index];
	int64_t now = clock_monotonic();
	struct str text = {0};

	if (!made->response || now - made->time > HTTP_PAGE_MS * MS) {
		if (made->response)
			MHD_destroy_response(made->response);
		made->status = page->write(http->options.context, &text);
		made->response = respond(&text, page->type);
		made->time = now;
	}
	return MHD_queue_response(connection, made->status, made->response);
}

static enum MHD_Result refuse(struct http *http, struct MHD_Connection *connection, unsigned status,
			      const char *why)
{
	struct str text = {0};
	struct MHD_Response *response;
	enum MHD_Result result;

	atomic_fetch_add(&http->refused, 1);
	str_add_text(&text, why);
	for (size_t i = 0; i < http->options.page_count; i++)
		str_printf(&text, " %s", http->options.pages[i].path);
	str_add_char(&text, '\n');
	response = respond(&text, "text/plain; charset=utf-8");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* The library's signature: it calls at the end of the head, and would call again for a body. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *body,
				  size_t *size, void **request)
{
	struct http *http = context;

	(void)version;
	(void)body;
	(void)size;
	(void)request;
	atomic_fetch_add(&http->requests, 1);
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return refuse(http, connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "only GET and HEAD, of");
	for (size_t i = 0; i < http->options.page_count; i++)
		if (strcmp(url, http->options.pages[i].path) == 0)
			return give_page(http, connection, i);
	return refuse(http, connection, MHD_HTTP_NOT_FOUND, "no such page; there are");
}

/* --- the thread ---------------------------------------------------------------------------------
 */

static int rest_ms(const struct http *http)
{
	unsigned MHD_LONG_LONG ms;

	if (MHD_get_timeout(http->daemon, &ms) != MHD_YES || ms > TURN_MS)
		return TURN_MS;
	return (int)ms;
}

static void *serve(void *context)
{
	struct http *http = context;
	struct pollfd polls[] = {{.fd = http->epoll, .events = POLLIN},
				 {.fd = http->stop, .events = POLLIN}};

	pthread_setname_np(pthread_self(), "http");
	while (!(polls[1].revents & POLLIN)) {
		poll(polls, 2, rest_ms(http));
		MHD_run(http->daemon);
		cut_slow(http, clock_monotonic());
	}
	return NULL;
}

/* --- start and end ------------------------------------------------------------------------------
 */

static struct MHD_Daemon *start_library(struct http *http)
{
	return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, http,
				MHD_OPTION_LISTEN_SOCKET, http->listener.fd,
				MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_HEAD_MAX,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S,
				MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_END);
}

static void http_free(struct http *http)
{
	if (http->daemon)
		MHD_stop_daemon(http->daemon); /* closes the listening socket, too */
	else
		close(http->listener.fd);
	for (size_t i = 0; i < HTTP_PAGES_MAX; i++)
		if (http->made[i].response)
			MHD_destroy_response(http->made[i].response);
	listener_forget(&http->listener);
	if (http->stop >= 0)
		close(http->stop);
	free(http);
}

struct http *http_open(const struct http_options *options, struct err *err)
{
	struct http *http = xcalloc(1, sizeof(*http));

	assert(options->page_count <= HTTP_PAGES_MAX);
	http->options = *options;
	for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++)
		http->peers[i].fd = -1;
	if (listener_open(options->listen, &http->listener, err) < 0) {
		free(http);
		return NULL;
	}
	http->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	http->daemon = start_library(http);
	if (http->daemon)
		http->epoll = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	if (http->stop >= 0 && http->daemon)
		return http;
	http_free(http);
	err_set(err, "cannot start the HTTP server at %s", options->listen);
	return NULL;
}

int http_serve(struct http *http, struct err *err)
{
	http->serves = pthread_create(&http->thread, NULL, serve, http) == 0;
	return http->serves ? 0 : err_set(err, "cannot start the thread that serves HTTP");
}

void http_stop(struct http *http)
{
	if (!http)
		return;
	if (http->serves) {
		eventfd_write(http->stop, 1);
		pthread_join(http->thread, NULL);
	}
	http_free(http);
}

const char *http_place(const struct http *http)
{
	return http->listener.place;
}

bool http_is_local(const struct http *http)
{
	return http->listener.loopback;
}

struct http_look http_look(struct http *http)
{
	return (struct http_look){
		.requests = atomic_load(&http->requests),
		.refused = atomic_load(&http->refused),
		.cut = atomic_load(&http->cut),
	};
}
