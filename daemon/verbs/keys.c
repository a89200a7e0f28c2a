#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "conf/allow.h"
#include "verbs/load.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/*
 * The list of allowed keys as people edit it: lines are added and taken out where they stand, and
 * comments stay. A list with a mistake is not touched. The daemon takes a change over by itself.
 */
OWNED_CLEANUP(struct conf *, conf_free);
OWNED_CLEANUP(struct allow_list *, allow_free);

struct keys {
	struct call *call;
	const char *path;
	struct str text;
	struct allow_list *list;
	unsigned mode; /* of the file */
};

/* --- the file -----------------------------------------------------------------------------------
 */

static int find_path(struct keys *keys)
{
	OWNED(conf_free) struct conf *conf = NULL;
	const char *given = call_value(keys->call, "file");
	int status = END_OK;

	if (!given) {
		status = load_conf(keys->call, &conf, NULL);
		given = status ? "" : conf->security.allow;
	}
	keys->path = arena_strndup(&keys->call->arena, given, strlen(given));
	return status;
}

/* A file that is not there yet is an empty list, when one is to be added to it. */
static int read_file(struct keys *keys, bool may_lack)
{
	struct diags diags = {0};
	struct stat found;
	struct err err;

	keys->mode = stat(keys->path, &found) == 0 ? found.st_mode & 0777 : 0644;
	if (file_read(keys->path, ALLOW_FILE_MAX, &keys->text, &err) < 0 &&
	    !(may_lack && errno == ENOENT))
		return call_fail(keys->call, END_NO_INPUT, "%s", err.text);
	keys->list = allow_parse(keys->path, str_view(&keys->text), &diags);
	if (!keys->list)
		diags_print(&diags, terminal_colour(stderr), stderr);
	diags_fini(&diags);
	return keys->list ? END_OK : END_INVALID;
}

static int write_file(struct keys *keys, const struct str *text)
{
	struct err err;

	if (file_replace(keys->path, str_view(text), keys->mode, &err) < 0)
		return call_fail(keys->call, END_CANNOT_CREATE, "%s", err.text);
	return END_OK;
}

/* --- list ---------------------------------------------------------------------------------------
 */

static const char *state_of(const struct allowed *allowed, int64_t now)
{
	return allowed->until != CLOCK_NONE && now >= allowed->until ? "expired" : "allowed";
}

static void add_domains(unsigned domains, struct str *out)
{
	for (unsigned i = 0; i < ALLOW_DOMAINS; i++)
		if (domains & (1U << i))
			str_printf(out, "%s%s", out->len ? "," : "", allow_domain_names[i]);
}

static void print_row(const struct allowed *allowed, int64_t now)
{
	char until[CLOCK_TEXT_SIZE] = "-";
	struct str domains = {0};

	if (allowed->until != CLOCK_NONE)
		clock_write(allowed->until, until);
	add_domains(allowed->domains, &domains);
	printf("%-20.*s  %-8s  %-26s  %-20s  %.*s\n", VIEW_ARGS(allowed->name),
	       state_of(allowed, now), domains.ptr, until, VIEW_ARGS(allowed->key));
	str_fini(&domains);
}

static void print_json(const struct allowed *allowed, int64_t now)
{
	char until[CLOCK_TEXT_SIZE];
	struct str line = {0};
	struct jsonw json = jsonw_begin(&line);

	jsonw_object(&json);
	jsonw_key(&json, "name");
	jsonw_text(&json, allowed->name);
	jsonw_key(&json, "state");
	jsonw_string(&json, state_of(allowed, now));
	jsonw_key(&json, "for");
	jsonw_array(&json);
	for (unsigned i = 0; i < ALLOW_DOMAINS; i++)
		if (allowed->domains & (1U << i))
			jsonw_string(&json, allow_domain_names[i]);
	jsonw_array_end(&json);
	jsonw_key(&json, "until");
	if (allowed->until == CLOCK_NONE) {
		jsonw_null(&json);
	} else {
		clock_write(allowed->until, until);
		jsonw_string(&json, until);
	}
	jsonw_key(&json, "key");
	jsonw_text(&json, allowed->key);
	jsonw_object_end(&json);
	printf("%s\n", line.ptr);
	str_fini(&line);
}

static int list_keys(struct keys *keys)
{
	bool json = call_flag(keys->call, "json");
	int64_t now = clock_now();
	int status = read_file(keys, false);

	if (status)
		return status;
	if (!json)
		printf("%-20s  %-8s  %-26s  %-20s  %s\n", "NAME", "STATE", "FOR", "UNTIL", "KEY");
	for (size_t i = 0; i < keys->list->len; i++)
		(json ? print_json : print_row)(&keys->list->at[i], now);
	return END_OK;
}

/* --- add, revoke --------------------------------------------------------------------------------
 */

