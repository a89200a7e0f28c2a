#include "app/replay.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "wire/json.h"

#include <math.h>

/*
 * Requests to the replay: one row a member. What is not understood is refused with a sentence
 * rather than passed over, since whoever asks would take the answer for another one.
 */
#define EXAMPLE "; a request is such as {\"from\": 1, \"limit\": 100}"

struct reading {
	struct replay_request *request;
	struct err *err;
	bool begins; /* it says where */
};

/* --- members ------------------------------------------------------------------------------------
 */

static int read_sequence(struct reading *reading, const struct json *value, const char *key,
			 uint64_t *ret_sequence)
{
	double number = json_number(value, -1);

	if (number < 0 || number > (double)REPLAY_SEQUENCE_MAX || number != floor(number))
		return err_set(reading->err, "\"%s\" is a whole number from 0 to 2^53", key);
	*ret_sequence = (uint64_t)number;
	return 0;
}

static int read_time(struct reading *reading, const struct json *value, const char *key,
		     int64_t *ret_time)
{
	struct view text = json_text(value);

	if (text.ptr && clock_read(text, ret_time))
		return 0;
	return err_set(reading->err, "\"%s\" is a time such as \"2026-01-31T12:00:00Z\"", key);
}

static int read_from(struct reading *reading, const struct json *value)
{
	reading->begins = true;
	return read_sequence(reading, value, "from", &reading->request->query.from);
}

static int read_since(struct reading *reading, const struct json *value)
{
	reading->begins = true;
	return read_time(reading, value, "since", &reading->request->query.since);
}

static int read_until(struct reading *reading, const struct json *value)
{
	struct journal_query *query = &reading->request->query;

	if (json_kind(value) == JSON_KIND_STRING)
		return read_time(reading, value, "until", &query->before);
	if (read_sequence(reading, value, "until", &query->until) < 0)
		return -1;
	return query->until ? 0 : err_set(reading->err, "\"until\" is a sequence from 1 on");
}

static int read_topics(struct reading *reading, const struct json *value)
{
	struct replay_request *request = reading->request;
	size_t count = json_size(value);

	if (json_kind(value) != JSON_KIND_ARRAY || count > REPLAY_TOPICS_MAX)
		return err_set(reading->err, "\"topics\" is a list of at most %d beginnings",
			       REPLAY_TOPICS_MAX);
	for (size_t i = 0; i < count; i++) {
		request->topics[i] = json_text(json_at(value, i));
		if (!request->topics[i].ptr || request->topics[i].len > BUS_TOPIC_MAX)
			return err_set(reading->err, "a topic is a text of at most %d bytes",
				       BUS_TOPIC_MAX);
	}
	request->query.topics = request->topics;
	request->query.topic_count = count;
	return 0;
}

static int read_limit(struct reading *reading, const struct json *value)
{
	double number = json_number(value, 0);

	if (number < 1 || number > JOURNAL_READ_MAX || number != floor(number))
		return err_set(reading->err, "\"limit\" is a whole number from 1 to %d",
			       JOURNAL_READ_MAX);
	reading->request->query.limit = (size_t)number;
	return 0;
}

static int read_flag(struct reading *reading, const struct json *value, const char *key, bool *flag)
{
	if (json_kind(value) != JSON_KIND_BOOL)
		return err_set(reading->err, "\"%s\" is true or false", key);
	*flag = json_bool(value, false);
	return 0;
}

static int read_latest(struct reading *reading, const struct json *value)
{
	int read = read_flag(reading, value, "latest", &reading->request->query.latest);

	reading->begins = reading->begins || reading->request->query.latest;
	return read;
}

static int read_count(struct reading *reading, const struct json *value)
{
	return read_flag(reading, value, "count", &reading->request->count);
}

static const struct {
	const char *key;
	int (*read)(struct reading *reading, const struct json *value);
} members[] = {
	{"from", read_from},	 {"since", read_since}, {"until", read_until},
	{"topics", read_topics}, {"limit", read_limit}, {"latest", read_latest},
	{"count", read_count},
};

static int read_member(struct reading *reading, const char *key, const struct json *value)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(members[i].key, key) == 0)
			return members[i].read(reading, value);
	return err_set(reading->err,
		       "\"%.60s\" is no member of a request: from, since, until, topics, limit, "
		       "latest and count are",
		       key);
}

int replay_parse(const struct json *json, struct replay_request *ret_request, struct err *err)
{
	struct reading reading = {.request = ret_request, .err = err};

	*ret_request = (struct replay_request){
		.query = {.since = CLOCK_NONE, .before = CLOCK_NONE, .limit = JOURNAL_READ_MAX}};
	if (json_kind(json) != JSON_KIND_OBJECT)
		return err_set(err, "a request is an object%s", EXAMPLE);
	for (size_t i = 0; i < json_size(json); i++)
		if (read_member(&reading, json_key_at(json, i), json_at(json, i)) < 0)
			return -1;
	if (!reading.begins)
		return err_set(err, "\"from\", \"since\" or \"latest\" is missing%s", EXAMPLE);
	return 0;
}

