#include "app/exposed.h"

#include "conf/key_file.h"

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

/* What of an endpoint decides. */
struct exposure {
	const char *name; /* as security.unprotected has it */
	const char *endpoint;
	const char *server_key; /* "" or NULL: none */
	bool bound;
};

struct check {
	const struct conf *conf;
	const char *file;
	struct diags *diags;
};

static void check_server_key(const struct check *check, const struct exposure *exposure)
{
	struct view key = view_of(exposure->server_key);
	const char *wrong = NULL;

	if (!key.len)
		return;
	if (!curve_key_valid(key))
		wrong = "is no public key: 40 characters of Z85, as newstag keygen makes them";
	else if (exposure->bound)
		wrong = "has no use: the endpoint is bound, and whoever comes needs our key";
	else if (!check->conf->security.curve)
		wrong = "wants security.curve: on, as the other side asks for our keys, too";
	if (wrong)
		diags_add(check->diags, DIAG_ERROR, "bad-key", (struct place){.file = check->file},
			  "the server_key of %s %s", exposure->name, wrong);
}

static void check_one(const struct check *check, const struct exposure *exposure)
{
	const char *name = exposure->name, *endpoint = exposure->endpoint;
	bool guarded = check->conf->security.curve &&
		       (exposure->bound || (exposure->server_key && *exposure->server_key));
	struct diag *diag;

	check_server_key(check, exposure);
	if (!endpoint || guarded || is_local(endpoint) || is_named(check->conf, name))
		return;
	diag = diags_add(check->diags, DIAG_ERROR, "unprotected",
			 (struct place){.file = check->file},
			 "%s at %s leaves this host, and nothing there is encrypted or asks who "
			 "comes",
			 name, endpoint);
	diag_hint(diag,
		  "%s; or, where every host of that network is trusted, say so: security: "
		  "{unprotected: [%s]}",
		  exposure->bound ? "set security.curve: on"
				  : "give its server_key, and set security.curve: on",
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
	const struct check check = {conf, file, diags};
	const struct exposure ours[] = {
		{"output", conf->output.endpoint, conf->output.server_key,
		 conf->output.mode == MODE_BIND},
		{"replay", conf->replay.endpoint, NULL, true},
		{"control", conf->control.endpoint, NULL, true},
	};
	struct str name = {0};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		check_one(&check, &ours[i]);
	for (size_t i = 0; i < conf->feed_count; i++) {
		const struct conf_feed *feed = &conf->feeds[i];

		str_reset(&name);
		str_printf(&name, FEED "%s", feed->name);
		check_one(&check, &(struct exposure){name.ptr, feed->endpoint, feed->server_key,
						     feed->mode == MODE_BIND});
	}
	for (size_t i = 0; i < conf->security.unprotected.len; i++)
		if (!is_place(conf, conf->security.unprotected.at[i]))
			diags_add(diags, DIAG_ERROR, "bad-value", (struct place){.file = file},
				  "security.unprotected names \"%s\"; there are output, replay, "
				  "control and feed.NAME",
				  conf->security.unprotected.at[i]);
	str_fini(&name);
}
