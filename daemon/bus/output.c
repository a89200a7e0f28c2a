#include "bus/output.h"

#include "base/own.h"

#include <stdlib.h>

/* Subscribers send nothing but subscriptions, so a larger frame is no subscriber's. */
#define SUBSCRIPTION_MAX 4096
/* Of one turn, so that a flood of them cannot hold up what is published. */
#define TURN_MAX 10000

struct output {
	struct bus_socket *socket;
	size_t subscriptions;
};

struct output *output_open(struct bus *bus, const struct output_options *options, struct err *err)
{
	struct bus_options wanted = {
		.kind = BUS_XPUB,
		.endpoint = options->endpoint,
		.bind = options->bind,
		.high_water = options->high_water,
		.linger_ms = options->linger_ms,
		.message_max = SUBSCRIPTION_MAX,
		.name = "output",
		.curve = options->curve,
	};
	struct bus_socket *socket = bus_socket_open(bus, &wanted, err);
	struct output *output;

	if (!socket)
		return NULL;
	output = xcalloc(1, sizeof(*output));
	output->socket = socket;
	return output;
}

void output_close(struct output *output)
{
	if (!output)
		return;
	bus_socket_close(output->socket);
	free(output);
}

int output_send(struct output *output, struct view topic, struct view payload, struct err *err)
{
	const struct view frames[] = {topic, payload};

	return bus_send(output->socket, frames, 2, err);
}

/* 1 subscribed or unsubscribed, 0 anything else that a peer may send. */
static int count(struct output *output, const struct bus_message *message)
{
	if (message->frames != 1 || message->last.len == 0)
		return 0;
	switch (message->last.ptr[0]) {
	case 1:
		output->subscriptions++;
		return 1;
	case 0:
		if (output->subscriptions)
			output->subscriptions--;
		return 1;
	default:
		return 0;
	}
}

int output_turn(struct output *output)
{
	struct bus_message message;
	int changed = 0;

	for (int i = 0; i < TURN_MAX && bus_receive(output->socket, &message, NULL) > 0; i++) {
		changed += count(output, &message);
		bus_message_fini(&message);
	}
	return changed;
}

struct bus_socket *output_socket(struct output *output)
{
	return output->socket;
}

const char *output_endpoint(const struct output *output)
{
	return bus_socket_endpoint(output->socket);
}

size_t output_subscriptions(const struct output *output)
{
	return output->subscriptions;
}
