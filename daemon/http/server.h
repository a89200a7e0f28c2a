#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A few pages over HTTP/1.1 for programs that watch: GET and HEAD, a request a connection. One
 * thread of its own serves all, so whatever clients do costs the daemon that thread alone:
 *
 * - A page is written at most once within HTTP_PAGE_MS, however often it is asked for.
 * - A request's head is bounded, and so is the time from connect to the last byte: who trickles
 *   bytes is cut.
 * - Of many connections the oldest are cut, so that a flood of idle ones never keeps a scraper out.
 */
#define HTTP_PAGE_MS 50
#define HTTP_HEAD_MAX ((size_t)16 << 10) /* bytes that one connection may take for its head */
#define HTTP_CONNECTIONS_MAX 64
#define HTTP_CONNECTIONS_EASY 48 /* beyond it the oldest is cut for each that comes */
#define HTTP_REQUEST_MS 10000
#define HTTP_IDLE_S 5

struct http_page {
	const char *path; /* "/metrics" */
	const char *type; /* Content-Type */
	/* Writes the page, UTF-8; returns the HTTP status. On the server's thread: it must not wait
	 * for anybody. */
	unsigned (*write)(void *context, struct str *out);
};

struct http_options {
	const char *listen; /* see http/listen.h */
	const struct http_page *pages;
	size_t page_count;  /* at most HTTP_PAGES_MAX */
	void *context;	    /* of the pages */
	int64_t request_ms; /* from connect to the last byte; 0: HTTP_REQUEST_MS */
};
#define HTTP_PAGES_MAX 8

struct http_look { /* since the start */
	uint64_t requests;
	uint64_t refused; /* another method, another path */
	uint64_t cut;	  /* connections ended by us: too slow or too many */
};

struct http;
/*
 * Opens the socket: who connects waits. Returns owned; NULL with the sentence where it fails. Pages
 * are written from http_serve on, so that whatever they read, this server included, can be in its
 * place before.
 */
struct http *http_open(const struct http_options *options, struct err *err);
/* Starts the thread. 0, or -1. */
int http_serve(struct http *http, struct err *err);
/* Ends every connection at once, whether it served or not. NULL is fine. */
void http_stop(struct http *http);
/* Where it really listens. */
const char *http_place(const struct http *http);
/* Whether only this host reaches it. */
bool http_is_local(const struct http *http);
/* From any thread. */
struct http_look http_look(struct http *http);

#endif