/* The operand: a key as it is, or the file that newstag keygen made. */
static int find_key(struct keys *keys, const char *operand, struct view *ret_key)
{
	struct curve_keys read;
	struct err err;

	*ret_key = view_of(operand);
	if (curve_key_valid(*ret_key))
		return END_OK;
	if (key_file_read(operand, false, &read, &err) < 0)
		return call_fail(keys->call, END_NO_INPUT, "%s", err.text);
	*ret_key = arena_view(&keys->call->arena, view_of(read.public_key));
	curve_keys_wipe(&read);
	return END_OK;
}

/* The new line is read as the file's would be, so that it meets the same rules. */
static int add_key(struct keys *keys)
{
	const struct call *call = keys->call;
	const char *domains = call_value(call, "for"), *until = call_value(call, "until");
	struct diags diags = {0};
	OWNED(allow_free) struct allow_list *after = NULL;
	struct view key;
	int status = read_file(keys, true);

	if (!status)
		status = find_key(keys, call->operands[2], &key);
	if (status)
		return status;
	if (keys->text.len && keys->text.ptr[keys->text.len - 1] != '\n')
		str_add_char(&keys->text, '\n');
	str_printf(&keys->text, "%s %.*s %s %s\n", call->operands[1], VIEW_ARGS(key),
		   domains ? domains : "events,replay", until ? until : "-");
	after = allow_parse(keys->path, str_view(&keys->text), &diags);
	if (!after) {
		diags_print(&diags, terminal_colour(stderr), stderr);
		diags_fini(&diags);
		return END_USAGE;
	}
	status = write_file(keys, &keys->text);
	if (!status)
		printf("%s is allowed now (%s)\n", call->operands[1], keys->path);
	return status;
}

static int revoke_key(struct keys *keys)
{
	const char *name = keys->call->operands[1];
	const struct allowed *allowed;
	struct str kept = {0};
	struct view rest;
	int status = read_file(keys, false);

	if (status)
		return status;
	allowed = allow_named(keys->list, view_of(name));
	if (!allowed)
		return call_fail(keys->call, END_NO, "there is no key of that name in %s: %s",
				 keys->path, name);
	rest = str_view(&keys->text);
	for (unsigned line = 1; rest.len; line++) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		size_t length = end ? (size_t)(end - rest.ptr) + 1 : rest.len;

		if (line != allowed->line)
			str_add(&kept, rest.ptr, length);
		rest = view_slice(rest, length, rest.len);
	}
	status = write_file(keys, &kept);
	str_fini(&kept);
	if (!status)
		printf("%s is revoked (%s)\n", name, keys->path);
	return status;
}

static const struct action {
	const char *name;
	size_t operands;
	int (*run)(struct keys *keys);
} actions[] = {
	{"list", 1, list_keys},
	{"add", 3, add_key},
	{"revoke", 2, revoke_key},
};

static int run(struct call *call)
{
	struct keys keys = {.call = call};
	const struct action *action = NULL;
	int status;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(call->operands[0], actions[i].name) == 0)
			action = &actions[i];
	if (!action)
		return call_misused(call, "there is no \"%s\"; there are list, add and revoke",
				    call->operands[0]);
	if (call->operand_count != action->operands)
		return call_misused(call, "%s wants %s", action->name,
				    action->operands == 3   ? "a name, and a key or its file"
				    : action->operands == 2 ? "a name"
							    : "nothing more");
	status = find_path(&keys);
	if (!status)
		status = action->run(&keys);
	str_fini(&keys.text);
	allow_free(keys.list);
	return status;
}

static const struct verb_option options[] = {
	{.name = "file", .value = "FILE", .help = "the list, instead of the configuration's"},
	{.name = "for", .value = "WHAT", .help = "*, or of events, replay, control, feed some"},
	{.name = "until", .value = "TIME", .help = "when it expires, such as 2027-01-31"},
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_JSON,
	{.name = NULL},
};

const struct verb keys_verb = {
	.name = "keys",
	.operands = "list|add NAME KEY|revoke NAME",
	.operands_least = 1,
	.operands_most = 3,
	.about = "whose keys are let in: list, add, revoke",
	.help = "Reads and changes the list of public keys that an encrypted endpoint lets in "
		"(security.allow). KEY is\n"
		"the key itself or the NAME.key that newstag keygen made. --for says what it "
		"opens: "
		"events,replay when\n"
		"unsaid. A running daemon takes a change over within two seconds: who was revoked, "
		"or "
		"has expired, loses\n"
		"the connections that stand; everybody else on that endpoint is connected anew and "
		"gets what was missed\n"
		"from the replay.\n",
	.examples = "  newstag keys add desk desk.key\n"
		    "  newstag keys add wire wire.key --for feed --until 2027-01-31\n"
		    "  newstag keys list\n"
		    "  newstag keys revoke desk\n",
	.options = options,
	.run = run,
};
