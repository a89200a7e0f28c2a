#ifndef BUS_OUTPUT_H
#define BUS_OUTPUT_H

#include "bus/bus.h"

/* The XPUB socket that events leave by. It must be turned at least once a second, or an idle one
 * leaks. */
struct output;
struct output_options {
	const char *endpoint;
	bool bind;
	int high_water;
	int linger_ms;
	const struct bus_curve *curve; /* NULL: in clear */
};
struct output *output_open(struct bus *bus, const struct output_options *options, struct err *err);
void output_close(struct output *output);
/* Topic and payload. Never blocks: a subscriber that does not read loses messages, and can see it
 * by the sequence. */
int output_send(struct output *output, struct view topic, struct view payload, struct err *err);
/* Reads subscriptions; returns how many changed. */
int output_turn(struct output *output);
struct bus_socket *output_socket(struct output *output);
const char *output_endpoint(const struct output *output);
/* Subscriptions that stand now (topic × subscriber as XPUB tells them: distinct topics). */
size_t output_subscriptions(const struct output *output);

#endif
