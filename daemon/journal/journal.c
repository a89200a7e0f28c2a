#include "journal/journal.h"

#include "base/arena.h"
#include "base/own.h"
#include "base/table.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

struct journal {
	char stream[JOURNAL_STREAM_SIZE];
	uint64_t head;	     /* the last sequence given */
	uint64_t appended;   /* the last one taken */
	struct table topics; /* topic → its last sequence, a uint64_t in the arena */
	struct arena arena;
};

static int draw_stream(char ret_stream[JOURNAL_STREAM_SIZE], struct err *err)
{
	unsigned char bytes[(JOURNAL_STREAM_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_set(err, "cannot draw the stream's name: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(ret_stream + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

struct journal *journal_open(const struct journal_options *options, struct err *err)
{
	struct journal *journal = xcalloc(1, sizeof(*journal));

	(void)options;
	if (draw_stream(journal->stream, err) == 0)
		return journal;
	free(journal);
	return NULL;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	table_fini(&journal->topics);
	arena_fini(&journal->arena);
	free(journal);
}

const char *journal_stream(const struct journal *journal)
{
	return journal->stream;
}

uint64_t journal_head(const struct journal *journal)
{
	return journal->head;
}

/* The topics of events are classes and statuses: as many as the rules name. */
static uint64_t *find_topic(struct journal *journal, struct view topic)
{
	uint64_t *last = table_get(&journal->topics, topic);

	if (!last) {
		last = arena_zalloc(&journal->arena, sizeof(*last));
		table_put(&journal->topics, arena_view(&journal->arena, topic))->value = last;
	}
	return last;
}

void journal_number(struct journal *journal, struct journal_entry *entry)
{
	entry->sequence = ++journal->head;
	entry->topic_sequence = ++*find_topic(journal, entry->topic);
}

int journal_append(struct journal *journal, const struct journal_entry *entries, size_t count,
		   struct err *err)
{
	(void)err;
	for (size_t i = 0; i < count; i++) {
		assert(entries[i].sequence == journal->appended + 1);
		journal->appended++;
	}
	return 0;
}

int journal_commit(struct journal *journal, struct err *err)
{
	(void)journal;
	(void)err;
	return 0;
}
