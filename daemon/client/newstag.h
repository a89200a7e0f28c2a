#ifndef NEWSTAG_H
#define NEWSTAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * libnewstag: follows the events of a newstagd so that none is missed and none comes twice.
 *
 * It subscribes to the live events, checks their sequences and the heartbeat's, asks the daemon's
 * replay for what is missing before it goes on, and drops what it has given already (by sequence,
 * and by id). An event that not even the journal holds any more is told. Build: pkg-config's libzmq
 * and -lnewstag. A handle belongs to one thread.
 *
 *     struct newstag_options options = {.output = "tcp://127.0.0.1:5557",
 *                                       .replay = "tcp://127.0.0.1:5558"};
 *     struct newstag_message message;
 *     struct newstag *newstag = newstag_open(&options);
 *
 *     while (newstag_next(newstag, -1, &message) > 0)
 *             if (message.kind == NEWSTAG_EVENT)
 *                     use(message.payload, message.payload_size);
 *     newstag_close(newstag);
 */
#pragma GCC visibility push(default)

/* CURVE keys for a daemon with security.curve on: Z85, 40 characters each. Of the daemon two may be
 * given: when nothing comes they are tried in turn, so that a change of its keys loses nothing. */
#define NEWSTAG_KEY_SIZE 41 /* terminated */
struct newstag_keys {
	const char *public_key, *secret_key; /* one's own */
	const char *server_key;		     /* the daemon's public key */
	const char *next_server_key;	     /* NULL: none */
};
/* Of a file of `newstag keygen`; ret_secret may be NULL. -1 with errno, EINVAL: a key lacks. */
int newstag_key_file(const char *path, char ret_public[NEWSTAG_KEY_SIZE],
		     char ret_secret[NEWSTAG_KEY_SIZE]);

struct newstag_options {
	const char *output; /* where events are published */
	const char *replay; /* where missing ones are asked for; NULL: they are told, not filled */
	const char *prefix; /* what every topic begins with; NULL: "event." */
	/* Beginnings of the topics to have; none: every event. With topics, an event that was lost
	 * on the way may come after later ones: it is found out at the next heartbeat. */
	const char *const *topics;
	size_t topic_count;
	uint64_t from;	    /* the first sequence to have; 0: what comes from now on */
	const char *since;  /* or: what was recorded since (RFC 3339); NULL: see from */
	const char *stream; /* the stream that `from` counts in; NULL: the present one. When the
			       daemon has another by now, that is told and taken from its start */
	const struct newstag_keys *keys; /* NULL: in clear */
	int high_water;			 /* live messages that may wait here; 0: 10,000 */
};

enum newstag_kind {
	NEWSTAG_EVENT = 1,
	NEWSTAG_MISSED,	 /* events that cannot be had any more */
	NEWSTAG_STREAM,	 /* the daemon has a new journal, whose sequence begins at 1 */
	NEWSTAG_TROUBLE, /* for the log; it goes on by itself */
};

/* Texts are not terminated, but `text` is; all are good until the next call. */
struct newstag_message {
	enum newstag_kind kind;
	const char *topic, *payload; /* an event: payload is one JSON object (CloudEvents) */
	size_t topic_size, payload_size;
	uint64_t sequence, topic_sequence;
	bool replayed;	      /* it did not come by the live way */
	uint64_t first, last; /* MISSED: between these sequences, both included */
	uint64_t missed;      /* MISSED: how many at most */
	const char *text;     /* what it is, in words, where it is no event; STREAM: its name */
};

struct newstag;
/* NULL with errno; EINVAL: an endpoint or a topic that cannot be. Copies the options. Nobody needs
 * to serve the endpoints yet. */
struct newstag *newstag_open(const struct newstag_options *options);
/* NULL is fine. */
void newstag_close(struct newstag *newstag);
/*
 * The next message: 1 there is one, 0 none within timeout_ms (-1: for ever) or a signal came, -1 it
 * cannot go on (newstag_error). While the replay does not answer it waits and asks again: nothing
 * behind a gap is given before the gap is filled.
 */
int newstag_next(struct newstag *newstag, int timeout_ms, struct newstag_message *ret_message);
const char *newstag_error(const struct newstag *newstag);
/* Everything up to this sequence was given or told: what to go on from (plus 1) after a restart. */
uint64_t newstag_position(const struct newstag *newstag);
/* Milliseconds since anything live came, a heartbeat at least; -1: nothing has yet. */
int64_t newstag_silence_ms(const struct newstag *newstag);
/* "" before anything is known. */
const char *newstag_stream(const struct newstag *newstag);

/* --- the replay alone: one request, one page */
struct newstag_query {
	uint64_t from, until; /* sequences, both included; 0: no bound */
	const char *since, *before;
	const char *const *topics;
	size_t topic_count;
	unsigned limit; /* 0: 1,000, the most there is */
	bool latest;	/* the newest event of each subject alone */
};

struct newstag_range {
	uint64_t first, last; /* sequences, both included */
};

/* A page may hold no event and still have gone on: ask again while there is `more`. */
struct newstag_page {
	const char *stream;
	uint64_t oldest, head; /* what the journal holds */
	uint64_t next, until;  /* when `more`: from where to go on; of the latest, up to where */
	bool more;
	size_t count;
	/* Damaged in the journal, whatever their topics; good until the next ask. */
	const struct newstag_range *missing;
	size_t missing_count;
};

struct newstag_replay;
/* NULL with errno. `keys` NULL: in clear. */
struct newstag_replay *newstag_replay_open(const char *endpoint, const struct newstag_keys *keys);
void newstag_replay_close(struct newstag_replay *replay);
/* 1 a page, 0 no answer within timeout_ms, -1 refused or unreadable (newstag_replay_error). */
int newstag_replay_ask(struct newstag_replay *replay, const struct newstag_query *query,
		       int timeout_ms, struct newstag_page *ret_page);
/* The event of that number in the last page; good until the next ask. */
void newstag_replay_event(const struct newstag_replay *replay, size_t index,
			  struct newstag_message *ret_message);
const char *newstag_replay_error(const struct newstag_replay *replay);

#pragma GCC visibility pop
#endif
