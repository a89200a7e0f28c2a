#include "wire/encode.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/jsonw.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/*
 * Events as CloudEvents 1.0 in structured JSON. What is absent in the event is absent in the JSON;
 * a list is a list however many values it holds. `modality` is always a list of names, ["asserted"]
 * when there is none: several can hold at once, and a consumer tests for one of them by one look.
 * `codes` always has the four vocabularies of the taxonomy, so that joining on one of them needs no
 * case for its absence.
 */
static const char *const reserved[] = {
	"class", "status", "direction",	    "modality", "score", "confidence", "rule",
	"rev",	 "codes",  "attributed_to", "item",	"why",	 "ruleset",
};

/*
 * Lists of objects with an `id`, whatever the rules say: a word that a rule gives or captures
 * stands for itself.
 */
static const char *const identified[] = {"parties", "issues", "places"};

static const char *const vocabularies[] = {"plover", "cameo", "medtop", "gdelt"};
#define VOCABULARIES (sizeof(vocabularies) / sizeof(*vocabularies))

static bool is_one_of(struct view name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (view_is(name, names[i]))
			return true;
	return false;
}

bool event_member_reserved(struct view name)
{
	return is_one_of(name, reserved, sizeof(reserved) / sizeof(*reserved));
}

void event_id(const struct item *item, const struct event *event, char ret_id[EVENT_ID_SIZE])
{
	const struct view parts[] = {item->uri, item->version, event->class, event->status,
				     event->merge_key};
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		sha256_add_part(&sha, parts[i]);
	sha256_hex(&sha, hex);
	memcpy(ret_id, hex, EVENT_ID_SIZE - 1);
	ret_id[EVENT_ID_SIZE - 1] = '\0';
}

static void write_member(struct jsonw *json, const char *key, struct view text)
{
	if (!text.ptr || !text.len)
		return;
	jsonw_key(json, key);
	jsonw_text(json, text);
}

static void write_time(struct jsonw *json, const char *key, int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	if (time == CLOCK_NONE)
		return;
	clock_write(time, text);
	jsonw_key(json, key);
	jsonw_string(json, text);
}

/* Zeros to be patched; returns where they stand. */
static size_t write_zeros(struct jsonw *json, const char *key, size_t count)
{
	static const char zeros[] = "00000000000000000000000000000000";

	jsonw_key(json, key);
	jsonw_text(json, (struct view){zeros, count});
	return json->out->len - 1 - count;
}

static double rounded(double number)
{
	return round(number * 1000) / 1000;
}

/* --- fields ------------------------------------------------------------------------------------
 */
static void write_entity(struct jsonw *json, const struct value *value)
{
	jsonw_object(json);
	write_member(json, "id", value->id);
	write_member(json, "type", value->type);
	write_member(json, "name", value->name);
	write_member(json, "in", value->in);
	write_member(json, "qid", value->qid);
	write_member(json, "text", value->text);
	jsonw_object_end(json);
}

static void write_quantity(struct jsonw *json, const struct value *value)
{
	jsonw_object(json);
	jsonw_key(json, "value");
	jsonw_double(json, value->number);
	jsonw_key(json, "bound");
	jsonw_string(json, bound_name(value->bound));
	write_member(json, "unit", value->unit);
	write_member(json, "text", value->text);
	jsonw_object_end(json);
}

static void write_date(struct jsonw *json, const struct value *value)
{
	jsonw_object(json);
	write_member(json, "text", value->text);
	write_member(json, "from", value->from);
	write_member(json, "until", value->until);
	jsonw_object_end(json);
}

static void write_value(struct jsonw *json, const struct value *value)
{
	switch (value->kind) {
	case VALUE_TEXT:
		jsonw_text(json, value->text);
		break;
	case VALUE_NUMBER:
		jsonw_double(json, value->number);
		break;
	case VALUE_BOOL:
		jsonw_bool(json, value->number != 0);
		break;
	case VALUE_ENTITY:
		write_entity(json, value);
		break;
	case VALUE_QUANTITY:
		write_quantity(json, value);
		break;
	case VALUE_DATE:
		write_date(json, value);
		break;
	}
}

