#include "promises.h"

#include "journal/deadletter.h"
#include "journal/held.h"
#include "journal/reader.h"
#include "journal/spool.h"

#include <dirent.h>
#include <err.h>
#include <string.h>
#include <unistd.h>

#define URI "\"uri\": \"" /* as the feed writes it */

#define WHY(...)                                                                                   \
	do {                                                                                       \
		snprintf(ret_why, size, __VA_ARGS__);                                              \
		return false;                                                                      \
	} while (0)

/* --- what stands in a message --------------------------------------------------------------------
 */

/* The text behind `key` up to a quote; absent when there is none. */
static struct view text_behind(struct view json, const char *key)
{
	const char *found = memmem(json.ptr, json.len, key, strlen(key)), *end;

	if (!found)
		return (struct view){0};
	found += strlen(key);
	end = memchr(found, '"', (size_t)(json.ptr + json.len - found));
	return (struct view){found, end ? (size_t)(end - found) : 0};
}

static uint64_t number_behind(struct view json, const char *key)
{
	const char *found = memmem(json.ptr, json.len, key, strlen(key));

	return found ? strtoull(found + strlen(key), NULL, 10) : 0;
}

static void promise_event(struct promises *promises, struct view payload)
{
	uint64_t sequence = number_behind(payload, "\"sequence\":\"");
	struct view subject = text_behind(payload, "\"subject\":\"");

	vec_push(&promises->events, (struct promised_event){sequence, payload});
	if (subject.ptr && table_find(&promises->published, subject) < 0)
		table_put(&promises->published, subject);
	if (sequence > promises->head)
		promises->head = sequence;
}

static void promise_stream(struct promises *promises, struct view payload)
{
	struct view stream = text_behind(payload, "\"streamid\":\"");

	if (stream.len == JOURNAL_STREAM_SIZE - 1)
		memcpy(promises->stream, stream.ptr, stream.len);
}

/* Where a thread's topic stands until its payload comes. */
static struct view *topic_of(struct promises *promises, uint32_t thread)
{
	size_t count = sizeof(promises->senders) / sizeof(promises->senders[0]);

	for (size_t i = 0; i < count; i++) {
		if (promises->senders[i].thread != thread && promises->senders[i].thread != 0)
			continue;
		promises->senders[i].thread = thread;
		return &promises->senders[i].topic;
	}
	errx(2, "too many threads send");
}

static void note_frame(struct promises *promises, struct view topic, struct view frame)
{
	const char *counters = memmem(frame.ptr, frame.len, "\"counters\":", 11);
	uint64_t head;

	if (view_starts(topic, VIEW("event."))) {
		promise_event(promises, frame);
		promise_stream(promises, frame);
	} else if (view_is(topic, "heartbeat")) {
		head = number_behind(frame, "\"sequence\":\"");
		promises->head = head > promises->head ? head : promises->head;
		promise_stream(promises, frame);
	} else if (counters) {
		frame = (struct view){counters, (size_t)(frame.ptr + frame.len - counters)};
		promises->received = number_behind(frame, "\"received\":");
	}
}

/* --- segments ------------------------------------------------------------------------------------
 */

/* 0: the name of no segment. */
static uint64_t first_of(struct view path)
{
	char name[64];
	unsigned long long first;
	int end = 0;

	snprintf(name, sizeof(name), "%.*s", VIEW_ARGS(path));
	if (sscanf(name, "journal/events-%20llu.db%n", &first, &end) != 1)
		return 0;
	return (size_t)end == path.len ? first : 0;
}

/* The sequences of a segment that was dropped end where the next one begins. */
static void note_dropped(struct promises *promises, uint64_t first)
{
	uint64_t next = 0;

	for (size_t i = 0; i < promises->segments.len; i++) {
		uint64_t other = promises->segments.at[i];

		if (other > first && (next == 0 || other < next))
			next = other;
	}
	if (next > promises->gone_below)
		promises->gone_below = next;
}

