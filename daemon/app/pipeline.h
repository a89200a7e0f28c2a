#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "app/counters.h"
#include "app/generation.h"
#include "app/guard.h"
#include "app/hold.h"
#include "app/known.h"
#include "app/letters.h"
#include "app/ring.h"
#include "app/stage.h"
#include "app/versions.h"
#include "base/clock.h"
#include "base/log.h"
#include "bus/feed.h"
#include "bus/output.h"
#include "conf/conf.h"
#include "journal/deadletter.h"
#include "journal/journal.h"
#include "journal/spool.h"

/*
 * What the stages share. Each member is one thread's or safe from any:
 * feeds: intake's · output, journal: the sequencer's · ring, counters, holder, log: anybody's.
 */
struct pipeline {
	const struct conf *conf; /* as the daemon started with it */
	struct log *log;
	struct holder *holder;
	struct clock_cautious clock; /* the sequencer adjusts it */
	struct ring *ring;
	struct counters counters;
	struct feed *feeds[CONF_FEEDS_MAX];
	struct output *output;
	struct guard *guard; /* anybody's; NULL: everything is in clear */
	unsigned feed_cuts[CONF_FEEDS_MAX], output_cuts; /* of the guard; as the sockets */
	struct journal *journal;
	struct known *known;		 /* the sequencer's */
	struct versions *versions;	 /* the sequencer's */
	struct spool *spool;		 /* intake's; NULL: none */
	struct deadletters *deadletters; /* the sequencer's; NULL: none */
	struct hold *hold;		 /* anybody's */
	struct held *held;		 /* the sequencer's; NULL: it is in memory alone */
	struct letters *letters;	 /* anybody's; NULL: none are kept */
	_Atomic uint64_t head;		 /* events up to it are on disk */
	_Atomic uint64_t settled;	 /* items of the spool that need not be judged again */
	struct wake ended;		 /* rung when the sequencer has ended */
	atomic_bool failed;		 /* it ended because events could not be kept */
	/* The disk takes no more: events or dead letters; items. */
	atomic_bool events_stalled, items_stalled;
	atomic_bool recovered; /* what the spool held at the start is in the ring */
	atomic_bool draining;
	_Atomic uint64_t intake_turns, sequencer_turns; /* signs of life */
	_Atomic size_t subscriptions;
	_Atomic uint64_t heartbeats; /* published, and the time of the last one */
	_Atomic int64_t beat;
	struct { /* of the sequencer's last look at it */
		_Atomic uint64_t head, segments, bytes;
	} journal_look;
	struct stages stages;
};

#define STALL_RETRY_MS 100  /* between attempts to write to a full disk */
#define STALL_DRAIN_MS 3000 /* draining waits so long for a full disk */
#define TURN_MS 500	    /* at most so long a thread waits before it turns its sockets again */

/* Of a slot's feed. */
static inline const char *pipeline_feed_name(const struct pipeline *pipeline, unsigned feed)
{
	return feed < pipeline->conf->feed_count ? pipeline->conf->feeds[feed].name
						 : "(one of before)";
}

/* The slot's number of a feed by its name; one past the feeds when there is none of it any more. */
static inline unsigned pipeline_find_feed(const struct pipeline *pipeline, struct view name)
{
	unsigned index = 0;

	while (index < pipeline->conf->feed_count &&
	       !view_is(name, pipeline->conf->feeds[index].name))
		index++;
	return index;
}

static inline struct wire_limits pipeline_limits(const struct conf *conf)
{
	return (struct wire_limits){
		.message = (size_t)conf->limits.message_bytes,
		.depth = (size_t)conf->limits.depth,
		.string = (size_t)conf->limits.string_bytes,
		.subjects = (size_t)conf->limits.subjects,
		.members = (size_t)conf->limits.members,
	};
}

#endif
