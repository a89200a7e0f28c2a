#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "app/counters.h"
#include "app/generation.h"
#include "app/ring.h"
#include "base/log.h"
#include "bus/feed.h"
#include "bus/output.h"
#include "conf/conf.h"
#include "journal/journal.h"

/*
 * What the stages share. Each member is one thread's or safe from any:
 * feeds: intake's · output, journal: the sequencer's · ring, counters, holder, log: anybody's.
 */
struct pipeline {
	const struct conf *conf; /* as the daemon started with it */
	struct log *log;
	struct holder *holder;
	struct ring *ring;
	struct counters counters;
	struct feed *feeds[CONF_FEEDS_MAX];
	struct output *output;
	struct journal *journal;
	struct wake ended;  /* rung when the sequencer has ended */
	atomic_bool failed; /* it ended because events could not be kept */
	_Atomic uint64_t intake_turns, sequencer_turns; /* signs of life */
	_Atomic size_t subscriptions;
};

#define TURN_MS 500 /* at most so long a thread waits before it turns its sockets again */

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
