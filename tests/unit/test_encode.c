#include "base/clock.h"
#include "support/made_event.h"

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

/* What is emitted is read with jansson and held against the event that it was made from. */
/* --- comparing ---------------------------------------------------------------------------------
 */
static void check_text(const json_t *string, struct view text)
{
	struct view found = {json_string_value(string), json_string_length(string)};

	ck_assert(json_is_string(string));
	ck_assert_msg(view_equal(found, text), "\"%.*s\" is not \"%.*s\"", VIEW_ARGS(found),
		      VIEW_ARGS(text));
}

/* A member is there exactly when the text is. */
static void check_member(const json_t *object, const char *key, struct view text)
{
	const json_t *member = json_object_get(object, key);

	if (text.len)
		check_text(member, text);
	else
		ck_assert_msg(!member, "%s", key);
}

static void check_time(const json_t *object, const char *key, int64_t time)
{
	const json_t *member = json_object_get(object, key);
	int64_t found;

	if (time == CLOCK_NONE) {
		ck_assert_ptr_null(member);
		return;
	}
	ck_assert(clock_read(view_of(json_string_value(member)), &found));
	ck_assert_int_eq(found, time);
}

static void check_value(const json_t *json, const struct value *value)
{
	switch (value->kind) {
	case VALUE_TEXT:
		check_text(json, value->text);
		break;
	case VALUE_NUMBER:
		ck_assert(json_number_value(json) == value->number);
		break;
	case VALUE_BOOL:
		ck_assert(json_is_boolean(json) && json_is_true(json) == (value->number != 0));
		break;
	case VALUE_ENTITY:
		check_member(json, "id", value->id);
		check_member(json, "type", value->type);
		check_member(json, "name", value->name);
		check_member(json, "in", value->in);
		check_member(json, "qid", value->qid);
		check_member(json, "text", value->text);
		break;
	case VALUE_QUANTITY:
		ck_assert(json_number_value(json_object_get(json, "value")) == value->number);
		check_member(json, "bound", view_of(bound_name(value->bound)));
		check_member(json, "unit", value->unit);
		check_member(json, "text", value->text);
		break;
	case VALUE_DATE:
		check_member(json, "text", value->text);
		check_member(json, "from", value->from);
		check_member(json, "until", value->until);
		break;
	}
}

/* Always a list, always of objects. */
static void check_parties(const json_t *list, const struct event_field *field)
{
	ck_assert(json_is_array(list));
	ck_assert_uint_eq(json_array_size(list), field->count);
	for (size_t i = 0; i < field->count; i++) {
		const struct value *value = &field->values[i];

		if (value->kind == VALUE_TEXT)
			check_member(json_array_get(list, i), "id", value->text);
		else
			check_value(json_array_get(list, i), value);
	}
}

static void check_field(const json_t *data, const struct event_field *field)
{
	char *name = strndup(field->name.ptr, field->name.len);
	const json_t *json = json_object_get(data, name);

	free(name);
	if (view_is(field->name, "parties")) {
		check_parties(json, field);
		return;
	}
	if (!field->list && !field->count) {
		ck_assert_ptr_null(json);
		return;
	}
	if (!field->list && field->count == 1) {
		check_value(json, field->values);
		return;
	}
	ck_assert_uint_eq(json_array_size(json), field->count);
	for (size_t i = 0; i < field->count; i++)
		check_value(json_array_get(json, i), &field->values[i]);
}

static void check_codes(const json_t *codes, const struct event *event)
{
	static const char *const always[] = {"plover", "cameo", "medtop", "gdelt"};

	for (size_t i = 0; i < 4; i++)
		ck_assert(json_is_array(json_object_get(codes, always[i])));
	for (size_t i = 0; i < event->code_count; i++) {
		const struct event_code *code = &event->codes[i];
		char *name = strndup(code->vocabulary.ptr, code->vocabulary.len);
		const json_t *list = json_object_get(codes, name);

		free(name);
		ck_assert_uint_eq(json_array_size(list), code->count);
		for (size_t k = 0; k < code->count; k++)
			check_text(json_array_get(list, k), code->values[k]);
	}
}

