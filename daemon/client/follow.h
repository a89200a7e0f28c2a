#ifndef CLIENT_FOLLOW_H
#define CLIENT_FOLLOW_H

#include "client/inside.h"

/* A subscription, for the files that make it up. */

/* Sequences beyond the position that came by the live way to one who filters. */
#define LIVE_MAX 65536
#define TOPICS_MAX 1024 /* exact topics whose own sequence is watched */

enum fill { FILL_NONE, FILL_START, FILL_FETCH, FILL_COUNT };

struct topic_place {
	char *topic;
	size_t size;
	uint64_t last; /* its topic sequence */
};

struct newstag {
	void *context, *live;
	char *output;
	int high_water;
	struct client_keys keys;       /* of `live` */
	int64_t opened_ms;	       /* when `live` was */
	struct newstag_replay *replay; /* NULL: gaps are told */
	struct newstag_query query;    /* the one at hand; its texts are owned */
	bool filtered, known;	       /* known: `position` says something */
	char stream[64], before[64];   /* before: the one before, whose stragglers are dropped */
	uint64_t position;
	struct topic_place *topics;
	size_t topic_count;
	struct seen seen;
	uint64_t *beyond; /* filtered: sequences given beyond the position, LIVE_MAX of them */
	size_t beyond_count;
	/* what is asked for */
	enum fill fill;
	bool since; /* the pages begin at a time, not behind the position */
	uint64_t from, wanted, counted;
	int64_t retry_ms; /* not before; 0: at once */
	bool told;	  /* of this outage */
	struct newstag_page page;
	size_t at;	   /* events of the page that are through */
	size_t missing_at; /* likewise of what is missing in it */
	bool has_page;
	uint64_t excused; /* told as damaged since the last live event: of whatever topic */
	/* a live message that has to wait until the gap before it is filled */
	zmq_msg_t held[2];
	bool holding, given; /* given: to be freed at the next call */
	int64_t heard_ms;    /* when the last live message came; 0: none yet */
	char text[320], error[256];
};

/* Opens `live`, or opens it anew in the place of the one that is there. -1 with errno; then that
 * stays.
 */
int client_open_live(struct newstag *newstag);

/* What a step came to: 1 ret_message is to be given, 0 go on, -1 it cannot go on. */
/* Takes what the replay has answered, or asks. `ret_idle`: nothing to do but wait. */
int client_fill_turn(struct newstag *newstag, struct newstag_message *ret_message, bool *ret_idle);
void client_fill_begin(struct newstag *newstag, enum fill fill, uint64_t wanted);
/* The daemon's stream is now this one; tells it unless it is the first. */
int client_change_stream(struct newstag *newstag, struct text stream,
			 struct newstag_message *ret_message);
int client_tell_missed(struct newstag *newstag, uint64_t first, uint64_t last,
		       struct newstag_message *ret_message);
int client_tell(struct newstag *newstag, enum newstag_kind kind, const char *text,
		struct newstag_message *ret_message);
/* The topic's place, made where there is none; NULL when there are too many. */
struct topic_place *client_find_topic(struct newstag *newstag, struct text topic);
bool client_is_beyond(const struct newstag *newstag, uint64_t sequence);

#endif
