#include "verbs/where.h"

#include "base/clock.h"
#include "conf/conf.h"
#include "verbs/load.h"
#include "verbs/talk.h"

OWNED_CLEANUP(struct conf *, conf_free);

#define ASK_MS 5000
#define DEFAULT_PREFIX "event."

static const char *reachable(struct call *call, const char *endpoint)
{
	struct str text = {0};
	const char *kept;

	bus_reachable(endpoint, &text);
	kept = arena_strndup(&call->arena, str_view(&text).ptr, text.len);
	str_fini(&text);
	return kept;
}

static bool is_chosen(const char *endpoint)
{
	const char *port = endpoint ? strrchr(endpoint, ':') : NULL;

	return port && (strcmp(port, ":0") == 0 || strcmp(port, ":*") == 0);
}

/* --- asking the daemon --------------------------------------------------------------------------
 */

static int ask_endpoints(struct call *call, struct where *where)
{
	struct answer answer = {0};
	int status = ask_daemon(call, "{\"verb\":\"status\"}", ASK_MS, &answer);
	OWNED(json_free) struct json *reply = answer.json;
	const char *output, *replay;

	if (status)
		return status;
	output = answer_text(call, json_get(reply, "output"), "endpoint");
	replay = answer_text(call, json_get(reply, "replay"), "endpoint");
	if (!*output)
		return call_fail(call, END_INTERNAL,
				 "the daemon does not say where its events are");
	where->output = reachable(call, output);
	where->replay = *replay ? reachable(call, replay) : NULL;
	return END_OK;
}

/* --- the configuration --------------------------------------------------------------------------
 */

static int read_configuration(struct call *call, bool output, struct where *where)
{
	OWNED(conf_free) struct conf *conf = NULL;
	int status = load_conf(call, &conf, NULL);
	bool replay;

	if (status)
		return status;
	replay = conf->replay.endpoint && *conf->journal.path &&
		 conf->journal.durability != DURABILITY_OFF;
	where->prefix = arena_strndup(&call->arena, conf->output.prefix,
				      strlen(conf->output.prefix));
	if ((output && is_chosen(conf->output.endpoint)) ||
	    (replay && is_chosen(conf->replay.endpoint)))
		return ask_endpoints(call, where);
	if (output && conf->output.mode == MODE_CONNECT)
		return call_misused(call,
				    "the daemon publishes to a proxy at %s; name its "
				    "other side with --output",
				    conf->output.endpoint);
	where->output = reachable(call, conf->output.endpoint);
	where->replay = replay ? reachable(call, conf->replay.endpoint) : NULL;
	return END_OK;
}

int find_events(struct call *call, bool output, struct where *ret_where)
{
	const char *given = output ? call_value(call, "output") : NULL;
	const char *replay = call_value(call, "replay");
	struct where where = {.output = given, .prefix = DEFAULT_PREFIX};
	int status = END_OK;

	if (!given && (output || !replay))
		status = call_value(call, "control") ? ask_endpoints(call, &where)
						     : read_configuration(call, output, &where);
	if (status)
		return status;
	if (replay)
		where.replay = strcmp(replay, "off") == 0 ? NULL : replay;
	if (!output)
		where.output = NULL;
	if (!output && !where.replay)
		return call_fail(call, END_UNREACHABLE,
				 "the daemon keeps no journal or gives no replay; see "
				 "journal.path and replay.endpoint");
	*ret_where = where;
	return END_OK;
}

/* --- options ------------------------------------------------------------------------------------
 */

int call_time(struct call *call, const char *option, const char **ret_time)
{
	const char *text = call_value(call, option);
	char *written = arena_alloc(&call->arena, CLOCK_TEXT_SIZE);
	int64_t time, ago_ms;

	*ret_time = NULL;
	if (!text)
		return END_OK;
	if (!clock_read(view_of(text), &time)) {
		if (call_duration(call, option, 0, &ago_ms))
			return END_USAGE;
		time = clock_now() - ago_ms * (CLOCK_SECOND / 1000);
	}
	clock_write(time, written);
	*ret_time = written;
	return END_OK;
}

int call_sequence(struct call *call, const char *option, uint64_t *ret_sequence)
{
	long number;

	if (!call_number(call, option, 1, INT64_C(1) << 53, 0, &number))
		return END_USAGE;
	*ret_sequence = (uint64_t)number;
	return END_OK;
}
