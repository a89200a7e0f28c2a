#include "base/file.h"
#include "base/jsonw.h"
#include "bus/curve.h"
#include "conf/key_file.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 64

static bool is_name(const char *name)
{
	return *name && *name != '.' && *name != '-' && strlen(name) <= NAME_MAX_BYTES &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") ==
		       strlen(name);
}

static int make_keys(struct curve_keys *ret_keys, struct err *err)
{
	return bus_keypair(ret_keys->public_key, ret_keys->secret_key, err);
}

static int write_keys(const struct curve_keys *keys, const char *secret_path,
		      const char *public_path, struct err *err)
{
	struct str text = {0};
	int done;

	key_file_write(keys, true, &text);
	done = file_replace(secret_path, str_view(&text), 0600, err);
	explicit_bzero(text.ptr, text.cap);
	str_reset(&text);
	key_file_write(keys, false, &text);
	if (done == 0)
		done = file_replace(public_path, str_view(&text), 0644, err);
	str_fini(&text);
	return done;
}

static void tell(struct call *call, const struct curve_keys *keys, const char *secret_path,
		 const char *public_path)
{
	struct str out = {0};
	struct jsonw json = jsonw_begin(&out);

	if (!call_flag(call, "json")) {
		printf("public key  %s\nsecret file %s\npublic file %s\n", keys->public_key,
		       secret_path, public_path);
		return;
	}
	jsonw_object(&json);
	jsonw_key(&json, "public_key");
	jsonw_string(&json, keys->public_key);
	jsonw_key(&json, "secret_file");
	jsonw_string(&json, secret_path);
	jsonw_key(&json, "public_file");
	jsonw_string(&json, public_path);
	jsonw_object_end(&json);
	printf("%s\n", out.ptr);
	str_fini(&out);
}

static int run(struct call *call)
{
	const char *name = call->operands[0], *folder = call_value(call, "out");
	struct curve_keys keys;
	char *secret_path, *public_path;
	struct err err;
	int status = END_OK;

	if (!is_name(name))
		return call_misused(call,
				    "a name is at most %d letters, digits, \"-\", \".\" and "
				    "\"_\", not \"%s\"",
				    NAME_MAX_BYTES, name);
	folder = folder ? folder : ".";
	secret_path = arena_printf(&call->arena, "%s/%s" KEY_FILE_SECRET, folder, name);
	public_path = arena_printf(&call->arena, "%s/%s" KEY_FILE_PUBLIC, folder, name);
	if (access(secret_path, F_OK) == 0 && !call_flag(call, "force"))
		return call_fail(
			call, END_CANNOT_CREATE,
			"%s is there already; --force makes new keys in its place, and who "
			"knows the old ones is not let in any more",
			secret_path);
	if (make_keys(&keys, &err) < 0)
		return call_fail(call, END_INTERNAL, "%s", err.text);
	if (write_keys(&keys, secret_path, public_path, &err) < 0)
		status = call_fail(call, END_CANNOT_CREATE, "%s", err.text);
	else
		tell(call, &keys, secret_path, public_path);
	curve_keys_wipe(&keys);
	return status;
}

static const struct verb_option options[] = {
	{.name = "out", .value = "FOLDER", .help = "where the files go, instead of here"},
	{.name = "force", .help = "replace keys that are there"},
	OPTION_JSON,
	{.name = NULL},
};

const struct verb keygen_verb = {
	.name = "keygen",
	.operands = "NAME",
	.operands_least = 1,
	.operands_most = 1,
	.about = "make a pair of keys for encrypted endpoints",
	.help = "Makes a pair of CURVE keys and writes NAME.key_secret, which only its owner can "
		"read, "
		"and NAME.key,\n"
		"which is to be given away. They are the certificates that CZMQ and pyzmq read, "
		"too. "
		"The daemon's own\n"
		"pair is called server and lies in security.keys; it takes over new ones within a "
		"second or two.\n",
	.examples = "  newstag keygen server --out /etc/newstagd/keys\n"
		    "  newstag keygen desk\n",
	.options = options,
	.run = run,
};
