#include "base/clock.h"
#include "journal/checksum.h"
#include "journal/segment.h"

#include <stdio.h>

/* --- rows ----------------------------------------------------------------------------------------
 */

static uint32_t sum_of(const struct journal_entry *entry, struct view id)
{
	struct view digest = {(const char *)entry->digest, entry->digest ? JOURNAL_DIGEST_SIZE : 0};
	uint32_t sum = checksum_add_number(0, entry->sequence);

	sum = checksum_add_number(sum, entry->topic_sequence);
	sum = checksum_add_number(sum, (uint64_t)entry->recorded);
	sum = checksum_add(sum, entry->topic);
	sum = checksum_add(sum, entry->subject);
	sum = checksum_add(sum, id);
	sum = checksum_add(sum, digest);
	return checksum_add(sum, entry->payload);
}

uint32_t event_sum(const struct journal_entry *entry)
{
	return sum_of(entry, view_of(entry->id));
}

bool event_read(sqlite3_stmt *statement, struct event_row *ret_row)
{
	struct view digest = db_column(statement, EVENT_DIGEST);

	*ret_row = (struct event_row){
		.entry = {.sequence = (uint64_t)sqlite3_column_int64(statement, EVENT_SEQUENCE),
			  .topic_sequence = (uint64_t)sqlite3_column_int64(statement,
									   EVENT_TOPIC_SEQUENCE),
			  .recorded = sqlite3_column_int64(statement, EVENT_RECORDED),
			  .topic = db_column(statement, EVENT_TOPIC),
			  .subject = db_column(statement, EVENT_SUBJECT),
			  .payload = db_column(statement, EVENT_PAYLOAD)},
		.id = db_column(statement, EVENT_ID),
	};
	if (digest.len && digest.len != JOURNAL_DIGEST_SIZE)
		return false;
	ret_row->entry.digest = (const unsigned char *)digest.ptr;
	return sqlite3_column_int64(statement, EVENT_SUM) ==
	       (int64_t)sum_of(&ret_row->entry, ret_row->id);
}

void settled_bind(sqlite3_stmt *statement, uint64_t settled)
{
	char text[24];
	struct view value;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)settled);
	value = view_of(text);
	sqlite3_bind_text(statement, 1, value.ptr, (int)value.len, SQLITE_TRANSIENT);
	sqlite3_bind_int64(statement, 2, checksum_add(checksum_add(0, VIEW("settled")), value));
}

/* --- a whole segment -----------------------------------------------------------------------------
 */

int segment_look(sqlite3 *db, struct segment *segment, struct err *err)
{
	int64_t first, last;
	int result = db_number(db, "SELECT min(sequence) FROM event", (int64_t)segment->first,
			       &first, err);

	segment->last = segment->first - 1;
	segment->oldest = segment->newest = CLOCK_NONE;
	if (result == DB_OK)
		result = db_number(db, "SELECT max(sequence) FROM event", first - 1, &last, err);
	if (result == DB_OK)
		result = db_number(db, "SELECT recorded FROM event ORDER BY sequence LIMIT 1",
				   CLOCK_NONE, &segment->oldest, err);
	if (result == DB_OK)
		result = db_number(db, "SELECT max(recorded) FROM event", CLOCK_NONE,
				   &segment->newest, err);
	if (result != DB_OK)
		return result;
	if ((uint64_t)first == segment->first) {
		segment->last = (uint64_t)last;
		return DB_OK;
	}
	err_set(err, "its first event is %lld, not the one of its name", (long long)first);
	return DB_DAMAGED;
}

static int check_events(sqlite3 *db, const struct segment *segment, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, "SELECT " EVENT_COLUMNS " FROM event ORDER BY sequence",
				&statement, err);
	uint64_t next = segment->first;
	struct event_row row;

	if (result != DB_OK)
		return result;
	while ((result = db_step(statement, err)) == DB_ROW) {
		if (!event_read(statement, &row)) {
			err_set(err, "the checksum of event %llu does not fit",
				(unsigned long long)next);
			return DB_DAMAGED;
		}
		if (row.entry.sequence != next++) {
			err_set(err, "event %llu is missing", (unsigned long long)(next - 1));
			return DB_DAMAGED;
		}
	}
	return result;
}

static int check_topics(sqlite3 *db, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, "SELECT name, last, sum FROM topic", &statement, err);

	if (result != DB_OK)
		return result;
	while ((result = db_step(statement, err)) == DB_ROW) {
		uint32_t sum = checksum_add(0, db_column(statement, 0));

		sum = checksum_add_number(sum, (uint64_t)sqlite3_column_int64(statement, 1));
		if (sqlite3_column_int64(statement, 2) == (int64_t)sum)
			continue;
		err_set(err, "the checksum of a topic's number does not fit");
		return DB_DAMAGED;
	}
	return result;
}

int segment_check(sqlite3 *db, const struct segment *segment, struct err *err)
{
	int result = db_check(db, err);
	struct carried carried = {0};

	if (result == DB_OK)
		result = check_topics(db, err);
	if (result == DB_OK)
		result = check_events(db, segment, err);
	/* The rest of what it says about itself. */
	if (result == DB_OK)
		result = segment_carry(db, &carried, err);
	carried_fini(&carried);
	return result;
}
