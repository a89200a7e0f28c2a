#include "app/request.h"

#include "base/clock.h"
#include "rules/report.h"
#include "wire/decode.h"
#include "wire/json.h"

/*
 * Runs in the daemon's first thread, beside the signals. A client is a REQ socket: its requests
 * reach our ROUTER as routing id, an empty frame, the request. Replies never wait: what a client
 * does not fetch is dropped once its queue is full.
 */
#define TURN_MAX 64 /* requests of one turn, so that signals are seen in between */
#define HIGH_WATER 100
#define LINGER_MS 500

/* --- replies ------------------------------------------------------------------------------------
 */

static void send_reply(struct control *control, const struct asker *asker, struct view reply)
{
	struct view frames[] = {{(const char *)asker->id, asker->length}, {"", 0}, reply};
	struct err err;

	if (bus_send(control->socket, frames, 3, &err) < 0)
		log_line(control->app->log, LEVEL_DEBUG, "control: a reply was not sent: %s",
			 err.text);
}

void request_refuse(struct request *request, const char *sentence)
{
	struct jsonw json = jsonw_begin(request->reply);

	str_reset(request->reply);
	jsonw_object(&json);
	jsonw_key(&json, "ok");
	jsonw_bool(&json, false);
	jsonw_key(&json, "error");
	load_write_text(sentence, &json);
	jsonw_object_end(&json);
}

struct jsonw request_begin_good(struct request *request)
{
	struct jsonw json = jsonw_begin(request->reply);

	jsonw_object(&json);
	jsonw_key(&json, "ok");
	jsonw_bool(&json, true);
	return json;
}

/* --- status, reload, drain, rules ---------------------------------------------------------------
 */

static void do_status(struct request *request)
{
	struct jsonw json = request_begin_good(request);

	app_write_status(request->control->app, &json);
	jsonw_object_end(&json);
}

static void do_reload(struct request *request)
{
	struct app *app = request->control->app;

	if (app->draining)
		request_refuse(request, "the daemon is draining; nothing is loaded any more");
	else if (loader_ask(app->loader, request->asker))
		request->later = true;
	else
		request_refuse(request, "too many wait for a reload already");
}

static void do_drain(struct request *request)
{
	struct jsonw json = request_begin_good(request);

	jsonw_object_end(&json);
	app_drain(request->control->app, "asked to by control");
}

static void write_rule(const struct rule *rule, struct jsonw *json)
{
	static const char *const words[] = {
		[RULE_STABLE] = "stable", [RULE_TEST] = "test", [RULE_OFF] = "off"};

	jsonw_object(json);
	jsonw_key(json, "id");
	jsonw_text(json, rule->id);
	jsonw_key(json, "about");
	jsonw_text(json, rule->about);
	jsonw_key(json, "rev");
	jsonw_text(json, rule->rev);
	jsonw_key(json, "status");
	jsonw_string(json, words[rule->status]);
	jsonw_key(json, "enabled");
	jsonw_bool(json, rule->enabled);
	jsonw_key(json, "file");
	load_write_text(rule->place.file, json);
	jsonw_key(json, "line");
	jsonw_int(json, rule->place.line);
	jsonw_key(json, "tests");
	jsonw_int(json, (int64_t)rule->test_count);
	jsonw_object_end(json);
}

static void do_rules(struct request *request)
{
	struct holder *holder = &request->control->app->holder;
	struct generation *generation = holder_take(holder);
	const struct packs *packs = ruleset_packs(generation->ruleset);
	struct jsonw json = request_begin_good(request);

	jsonw_key(&json, "generation");
	jsonw_int(&json, (int64_t)generation->number);
	jsonw_key(&json, "ruleset");
	jsonw_string(&json, ruleset_hash(generation->ruleset));
	jsonw_key(&json, "rules");
	jsonw_array(&json);
	for (size_t i = 0; i < packs->rules.len; i++)
		write_rule(packs->rules.at[i], &json);
	jsonw_array_end(&json);
	jsonw_object_end(&json);
	holder_give(holder, generation);
}

/* --- explain ------------------------------------------------------------------------------------
 */

/* The bytes of a value that was read, as the decoder of items wants them. Depth was bounded. */
static void write_value(const struct json *value, struct jsonw *json)
{
	enum json_kind kind = json_kind(value);

	if (kind == JSON_KIND_STRING)
		jsonw_text(json, json_text(value));
	else if (kind == JSON_KIND_NUMBER)
		jsonw_double(json, json_number(value, 0));
	else if (kind == JSON_KIND_BOOL)
		jsonw_bool(json, json_bool(value, false));
	else if (kind == JSON_KIND_NULL)
		jsonw_null(json);
	else if (kind == JSON_KIND_OBJECT)
		jsonw_object(json);
	else
		jsonw_array(json);
	if (kind != JSON_KIND_OBJECT && kind != JSON_KIND_ARRAY)
		return;
	for (size_t i = 0; i < json_size(value); i++) {
		const char *key = kind == JSON_KIND_OBJECT ? json_key_at(value, i) : NULL;

		if (key)
			jsonw_key(json, key);
		write_value(json_at(value, i), json);
	}
	if (kind == JSON_KIND_OBJECT)
		jsonw_object_end(json);
	else
		jsonw_array_end(json);
}

static enum reject read_item(struct request *request, struct str *bytes, struct item *ret_item,
			     struct reject_place *ret_place)
{
	struct jsonw json = jsonw_begin(bytes);
	struct arena *arena = &request->control->arena;
	struct wire_limits limits = pipeline_limits(request->control->app->conf);

	write_value(json_get(request->body, "item"), &json);
	arena_reset(arena);
	return wire_decode(str_view(bytes), &limits, arena, ret_item, ret_place);
}