static void write_identified(struct jsonw *json, const struct value *value)
{
	const struct value word = {.kind = VALUE_ENTITY, .id = value->text};

	write_value(json, value->kind == VALUE_TEXT ? &word : value);
}

static void write_field(struct jsonw *json, const struct event_field *field)
{
	bool objects = is_one_of(field->name, identified, sizeof(identified) / sizeof(*identified));
	bool list = field->list || field->count > 1 || objects;

	if (event_member_reserved(field->name) || (!list && !field->count))
		return;
	jsonw_key_view(json, field->name);
	if (list)
		jsonw_array(json);
	for (size_t i = 0; i < field->count; i++)
		(objects ? write_identified : write_value)(json, &field->values[i]);
	if (list)
		jsonw_array_end(json);
}

/* --- data --------------------------------------------------------------------------------------
 */
static void write_modality(struct jsonw *json, unsigned modality)
{
	jsonw_key(json, "modality");
	jsonw_array(json);
	for (unsigned i = 0; i < MODALITY_NAMES; i++)
		if (modality & 1U << i)
			jsonw_string(json, modality_name(i));
	if (!modality)
		jsonw_string(json, "asserted");
	jsonw_array_end(json);
}

static void write_codes_of(struct jsonw *json, const struct event_code *code)
{
	jsonw_key_view(json, code->vocabulary);
	jsonw_array(json);
	for (size_t i = 0; i < code->count; i++)
		jsonw_text(json, code->values[i]);
	jsonw_array_end(json);
}

static const struct event_code *find_code(const struct event *event, struct view vocabulary)
{
	for (size_t i = 0; i < event->code_count; i++)
		if (view_equal(event->codes[i].vocabulary, vocabulary))
			return &event->codes[i];
	return NULL;
}

static void write_codes(struct jsonw *json, const struct event *event)
{
	jsonw_key(json, "codes");
	jsonw_object(json);
	for (size_t i = 0; i < VOCABULARIES; i++) {
		const struct event_code none = {.vocabulary = view_of(vocabularies[i])};
		const struct event_code *code = find_code(event, none.vocabulary);

		write_codes_of(json, code ? code : &none);
	}
	for (size_t i = 0; i < event->code_count; i++)
		if (!is_one_of(event->codes[i].vocabulary, vocabularies, VOCABULARIES))
			write_codes_of(json, &event->codes[i]);
	jsonw_object_end(json);
}

static void write_item(struct jsonw *json, const struct encode_context *context,
		       const struct item *item)
{
	struct view headline = context->headline;

	if (!headline.ptr)
		headline = item->fields[ITEM_HEADLINE].text;
	jsonw_key(json, "item");
	jsonw_object(json);
	write_member(json, "uri", item->uri);
	write_member(json, "version", item->version);
	write_member(json, "headline", headline);
	write_member(json, "language", context->language);
	write_member(json, "source", item->source);
	write_time(json, "published", item->published);
	write_member(json, "url", item->url);
	jsonw_object_end(json);
}

static void write_reason(struct jsonw *json, const struct event *event, const struct event_why *why)
{
	jsonw_object(json);
	jsonw_key(json, "rule");
	jsonw_text(json, why->rule);
	if (view_equal(why->rule, event->rule))
		write_member(json, "rev", event->rev);
	jsonw_key(json, "node");
	jsonw_text(json, why->node);
	jsonw_key(json, "field");
	jsonw_string(json, item_field_name(why->field));
	jsonw_key(json, "bytes");
	jsonw_array(json);
	jsonw_int(json, why->from);
	jsonw_int(json, why->to);
	jsonw_array_end(json);
	jsonw_key(json, "text");
	jsonw_text(json, why->text);
	jsonw_key(json, "points");
	jsonw_int(json, why->points);
	jsonw_object_end(json);
}

