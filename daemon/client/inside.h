#ifndef CLIENT_INSIDE_H
#define CLIENT_INSIDE_H

#include "client/newstag.h"

#include <zmq.h>

/* What the files of libnewstag share. Their names begin with client_: those of a static library
 * meet those of whoever links it. */

/* --- JSON: members of the outermost object */
struct text {
	const char *at; /* NULL: absent */
	size_t size;
};
struct wanted {
	const char *key;
	struct text value; /* of a text what stands between the quotes, else the value as it is */
};
/* Finds the members; absent ones stay as they are. False when it is no object. */
bool client_scan_object(struct text json, struct wanted *wanted, size_t count);
/* Decimal digits, leading zeros allowed; 0 when it is no such number. */
uint64_t client_scan_number(struct text text);
bool client_text_is(struct text text, const char *word);
/* Reads [[first, last], …]; how many there are, at most `most`. */
size_t client_scan_ranges(struct text text, struct newstag_range *ranges, size_t most);

/* --- ids that were given: the newest SEEN_IDS at least, twice as many at most */
#define SEEN_IDS 16384
struct seen {
	uint64_t (*now)[2], (*old)[2]; /* hash tables of 2 * SEEN_IDS */
	size_t count;
};
/* False when the id was there already. */
bool client_seen_add(struct seen *seen, struct text id);
/* An event that is given: where it is a retraction, what it withdraws may be published again. */
void client_seen_given(struct seen *seen, const struct newstag_message *message);
void client_seen_fini(struct seen *seen);

/* --- keys */
struct client_keys {
	bool set, two; /* two: `server` holds two different ones */
	int turn;      /* which of them */
	char own_public[NEWSTAG_KEY_SIZE], own_secret[NEWSTAG_KEY_SIZE];
	char server[2][NEWSTAG_KEY_SIZE];
};
/* -1 with errno when one lacks or is no key. */
int client_copy_keys(struct client_keys *keys, const struct newstag_keys *given);
/* Sets a new socket's. */
int client_set_keys(void *socket, const struct client_keys *keys);
/* The other server key is to be tried next, where there are two. */
void client_turn_keys(struct client_keys *keys);

/* --- requests */
#define ASK_FRAMES_MAX 2001 /* of a reply */
#define ASK_FRAME_MAX ((int64_t)64 << 20)
#define ASK_TEXT_MAX 32768
#define ASK_MISSING_MAX 64 /* as the daemon bounds them */
struct newstag_replay {
	void *context;
	bool owns_context;
	char *endpoint;
	struct client_keys keys;
	void *socket;	    /* NULL: to be opened at the next request */
	bool waiting, bare; /* bare: the header alone was asked for */
	int64_t asked_ms;   /* when the last request went out */
	zmq_msg_t *frames;
	size_t count, capacity;
	struct newstag_range missing[ASK_MISSING_MAX];
	char stream[64];
	char request[ASK_TEXT_MAX];
	char error[256];
};
struct newstag_replay *client_replay_open(void *context, const char *endpoint,
					  const struct client_keys *keys);
/* `count`: the header alone, without the events. -1: cannot be sent. */
int client_replay_send(struct newstag_replay *replay, const struct newstag_query *query,
		       bool count);
/* 1 the reply is in frames and in ret_page, 0 not yet there, -1 refused or unreadable. */
int client_replay_take(struct newstag_replay *replay, struct newstag_page *ret_page);
/* Forgets a request that was not answered. */
void client_replay_drop(struct newstag_replay *replay);
struct text client_replay_frame(const struct newstag_replay *replay, size_t index);

int64_t client_now_ms(void);
/* Fills an event's sequences; false when the payload is no event. ret_stream and ret_id may be
 * absent. */
bool client_read_event(struct text payload, struct newstag_message *message,
		       struct text *ret_stream, struct text *ret_id);

#endif