void promises_note(struct promises *promises, const struct record *record, const char *bytes)
{
	struct view whole = {bytes, record->length};

	if (record->kind == RECORD_SEND && record->flags) {
		*topic_of(promises, record->thread) = whole;
	} else if (record->kind == RECORD_SEND) {
		note_frame(promises, *topic_of(promises, record->thread), whole);
		*topic_of(promises, record->thread) = (struct view){0};
	} else if (record->kind == RECORD_OPEN && record->offset && first_of(whole)) {
		vec_push(&promises->segments, first_of(whole));
	} else if (record->kind == RECORD_UNLINK && first_of(whole)) {
		note_dropped(promises, first_of(whole));
	}
}

/* --- reading a state -----------------------------------------------------------------------------
 */

/* All events in order; false when that cannot be. */
static bool read_all(const char *path,
		     bool (*take)(void *context, const struct journal_event *event), void *context,
		     struct err *err)
{
	struct journal_reader *reader = journal_reader_open(path, err);
	struct journal_query query = {0};
	struct journal_page page = {.more = true};
	bool good = reader != NULL;

	while (good && page.more) {
		good = journal_reader_read(reader, &query, &page, err) == 0;
		if (good && page.missing_count)
			good = false;
		for (size_t i = 0; good && i < page.len; i++)
			good = take(context, &page.at[i]);
		query.from = page.next;
	}
	journal_reader_close(reader);
	return good;
}

static bool keep_event(void *context, const struct journal_event *event)
{
	struct promises *promises = context;

	promise_event(promises, arena_view(&promises->arena, event->payload));
	return true;
}

static struct journal *open_state(const char *state, char *path, size_t size, struct err *err)
{
	struct journal_options options = {.path = path};

	snprintf(path, size, "%s/journal", state);
	return journal_open(&options, err);
}

static void take_left(struct promises *promises, struct spool *spool, struct table *into)
{
	struct spool_item item;
	struct err err;
	int got;

	while ((got = spool_next(spool, &item, &err)) > 0) {
		struct view subject = text_behind(item.payload, URI);
		struct view kept = arena_view(&promises->arena, subject);

		if (into)
			table_put(into, kept);
		else
			vec_push(&promises->left,
				 arena_strndup(&promises->arena, subject.ptr, subject.len));
	}
	if (got < 0)
		errx(2, "%s", err.text);
}

/* What was held at the beginning counts as received from then on. */
static void take_waiting(struct promises *promises, const char *path)
{
	struct held_item item = {0};
	struct err err;
	struct held *held = held_open(path, &err);

	if (!held)
		errx(2, "%s", err.text);
	while (held_next(held, item.number + 1, &item, &err) == 1)
		vec_push(&promises->left,
			 arena_strndup(&promises->arena, item.uri.ptr, item.uri.len));
	held_close(held);
}

static void list_segments(struct promises *promises, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[300];

	while (dir && (entry = readdir(dir))) {
		snprintf(name, sizeof(name), "journal/%.255s", entry->d_name);
		if (first_of(view_of(name)))
			vec_push(&promises->segments, first_of(view_of(name)));
	}
	if (dir)
		closedir(dir);
}

void promises_begin(struct promises *promises, const char *state, uint64_t first)
{
	char path[4200];
	struct err err;
	struct journal *journal = open_state(state, path, sizeof(path), &err);
	struct spool *spool = journal ? spool_open(path, journal_settled(journal), &err) : NULL;

	*promises = (struct promises){.first = first};
	if (!spool)
		errx(2, "%s: %s", path, err.text);
	take_waiting(promises, path);
	take_left(promises, spool, NULL);
	list_segments(promises, path);
	if (journal_head(journal))
		memcpy(promises->stream, journal_stream(journal), JOURNAL_STREAM_SIZE);
	spool_close(spool);
	journal_close(journal);
	if (!read_all(path, keep_event, promises, &err))
		errx(2, "%s: %s", path, err.text);
	if (promises->events.len)
		promises->gone_below = promises->events.at[0].sequence;
}

