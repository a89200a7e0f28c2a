#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "app/guard.h"
#include "base/log.h"
#include "base/str.h"
#include "bus/bus.h"
#include "journal/reader.h"

/*
 * The thread that gives subscribers what they missed: a ROUTER socket for REQ sockets. It reads the
 * journal over its own connection, one request at a time, each bounded; peers take turns, and who
 * does not fetch its replies loses them.
 *
 * Request, one frame: {"from": SEQUENCE}, {"since": TIME}, both, or {"latest": true}; and
 * "until" (a sequence, included, or a time, not included), "topics" (beginnings), "limit", "count"
 * (true: the header alone). Reply: a header frame {"stream", "oldest", "next", "head", "count",
 * "more"}, then topic and payload in pairs; or {"error": SENTENCE}. While there is "more", it is
 * asked again from "next", of the latest until "until": a reply may hold no event and still have
 * gone on, since what one request looks at is bounded (JOURNAL_SCAN_ROWS). Where sequences cannot
 * be read any more, "missing" has their ranges, [[first, last], …], whatever the topics.
 */
#define REPLAY_REQUEST_MAX ((size_t)64 << 10) /* bytes; larger ones cut the peer off */
#define REPLAY_TOPICS_MAX 64
#define REPLAY_SEQUENCE_MAX (UINT64_C(1) << 53) /* what a JSON number holds exactly */
#define REPLAY_BYTES ((size_t)1 << 20)		/* of payloads, after which a reply ends */
/* Replies that wait for one peer. Measured: with 4, libzmq 4.3.4 now and then takes a peer that has
 * read everything for full, and the reply is lost. */
#define REPLAY_HIGH_WATER 32

struct replay_request {
	struct journal_query query; /* its topics point to `topics`, which borrow the text's tree */
	struct view topics[REPLAY_TOPICS_MAX];
	bool count;
};
struct json;
/* Reads a request that is JSON. -1 with the sentence for who asked. The result stays in its place:
 * the query points into it, and into `json`. */
int replay_parse(const struct json *json, struct replay_request *ret_request, struct err *err);

struct replay_options {
	struct bus *bus;
	const char *endpoint;
	const char *journal;	      /* the folder */
	const _Atomic uint64_t *head; /* events up to it are on disk; NULL: as the folder says */
	struct log *log;
	struct guard *guard;
};
struct replay_look { /* a copy, of now */
	uint64_t requests, refused, events;
};

struct replay;
/* Opens the socket and the journal and starts the thread; all in err where it fails. */
struct replay *replay_start(const struct replay_options *options, struct err *err);
/* Ends the thread and closes the socket. NULL is fine. */
void replay_stop(struct replay *replay);
const char *replay_endpoint(const struct replay *replay);
struct bus_socket *replay_socket(const struct replay *replay);
/* From any thread. */
struct replay_look replay_look(struct replay *replay);

/* --- for tests: one request answered without sockets */
struct replay_reply {
	struct str header;
	struct journal_page page; /* of the events that belong to it */
	bool good;
};
/* `text` is the request's frame. The reply's page is good until the next call with this reader. */
void replay_answer(struct journal_reader *reader, struct view text, struct replay_reply *reply);

#endif
