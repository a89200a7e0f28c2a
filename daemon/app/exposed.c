#include "app/exposed.h"

#include <string.h>
#include <strings.h>

#define TCP "tcp://"
#define FEED "feed."

/* By what is written: a name may mean any host, and 127.example.org begins as an address does. */
static bool is_local(const char *endpoint)
{
	const char *host = endpoint + sizeof(TCP) - 1;

	if (strncmp(endpoint, TCP, sizeof(TCP) - 1) != 0)
		return true;
	if (strncasecmp(host, "localhost:", 10) == 0 || strncmp(host, "[::1]:", 6) == 0)
		return true;
	return strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == ':';
}

static bool is_named(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->security.unprotected.len; i++)
		if (strcmp(conf->security.unprotected.at[i], name) == 0)
			return true;
	return false;
}

static void check(const struct conf *conf, const char *name, const char *endpoint, const char *file,
		  struct diags *diags)
{
	struct diag *diag;

	if (!endpoint || is_local(endpoint) || is_named(conf, name))
		return;
	diag = diags_add(diags, DIAG_ERROR, "unprotected", (struct place){.file = file},
			 "%s at %s leaves this host, and nothing there is encrypted or asks who "
			 "comes",
			 name, endpoint);
	diag_hint(diag,
		  "where every host of that network is trusted, say so: security: {unprotected: "
		  "[%s]}; else use 127.0.0.1 or ipc://",
		  name);
}

static bool is_place(const struct conf *conf, const char *name)
{
	static const char *const places[] = {"output", "replay", "control"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(name, places[i]) == 0)
			return true;
	for (size_t i = 0; i < conf->feed_count; i++)
		if (strncmp(name, FEED, sizeof(FEED) - 1) == 0 &&
		    strcmp(name + sizeof(FEED) - 1, conf->feeds[i].name) == 0)
			return true;
	return false;
}

void exposed_check(const struct conf *conf, const char *file, struct diags *diags)
{
	struct str name = {0};

	check(conf, "output", conf->output.endpoint, file, diags);
	check(conf, "replay", conf->replay.endpoint, file, diags);
	check(conf, "control", conf->control.endpoint, file, diags);
	for (size_t i = 0; i < conf->feed_count; i++) {
		str_reset(&name);
		str_printf(&name, FEED "%s", conf->feeds[i].name);
		check(conf, name.ptr, conf->feeds[i].endpoint, file, diags);
	}
	for (size_t i = 0; i < conf->security.unprotected.len; i++)
		if (!is_place(conf, conf->security.unprotected.at[i]))
			diags_add(diags, DIAG_ERROR, "bad-value", (struct place){.file = file},
				  "security.unprotected names \"%s\"; there are output, replay, "
				  "control and feed.NAME",
				  conf->security.unprotected.at[i]);
	str_fini(&name);
}