void promises_fini(struct promises *promises)
{
	vec_fini(&promises->events);
	vec_fini(&promises->left);
	vec_fini(&promises->segments);
	table_fini(&promises->published);
	arena_fini(&promises->arena);
}

/* --- checking ------------------------------------------------------------------------------------
 */

struct found {
	const struct promises *promises;
	uint64_t first, next; /* sequences; 0 before the first event */
	struct {
		VEC(struct view);
	} payloads; /* from `first` on */
	struct table subjects;
	struct arena arena;
};

static bool take_event(void *context, const struct journal_event *event)
{
	struct found *found = context;

	if (found->next && event->sequence != found->next)
		return false;
	if (!found->next)
		found->first = event->sequence;
	found->next = event->sequence + 1;
	vec_push(&found->payloads, arena_view(&found->arena, event->payload));
	if (table_find(&found->subjects, event->subject) < 0)
		table_put(&found->subjects, arena_view(&found->arena, event->subject));
	return true;
}

static bool check_events(const struct found *found, char *ret_why, size_t size)
{
	const struct promises *promises = found->promises;

	for (size_t i = 0; i < promises->events.len; i++) {
		const struct promised_event *event = &promises->events.at[i];
		uint64_t at = event->sequence - found->first;

		if (found->first && event->sequence >= found->first && at < found->payloads.len) {
			if (!view_equal(found->payloads.at[at], event->payload))
				WHY("event %llu differs from what was seen",
				    (unsigned long long)event->sequence);
		} else if (event->sequence >= promises->gone_below) {
			WHY("event %llu was seen and is gone; there are %llu to %llu",
			    (unsigned long long)event->sequence, (unsigned long long)found->first,
			    (unsigned long long)found->next - 1);
		}
	}
	return true;
}

static struct view item_subject(const struct promises *promises, uint64_t number, char *text,
				size_t size)
{
	if (number < promises->left.len)
		return view_of(promises->left.at[number]);
	snprintf(text, size, "urn:item:%llu",
		 (unsigned long long)(promises->first + number - promises->left.len));
	return view_of(text);
}

/* Where items end that have no event. */
struct ends {
	struct deadletters *letters;
	struct held *held;
};

/* A rejected item has its end there. */
static void take_buried(struct promises *into, struct deadletters *letters, struct table *buried)
{
	struct deadletter letter = {0};
	struct err err;
	int got;

	while ((got = deadletters_next(letters, letter.number + 1, &letter, &err)) > 0)
		table_put(buried, arena_view(&into->arena, text_behind(letter.payload, URI)));
	if (got < 0)
		errx(2, "%s", err.text);
}

/* One under embargo waits there. */
static void take_held(struct promises *into, struct held *held, struct table *waiting)
{
	struct held_item item = {0};
	struct err err;
	int got;

	while ((got = held_next(held, item.number + 1, &item, &err)) == 1)
		table_put(waiting, arena_view(&into->arena, item.uri));
	if (got != 0)
		errx(2, "%s", err.text);
}

static bool check_items(const struct found *found, struct spool *spool, struct ends *ends,
			char *ret_why, size_t size)
{
	const struct promises *promises = found->promises;
	struct promises into = {0};
	struct table spooled = {0};
	char text[40];
	bool good = true;

	take_left(&into, spool, &spooled);
	take_buried(&into, ends->letters, &spooled);
	take_held(&into, ends->held, &spooled);
	for (uint64_t i = 0; i < promises->received && good; i++) {
		struct view subject = item_subject(promises, i, text, sizeof(text));

		good = table_find(&promises->published, subject) >= 0 ||
		       table_find(&found->subjects, subject) >= 0 ||
		       table_find(&spooled, subject) >= 0;
		if (!good)
			snprintf(ret_why, size, "%.*s was received and is gone",
				 VIEW_ARGS(subject));
	}
	table_fini(&spooled);
	promises_fini(&into);
	return good;
}