static void write_data(struct jsonw *json, const struct encode_context *context,
		       const struct item *item, const struct event *event)
{
	jsonw_key(json, "data");
	jsonw_object(json);
	write_member(json, "class", event->class);
	write_member(json, "status", event->status);
	write_member(json, "direction", event->direction);
	write_modality(json, event->modality);
	jsonw_key(json, "score");
	jsonw_int(json, event->score);
	jsonw_key(json, "confidence");
	jsonw_double(json, rounded(event->confidence));
	write_member(json, "attributed_to", event->attributed_to);
	for (size_t i = 0; i < event->field_count; i++)
		write_field(json, &event->fields[i]);
	write_codes(json, event);
	write_item(json, context, item);
	write_member(json, "rule", event->rule);
	write_member(json, "rev", event->rev);
	jsonw_key(json, "why");
	jsonw_array(json);
	for (size_t i = 0; i < event->why_count; i++)
		write_reason(json, event, &event->why[i]);
	jsonw_array_end(json);
	write_member(json, "ruleset", context->ruleset);
	jsonw_object_end(json);
}

/* --- envelope ----------------------------------------------------------------------------------
 */
/* A token of a NATS subject: no dot, no wildcard, no white space, nothing beyond ASCII's graphic
 * part. */
static void add_token(struct str *out, struct view name)
{
	for (size_t i = 0; i < name.len; i++) {
		char byte = name.ptr[i];
		bool fits = byte > ' ' && byte < 0x7F && byte != '.' && byte != '*' && byte != '>';

		str_add_char(out, fits ? byte : '_');
	}
}

static void write_topic(const struct encode_context *context, const struct event *event,
			struct str *out)
{
	str_add_view(out, context->prefix);
	add_token(out, event->class);
	if (!event->status.len)
		return;
	str_add_char(out, '.');
	add_token(out, event->status);
}

/* One string of three parts; the outer two need no escapes. */
static void write_wrapped(struct jsonw *json, const char *key, struct view before, struct view text,
			  struct view after)
{
	struct str *out = json->out;
	char *begin;
	size_t at;

	jsonw_key(json, key);
	at = out->len + 1; /* behind the quote */
	jsonw_text(json, text);
	str_reserve(out, before.len + after.len);
	begin = out->ptr + at;
	memmove(begin + before.len, begin, out->len - at);
	memcpy(begin, before.ptr, before.len);
	out->len += before.len - 1;
	str_add_view(out, after);
	str_add_char(out, '"');
}

static int64_t reported(const struct encode_context *context, const struct item *item)
{
	if (item->modified != CLOCK_NONE)
		return item->modified;
	return item->published != CLOCK_NONE ? item->published : context->recorded;
}

/* All but `data`. The topic is written, and encoded->id is set. */
static struct jsonw begin_payload(const struct encode_context *context, const struct item *item,
				  struct view class, struct str *out, struct encoded *encoded)
{
	bool retracted = view_is(class, RETRACTED);
	struct jsonw json = jsonw_begin(out);

	encoded->payload = out->len;
	encoded->topic_len = encoded->payload - encoded->topic;
	jsonw_object(&json);
	write_member(&json, "specversion", VIEW("1.0"));
	write_member(&json, "id", view_of(encoded->id));
	write_wrapped(&json, "source", VIEW("urn:newstagd:"), context->instance, VIEW_NONE);
	write_wrapped(&json, "type", VIEW("newstag."), class, VIEW(".v1"));
	write_member(&json, "subject", item->uri);
	write_time(&json, "time", reported(context, item));
	write_time(&json, "recordedtime", context->recorded);
	write_member(&json, "datacontenttype", VIEW("application/json"));
	write_member(&json, "dataschema", view_of(retracted ? RETRACTED_SCHEMA : EVENT_SCHEMA));
	encoded->sequence = write_zeros(&json, "sequence", SEQUENCE_DIGITS);
	encoded->topic_sequence = write_zeros(&json, "topicsequence", SEQUENCE_DIGITS);
	encoded->stream_id = write_zeros(&json, "streamid", STREAM_ID_SIZE - 1);
	write_member(&json, "partitionkey", item->uri);
	return json;
}