/* --- replies ------------------------------------------------------------------------------------
 */

static void write_refusal(struct str *out, const char *sentence)
{
	struct jsonw json = jsonw_begin(out);
	size_t valid = strlen(sentence);

	/* A sentence may have been cut within a character, or name what was sent. */
	while (valid && !utf8_valid((struct view){sentence, valid}))
		valid--;
	jsonw_object(&json);
	jsonw_key(&json, "error");
	jsonw_text(&json, (struct view){sentence, valid});
	jsonw_object_end(&json);
}

static void write_missing(struct jsonw *json, const struct journal_page *page)
{
	if (!page->missing_count)
		return;
	jsonw_key(json, "missing");
	jsonw_array(json);
	for (size_t i = 0; i < page->missing_count; i++) {
		jsonw_array(json);
		jsonw_int(json, (int64_t)page->missing[i].first);
		jsonw_int(json, (int64_t)page->missing[i].last);
		jsonw_array_end(json);
	}
	jsonw_array_end(json);
}

/* Behind the last event, and what is missing behind that; where more is to be asked for, behind all
 * that was looked at. */
static uint64_t find_next(const struct replay_request *request, const struct journal_span *span,
			  const struct journal_page *page)
{
	uint64_t next = page->len ? page->at[page->len - 1].sequence + 1 : request->query.from;

	if (page->more && !request->query.latest)
		return page->next;
	if (page->missing_count && page->missing[page->missing_count - 1].last >= next)
		next = page->missing[page->missing_count - 1].last + 1;
	return next ? next : span->head + 1;
}

static void write_header(const struct replay_request *request, const struct journal_span *span,
			 const struct journal_page *page, struct str *out)
{
	struct jsonw json = jsonw_begin(out);
	uint64_t last = page->len ? page->at[page->len - 1].sequence : 0;
	const struct {
		const char *key;
		uint64_t number;
	} numbers[] = {
		{"oldest", span->oldest},
		{"next", find_next(request, span, page)},
		/* Events may have come since the span was read. */
		{"head", last > span->head ? last : span->head},
		{"count", page->len},
	};

	jsonw_object(&json);
	jsonw_key(&json, "stream");
	jsonw_string(&json, span->stream);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		jsonw_key(&json, numbers[i].key);
		jsonw_int(&json, (int64_t)numbers[i].number);
	}
	jsonw_key(&json, "more");
	jsonw_bool(&json, page->more);
	if (page->more && request->query.latest) {
		jsonw_key(&json, "until");
		jsonw_int(&json, (int64_t)page->until);
	}
	write_missing(&json, page);
	jsonw_object_end(&json);
}

/*
 * What waits for a peer that does not read is bounded in bytes, not in replies alone. Of the latest
 * the newest stay, since whoever wants further ones asks for older ones.
 */
static void cut_page(struct journal_page *page, bool latest)
{
	size_t bytes = 0, kept = 0;

	while (kept < page->len && bytes < REPLAY_BYTES) {
		size_t at = latest ? page->len - 1 - kept : kept;

		bytes += page->at[at].payload.len;
		kept++;
	}
	if (kept == page->len)
		return;
	if (latest)
		page->at += page->len - kept;
	page->len = kept;
	page->more = true;
	page->next = page->at[kept - 1].sequence + 1;
	page->until = page->at[0].sequence - 1;
	journal_page_trim(page, latest);
}

static int read_journal(struct journal_reader *reader, const struct replay_request *request,
			struct replay_reply *reply, struct err *err)
{
	struct journal_span span;

	if (journal_reader_span(reader, &span, err) < 0 ||
	    journal_reader_read(reader, &request->query, &reply->page, err) < 0)
		return -1;
	if (!request->count)
		cut_page(&reply->page, request->query.latest);
	write_header(request, &span, &reply->page, &reply->header);
	if (request->count)
		reply->page.len = 0;
	return 0;
}

void replay_answer(struct journal_reader *reader, struct view text, struct replay_reply *reply)
{
	struct replay_request request;
	struct err err;
	struct json *json;

	str_reset(&reply->header);
	reply->page = (struct journal_page){0};
	json = json_read(text, &err);
	reply->good = json && replay_parse(json, &request, &err) == 0 &&
		      read_journal(reader, &request, reply, &err) == 0;
	if (!reply->good) {
		reply->page = (struct journal_page){0};
		write_refusal(&reply->header, err.text);
	}
	json_free(json);
}