static bool check_journal(struct found *found, struct journal *journal, const char *path,
			  char *ret_why, size_t size)
{
	const struct promises *promises = found->promises;
	struct err err = {.text = "the sequence has a hole"};

	if (*journal_findings(journal))
		WHY("%s", journal_findings(journal));
	if (journal_head(journal) < promises->head)
		WHY("the head is %llu, but %llu was told",
		    (unsigned long long)journal_head(journal), (unsigned long long)promises->head);
	if (*promises->stream && strcmp(promises->stream, journal_stream(journal)) != 0)
		WHY("the stream is another one");
	if (!read_all(path, take_event, found, &err))
		WHY("%s", err.text);
	if (found->next && found->next != journal_head(journal) + 1)
		WHY("the last event is %llu, the head %llu", (unsigned long long)found->next - 1,
		    (unsigned long long)journal_head(journal));
	return check_events(found, ret_why, size);
}

static void tell_wrong(void *context, const struct journal_check *check, const char *wrong)
{
	struct err *told = context;

	if (wrong)
		err_set(told, "%s: %s", check->file, wrong);
}

static bool open_ends(struct ends *ends, const char *path, char *ret_why, size_t size)
{
	struct err err;

	ends->letters = deadletters_open(path, &err);
	if (!ends->letters)
		WHY("dead letters: %s", err.text);
	if (*deadletters_findings(ends->letters))
		WHY("dead letters: %s", deadletters_findings(ends->letters));
	ends->held = held_open(path, &err);
	if (!ends->held)
		WHY("held items: %s", err.text);
	if (*held_findings(ends->held))
		WHY("held items: %s", held_findings(ends->held));
	return true;
}

static bool check_spool(const struct found *found, struct journal *journal, const char *path,
			char *ret_why, size_t size)
{
	struct err err;
	struct ends ends = {0};
	struct spool *spool = spool_open(path, journal_settled(journal), &err);
	bool good = spool && !*spool_findings(spool);

	if (!good)
		snprintf(ret_why, size, "%s", spool ? spool_findings(spool) : err.text);
	good = good && open_ends(&ends, path, ret_why, size) &&
	       check_items(found, spool, &ends, ret_why, size);
	held_close(ends.held);
	deadletters_close(ends.letters);
	spool_close(spool);
	return good;
}

static bool check_verified(const char *path, char *ret_why, size_t size)
{
	struct err err = {.text = ""};

	if (journal_verify(path, tell_wrong, &err, &err) != 0)
		WHY("verify: %s", err.text);
	return true;
}

bool promises_check(const struct promises *promises, const char *state, bool spooled, char *ret_why,
		    size_t size)
{
	struct found found = {.promises = promises};
	struct err err;
	char path[4200];
	struct journal *journal = open_state(state, path, sizeof(path), &err);
	bool good = false;

	if (!journal)
		snprintf(ret_why, size, "it does not open: %s", err.text);
	else
		good = check_journal(&found, journal, path, ret_why, size) &&
		       (!spooled || check_spool(&found, journal, path, ret_why, size)) &&
		       check_verified(path, ret_why, size);
	journal_close(journal);
	vec_fini(&found.payloads);
	table_fini(&found.subjects);
	arena_fini(&found.arena);
	return good;
}

void promises_write(const struct promises *promises, bool spooled, FILE *file)
{
	char text[40];

	for (size_t i = 0; i < promises->events.len; i++)
		if (promises->events.at[i].sequence >= promises->gone_below)
			fprintf(file, "event\t%llu\t%.*s\n",
				(unsigned long long)promises->events.at[i].sequence,
				VIEW_ARGS(promises->events.at[i].payload));
	for (uint64_t i = 0; i < promises->received && spooled; i++) {
		struct view subject = item_subject(promises, i, text, sizeof(text));

		if (table_find(&promises->published, subject) < 0)
			fprintf(file, "item\t%.*s\n", VIEW_ARGS(subject));
	}
}