static void explain_item(struct request *request, const struct item *item)
{
	struct holder *holder = &request->control->app->holder;
	struct generation *generation = holder_take(holder);
	struct matcher *matcher = matcher_new(generation->fallback);
	struct view rule = json_text(json_get(request->body, "rule"));
	struct explain_options options = {
		.item = item,
		.now = clock_now(),
		.rule = rule.ptr ? arena_strndup(&request->control->arena, rule.ptr, rule.len)
				 : NULL,
		.all = json_bool(json_get(request->body, "all"), false),
		.json = json_bool(json_get(request->body, "json"), true),
	};
	struct str explanation = {0};
	struct err err;
	int given = ruleset_explain(generation->ruleset, matcher, &options, &explanation, &err);

	if (given < 0) {
		request_refuse(request, err.text);
	} else {
		struct jsonw json = request_begin_good(request);

		jsonw_key(&json, "given");
		jsonw_bool(&json, given > 0);
		jsonw_key(&json, "ruleset");
		jsonw_string(&json, ruleset_hash(generation->ruleset));
		jsonw_key(&json, "explanation");
		if (options.json)
			jsonw_raw(&json, view_trim(str_view(&explanation)));
		else
			jsonw_text(&json, str_view(&explanation));
		jsonw_object_end(&json);
	}
	str_fini(&explanation);
	matcher_free(matcher);
	holder_give(holder, generation);
}

static void do_explain(struct request *request)
{
	struct reject_place place = {0};
	struct str bytes = {0}, sentence = {0};
	struct item item;
	enum reject reason;

	if (json_kind(json_get(request->body, "item")) != JSON_KIND_OBJECT) {
		request_refuse(request, "explain wants the item as an object in \"item\"");
		return;
	}
	reason = read_item(request, &bytes, &item, &place);
	if (reason == REJECT_NONE) {
		explain_item(request, &item);
	} else {
		str_printf(&sentence, "the item is rejected: %s%s%s", reject_name(reason),
			   place.member ? " in " : "", place.member ? place.member : "");
		request_refuse(request, sentence.ptr);
	}
	str_fini(&bytes);
	str_fini(&sentence);
}

/* --- requests -----------------------------------------------------------------------------------
 */

static const struct {
	const char *verb;
	void (*act)(struct request *request);
} verbs[] = {
	{"status", do_status},	{"reload", do_reload},	 {"rules", do_rules},
	{"drain", do_drain},	{"explain", do_explain}, {"deadletter", request_letters},
	{"held", request_held},
};

static void act(struct request *request)
{
	struct view verb = json_text(json_get(request->body, "verb"));

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!view_is(verb, verbs[i].verb))
			continue;
		verbs[i].act(request);
		return;
	}
	request_refuse(request, verb.ptr
					? "there is no such verb; there are status, reload, rules, "
					  "explain, deadletter, held and drain"
					: "a request is an object such as {\"verb\": \"status\"}");
}

static void answer(struct request *request, const struct bus_message *message)
{
	struct view text = message->last;
	struct json *body = NULL;
	struct err err;

	if (message->frames != 3 || message->frame[1].len)
		request_refuse(request, "a request is one frame of a REQ socket");
	else if (text.len > CONTROL_REQUEST_MAX)
		request_refuse(request, "the request is larger than 1 MiB");
	else if (!(body = json_read(text, &err)))
		request_refuse(request, err.text);
	request->body = body;
	if (body)
		act(request);
	json_free(body);
}

static void take_request(struct control *control, const struct bus_message *message)
{
	struct asker asker = {.length = message->frame[0].len};
	struct str reply = {0};
	struct request request = {.control = control, .asker = &asker, .reply = &reply};

	if (asker.length == 0 || asker.length > ASKER_ID_MAX)
		return;
	memcpy(asker.id, message->frame[0].ptr, asker.length);
	answer(&request, message);
	if (!request.later)
		send_reply(control, &asker, str_view(&reply));
	str_fini(&reply);
}

void control_turn(struct control *control)
{
	struct bus_message message;

	if (!control)
		return;
	guard_turn(control->app->guard, ALLOW_CONTROL, control->socket,
		   &control->app->control_cuts);
	for (int i = 0; i < TURN_MAX; i++) {
		if (bus_receive(control->socket, &message, NULL) <= 0)
			return;
		take_request(control, &message);
		bus_message_fini(&message);
	}
}

void control_tell(struct control *control, const struct verdict *verdict)
{
	for (size_t i = 0; control && i < verdict->askers.len; i++)
		send_reply(control, &verdict->askers.at[i], str_view(&verdict->reply));
}

void control_answer_later(struct control *control)
{
	struct asker asker;
	struct str reply = {0};

	if (control && letters_take_verdict(control->app->pipeline.letters, &asker, &reply))
		send_reply(control, &asker, str_view(&reply));
	str_fini(&reply);
}

struct bus_socket *control_socket(struct control *control)
{
	return control ? control->socket : NULL;
}

struct control *control_open(struct app *app, struct err *err)
{
	struct bus_options options = {
		.kind = BUS_ROUTER,
		.endpoint = app->conf->control.endpoint,
		.bind = true,
		.high_water = HIGH_WATER,
		.linger_ms = LINGER_MS,
		.message_max = 4 * CONTROL_REQUEST_MAX, /* a fuse; what is below gets a sentence */
		.name = "control",
		.curve = guard_serves(app->guard, ALLOW_CONTROL, app->conf->control.endpoint),
	};
	struct bus_socket *socket = bus_socket_open(app->bus, &options, err);
	struct control *control;

	if (!socket)
		return NULL;
	control = xcalloc(1, sizeof(*control));
	control->app = app;
	control->socket = socket;
	return control;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	bus_socket_close(control->socket);
	arena_fini(&control->arena);
	free(control);
}
