#include "app/proof.h"

#include "app/control.h"

/*
 * Authentication of libzmq fails open: a socket whose handler or domain is missing lets in
 * everybody without a word. So the daemon does not trust its own settings, it tries the doors.
 */
#define PROOF_MS 5000

struct door {
	enum allow_domain domain;
	enum bus_kind visitor; /* a kind of socket that it talks to */
	struct bus_socket *socket;
};

static int try_door(struct app *app, const struct door *door, const struct bus_curve *curve,
		    struct err *err)
{
	const char *bound = bus_socket_endpoint(door->socket);
	struct str endpoint = {0};
	struct bus_options options = {.kind = door->visitor, .curve = curve};
	int in;

	bus_reachable(bound, &endpoint);
	options.endpoint = endpoint.ptr;
	in = bus_intrude(app->bus, &options, PROOF_MS, err);
	str_fini(&endpoint);
	if (in > 0)
		return err_set(err, "%s lets in %s", bound,
			       curve ? "a key that is not on the list" : "who has no key at all");
	return in;
}

static int try_keys(struct app *app, const struct door *door, struct err *err)
{
	char public_key[BUS_KEY_SIZE], secret_key[BUS_KEY_SIZE];
	struct bus_curve stranger = {
		.secret_key = secret_key,
		.public_key = public_key,
		.server_key = guard_public_key(app->guard),
	};
	int proven;

	if (bus_keypair(public_key, secret_key, err) < 0)
		return -1;
	guard_probe(app->guard, public_key);
	proven = try_door(app, door, &stranger, err);
	if (proven == 0 && !guard_probed(app->guard))
		proven = err_set(err, "%s turns away strangers without having asked",
				 bus_socket_endpoint(door->socket));
	guard_probe(app->guard, "");
	return proven;
}

static int prove(struct app *app, const struct door *door, struct err *err)
{
	if (!door->socket || !bus_socket_guarded(door->socket))
		return 0;
	if (try_keys(app, door, err) == 0 && try_door(app, door, NULL, err) == 0)
		return 0;
	return err_wrap(err, "the proof that %s is closed to strangers failed",
			allow_domain_names[door->domain]);
}

int proof_run(struct app *app, struct err *err)
{
	const struct door doors[] = {
		{ALLOW_EVENTS, BUS_SUB, output_socket(app->pipeline.output)},
		{ALLOW_REPLAY, BUS_REQ, app->replay ? replay_socket(app->replay) : NULL},
		{ALLOW_CONTROL, BUS_REQ, control_socket(app->control)},
	};

	if (!app->guard)
		return 0;
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		if (prove(app, &doors[i], err) < 0)
			return -1;
	for (size_t i = 0; i < app->conf->feed_count; i++) {
		bool pull = app->conf->feeds[i].pattern == FEED_PULL;
		const struct door door = {ALLOW_FEED, pull ? BUS_PUSH : BUS_PUB,
					  feed_socket(app->pipeline.feeds[i])};

		if (prove(app, &door, err) < 0)
			return -1;
	}
	return 0;
}