static void check_why(const json_t *list, const struct event *event)
{
	ck_assert_uint_eq(json_array_size(list), event->why_count);
	for (size_t i = 0; i < event->why_count; i++) {
		const json_t *json = json_array_get(list, i),
			     *bytes = json_object_get(json, "bytes");
		const struct event_why *why = &event->why[i];

		check_text(json_object_get(json, "rule"), why->rule);
		check_text(json_object_get(json, "node"), why->node);
		check_text(json_object_get(json, "text"), why->text);
		check_text(json_object_get(json, "field"), view_of(item_field_name(why->field)));
		check_member(json, "rev",
			     view_equal(why->rule, event->rule) ? event->rev : VIEW_NONE);
		ck_assert_int_eq(json_integer_value(json_array_get(bytes, 0)), why->from);
		ck_assert_int_eq(json_integer_value(json_array_get(bytes, 1)), why->to);
		ck_assert_int_eq(json_integer_value(json_object_get(json, "points")), why->points);
	}
}

static void check_modality(const json_t *list, unsigned modality)
{
	unsigned found = 0;
	size_t i;
	json_t *name;

	json_array_foreach(list, i, name) found |= modality_find(view_of(json_string_value(name)));
	ck_assert_uint_eq(found, modality);
	if (!modality) {
		ck_assert_uint_eq(json_array_size(list), 1);
		check_text(json_array_get(list, 0), VIEW("asserted"));
	}
}

static void check_data(const json_t *data, const struct encode_context *context,
		       const struct item *item, const struct event *event)
{
	const json_t *about = json_object_get(data, "item");

	check_member(data, "class", event->class);
	check_member(data, "status", event->status);
	check_member(data, "direction", event->direction);
	check_member(data, "attributed_to", event->attributed_to);
	check_member(data, "ruleset", context->ruleset);
	check_member(data, "rule", event->rule);
	check_member(data, "rev", event->rev);
	check_modality(json_object_get(data, "modality"), event->modality);
	ck_assert_int_eq(json_integer_value(json_object_get(data, "score")), event->score);
	ck_assert(fabs(json_number_value(json_object_get(data, "confidence")) - event->confidence) <
		  0.00051);
	for (size_t i = 0; i < event->field_count; i++)
		check_field(data, &event->fields[i]);
	check_codes(json_object_get(data, "codes"), event);
	check_why(json_object_get(data, "why"), event);
	check_member(about, "uri", item->uri);
	check_member(about, "version", item->version);
	check_member(about, "headline", item->fields[ITEM_HEADLINE].text);
	check_member(about, "language", context->language);
	check_member(about, "source", item->source);
	check_member(about, "url", item->url);
	check_time(about, "published", item->published);
}

static void check_event(struct view payload, const struct encode_context *context,
			const struct item *item, const struct event *event, const char *id)
{
	json_error_t error;
	json_t *json = json_loadb(payload.ptr, payload.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
				  &error);
	int64_t reported = item->modified != CLOCK_NONE	   ? item->modified
			   : item->published != CLOCK_NONE ? item->published
							   : context->recorded;

	ck_assert_msg(json, "%s in %.*s", error.text, VIEW_ARGS(payload));
	check_member(json, "specversion", VIEW("1.0"));
	check_member(json, "id", view_of(id));
	check_member(json, "source", VIEW("urn:newstagd:test \"1\""));
	check_member(json, "type", VIEW("newstag.negotiation.v1"));
	check_member(json, "subject", item->uri);
	check_member(json, "partitionkey", item->uri);
	check_member(json, "datacontenttype", VIEW("application/json"));
	check_member(json, "dataschema", VIEW("urn:newstagd:schema:event:v1"));
	check_member(json, "sequence", VIEW("00000000000000184213"));
	check_member(json, "topicsequence", VIEW("18446744073709551615"));
	check_member(json, "streamid", VIEW("0123456789abcdef0123456789abcdef"));
	check_time(json, "time", reported);
	check_time(json, "recordedtime", context->recorded);
	check_data(json_object_get(json, "data"), context, item, event);
	json_decref(json);
}

START_TEST(test_events)
{
	struct str out = {0};
	struct made made;

	made_seed((uint64_t)_i + 1);
	str_add_text(&out, "before");
	for (size_t i = 0; i < 150; i++) {
		struct encoded encoded;
		struct view payload;

		made_event(&made);
		wire_encode(&made_context, &made.item, &made.event, &out, &encoded);
		encoded_patch(out.ptr, &encoded, 184213, UINT64_MAX,
			      "0123456789abcdef0123456789abcdef");
		payload = (struct view){out.ptr + encoded.payload, encoded.payload_len};
		ck_assert_uint_eq(encoded.payload + encoded.payload_len, out.len);
		check_event(payload, &made_context, &made.item, &made.event, encoded.id);
	}
	str_fini(&out);
}
END_TEST

/* --- topics, ids -------------------------------------------------------------------------------
 */
