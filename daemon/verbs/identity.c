#include "verbs/identity.h"

#include "conf/conf.h"
#include "conf/key_file.h"
#include "verbs/load.h"

#include <stdio.h>

OWNED_CLEANUP(struct conf *, conf_free);

static int read_own(struct call *call, const char *path, struct identity *identity)
{
	struct curve_keys keys;
	struct err err;

	if (key_file_read(path, true, &keys, &err) < 0)
		return call_fail(call, END_NO_INPUT, "%s", err.text);
	memcpy(identity->own_public, keys.public_key, BUS_KEY_SIZE);
	memcpy(identity->own_secret, keys.secret_key, BUS_KEY_SIZE);
	curve_keys_wipe(&keys);
	return END_OK;
}

/* The public half of the daemon's own keys, which everybody on its host may read. */
static int find_installed(struct call *call, const char **ret_path)
{
	OWNED(conf_free) struct conf *conf = NULL;
	int status = load_conf(call, &conf, NULL);

	if (!status)
		*ret_path = arena_printf(&call->arena, "%s/server" KEY_FILE_PUBLIC,
					 conf->security.keys);
	return status;
}

static int read_server(struct call *call, const char *given, struct identity *identity)
{
	struct curve_keys keys;
	struct err err;
	int status = END_OK;

	if (given && curve_key_valid(view_of(given))) {
		memcpy(identity->server, given, BUS_KEY_SIZE);
		return END_OK;
	}
	if (!given)
		status = find_installed(call, &given);
	if (status)
		return status;
	if (key_file_read(given, false, &keys, &err) < 0)
		return call_fail(call, END_NO_INPUT, "%s", err.text);
	memcpy(identity->server, keys.public_key, BUS_KEY_SIZE);
	return END_OK;
}

int identity_find(struct call *call, struct identity *ret_identity)
{
	bool known = call_knows(call, "key");
	const char *own = known ? call_value(call, "key") : NULL;
	const char *server = known ? call_value(call, "server-key") : NULL;
	int status;

	*ret_identity = (struct identity){0};
	if (!own)
		return server ? call_misused(call, "--server-key wants --key, too: one's own keys")
			      : END_OK;
	status = read_own(call, own, ret_identity);
	if (!status)
		status = read_server(call, server, ret_identity);
	ret_identity->given = true;
	ret_identity->keys = (struct newstag_keys){
		.public_key = ret_identity->own_public,
		.secret_key = ret_identity->own_secret,
		.server_key = ret_identity->server,
	};
	ret_identity->curve = (struct bus_curve){
		.public_key = ret_identity->own_public,
		.secret_key = ret_identity->own_secret,
		.server_key = ret_identity->server,
	};
	return status;
}