void wire_encode(const struct encode_context *context, const struct item *item,
		 const struct event *event, struct str *out, struct encoded *ret_encoded)
{
	struct encoded encoded = {.topic = out->len};
	struct jsonw json;

	event_id(item, event, encoded.id);
	write_topic(context, event, out);
	json = begin_payload(context, item, event->class, out, &encoded);
	write_data(&json, context, item, event);
	jsonw_object_end(&json);
	encoded.payload_len = out->len - encoded.payload;
	*ret_encoded = encoded;
}

/* --- retractions -------------------------------------------------------------------------------
 */

static const char *reason_of(const struct retraction *retraction)
{
	return retraction->canceled ? "canceled" : "corrected";
}

static void retraction_id(const struct item *item, const struct retraction *retraction,
			  char ret_id[EVENT_ID_SIZE])
{
	struct str key = {0};
	struct event event = {.class = VIEW(RETRACTED), .status = view_of(reason_of(retraction))};

	str_add_view(&key, retraction->version);
	for (size_t i = 0; i < retraction->count; i++)
		str_printf(&key, " %s", retraction->at[i].id);
	event.merge_key = str_view(&key);
	event_id(item, &event, ret_id);
	str_fini(&key);
}

static void write_withdrawn(struct jsonw *json, const struct withdrawn *withdrawn)
{
	jsonw_object(json);
	write_member(json, "id", view_of(withdrawn->id));
	write_member(json, "successor", view_of(withdrawn->successor));
	jsonw_object_end(json);
}

void wire_encode_retraction(const struct encode_context *context, const struct item *item,
			    const struct retraction *retraction, struct str *out,
			    struct encoded *ret_encoded)
{
	struct encoded encoded = {.topic = out->len};
	struct jsonw json;

	retraction_id(item, retraction, encoded.id);
	str_add_view(out, context->prefix);
	str_add_text(out, RETRACTED);
	json = begin_payload(context, item, VIEW(RETRACTED), out, &encoded);
	jsonw_key(&json, "data");
	jsonw_object(&json);
	write_member(&json, "reason", view_of(reason_of(retraction)));
	write_member(&json, "old_version", retraction->version);
	jsonw_key(&json, "withdrawn");
	jsonw_array(&json);
	for (size_t i = 0; i < retraction->count; i++)
		write_withdrawn(&json, &retraction->at[i]);
	jsonw_array_end(&json);
	write_item(&json, context, item);
	jsonw_object_end(&json);
	jsonw_object_end(&json);
	encoded.payload_len = out->len - encoded.payload;
	*ret_encoded = encoded;
}

static void patch_number(char *digits, uint64_t number)
{
	for (int i = SEQUENCE_DIGITS; i-- > 0; number /= 10)
		digits[i] = (char)('0' + number % 10);
}

void encoded_patch(char *buffer, const struct encoded *encoded, uint64_t sequence,
		   uint64_t topic_sequence, const char stream_id[STREAM_ID_SIZE])
{
	patch_number(buffer + encoded->sequence, sequence);
	patch_number(buffer + encoded->topic_sequence, topic_sequence);
	memcpy(buffer + encoded->stream_id, stream_id, STREAM_ID_SIZE - 1);
}

void wire_heartbeat(struct view instance, uint64_t sequence, const char *stream_id, int64_t now,
		    struct str *out)
{
	struct jsonw json = jsonw_begin(out);
	char digits[SEQUENCE_DIGITS];

	patch_number(digits, sequence);
	jsonw_object(&json);
	write_time(&json, "time", now);
	write_member(&json, "sequence", (struct view){digits, SEQUENCE_DIGITS});
	write_member(&json, "streamid", view_of(stream_id));
	write_member(&json, "instance", instance);
	jsonw_object_end(&json);
}