static const struct {
	const char *class, *status, *topic;
} topics[] = {
	{"negotiation", "signed", "event.negotiation.signed"},
	{"blackout", NULL, "event.blackout"},
	{"a.b c*", "d>\x7F\n", "event.a_b_c_.d___"},
	{"клас", "x-y_z", "event.________.x-y_z"},
};

START_TEST(test_topic)
{
	struct item item = {.uri = VIEW("u"), .published = CLOCK_NONE, .modified = CLOCK_NONE};
	struct event event = {.class = view_of(topics[_i].class),
			      .status = view_of(topics[_i].status)};
	struct str out = {0};
	struct encoded encoded;
	struct view topic;

	wire_encode(&made_context, &item, &event, &out, &encoded);
	topic = (struct view){out.ptr + encoded.topic, encoded.topic_len};
	ck_assert_msg(view_is(topic, topics[_i].topic), "%.*s", VIEW_ARGS(topic));
	str_fini(&out);
}
END_TEST

/* The id of one event, written down: it must never change from version to version. */
START_TEST(test_id)
{
	struct item item = {.uri = VIEW("urn:example:1"), .version = VIEW("2")};
	struct event event = {.class = VIEW("negotiation"),
			      .status = VIEW("signed"),
			      .merge_key = VIEW("UKR+USA")};
	char id[EVENT_ID_SIZE], other[EVENT_ID_SIZE];

	event_id(&item, &event, id);
	ck_assert_str_eq(id, "fbf8b9027faa19618f8f1913f271ccfb");
	event.score = 7;
	event.rule = VIEW("another");
	event_id(&item, &event, other);
	ck_assert_str_eq(id, other);
	item.version = VIEW("3");
	event_id(&item, &event, other);
	ck_assert_str_ne(id, other);
	item.version = VIEW("2n");
	event.class = VIEW("egotiation");
	event_id(&item, &event, other);
	ck_assert_str_ne(id, other);
}
END_TEST

START_TEST(test_reserved)
{
	const struct value value = {.kind = VALUE_TEXT, .text = VIEW("x")};
	const struct event_field fields[] = {
		{.name = VIEW("codes"), .values = &value, .count = 1},
		{.name = VIEW("operator"), .values = &value, .count = 1}};
	struct item item = {.uri = VIEW("u"), .published = CLOCK_NONE, .modified = CLOCK_NONE};
	struct event event = {.class = VIEW("c"), .fields = fields, .field_count = 2};
	struct str out = {0};
	struct encoded encoded;
	json_t *json, *data;

	wire_encode(&made_context, &item, &event, &out, &encoded);
	json = json_loadb(out.ptr + encoded.payload, encoded.payload_len, JSON_REJECT_DUPLICATES,
			  NULL);
	data = json_object_get(json, "data");
	ck_assert(json_is_object(json_object_get(data, "codes")));
	ck_assert(json_is_string(json_object_get(data, "operator")));
	ck_assert(event_member_reserved(VIEW("why")) && !event_member_reserved(VIEW("parties")));
	json_decref(json);
	str_fini(&out);
}
END_TEST

/* Extracted text stands in for a headline that came as markup. */
START_TEST(test_headline)
{
	struct encode_context other = made_context;
	struct item item = {.uri = VIEW("u"), .published = CLOCK_NONE, .modified = CLOCK_NONE};
	struct event event = {.class = VIEW("c")};
	struct str out = {0};
	struct encoded encoded;

	item.fields[ITEM_HEADLINE] = (struct item_text){VIEW("<b>T</b>"), true};
	other.headline = VIEW("T");
	wire_encode(&other, &item, &event, &out, &encoded);
	ck_assert_ptr_nonnull(strstr(out.ptr, "\"headline\":\"T\""));
	str_fini(&out);
}
END_TEST

START_TEST(test_heartbeat)
{
	struct str out = {0};

	wire_heartbeat(VIEW("one"), 42, "0123456789abcdef0123456789abcdef", CLOCK_SECOND, &out);
	ck_assert_str_eq(out.ptr,
			 "{\"time\":\"1970-01-01T00:00:01Z\",\"sequence\":\"00000000000000000042\","
			 "\"streamid\":\"0123456789abcdef0123456789abcdef\",\"instance\":\"one\"}");
	str_fini(&out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("encode");
	TCase *tcase = tcase_create("encode");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_events, 0, 4);
	tcase_add_loop_test(tcase, test_topic, 0, sizeof(topics) / sizeof(*topics));
	tcase_add_test(tcase, test_id);
	tcase_add_test(tcase, test_reserved);
	tcase_add_test(tcase, test_headline);
	tcase_add_test(tcase, test_heartbeat);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
