#include "app/hold.h"

#include "base/clock.h"
#include "base/hash.h"

#include <assert.h>
#include <pthread.h>

/*
 * Entries stand in the order of their numbers, and under their identifiers in chains. The wall
 * clock alone says what is due, and is asked anew each time: after a jump, forward or back, the
 * next look is right. `next` is never later than the earliest one that is due by time, so that most
 * looks cost one load.
 */
#define CHAINS 4096

struct entry {
	struct held_item item; /* views into bytes */
	enum hold_reason reason;
	bool shown, out, forced, dropped;
	struct entry *chain;
	char bytes[];
};

struct hold {
	pthread_mutex_t lock;
	struct hold_limits limits;
	uint64_t key, last;
	size_t bytes;
	_Atomic int64_t next; /* INT64_MAX: none by time */
	atomic_bool dropped;
	struct {
		VEC(struct entry *);
	} entries, graves;
	struct {
		VEC(uint64_t);
	} fresh; /* numbers to be shown */
	struct entry *chains[CHAINS];
};

static const char *const reason_names[] = {
	[HOLD_EMBARGO] = "embargo", [HOLD_WITHHELD] = "withheld"};

const char *hold_reason_name(enum hold_reason reason)
{
	return reason_names[reason];
}

struct hold *hold_new(const struct hold_limits *limits, uint64_t last_number)
{
	struct hold *hold = xcalloc(1, sizeof(*hold));

	pthread_mutex_init(&hold->lock, NULL);
	hold->limits = *limits;
	hold->last = last_number;
	hold->key = hash_key();
	atomic_store(&hold->next, INT64_MAX);
	return hold;
}

static void free_graves(struct hold *hold)
{
	for (size_t i = 0; i < hold->graves.len; i++)
		free(hold->graves.at[i]);
	vec_reset(&hold->graves);
}

void hold_free(struct hold *hold)
{
	if (!hold)
		return;
	free_graves(hold);
	for (size_t i = 0; i < hold->entries.len; i++)
		free(hold->entries.at[i]);
	vec_fini(&hold->entries);
	vec_fini(&hold->graves);
	vec_fini(&hold->fresh);
	pthread_mutex_destroy(&hold->lock);
	free(hold);
}

size_t hold_count(const struct hold *hold)
{
	return hold->entries.len;
}

/* --- entries ------------------------------------------------------------------------------------
 */

/* Where the number stands or would. */
static size_t position(const struct hold *hold, uint64_t number)
{
	size_t low = 0, high = hold->entries.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (hold->entries.at[middle]->item.number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct entry *by_number(const struct hold *hold, uint64_t number)
{
	size_t at = position(hold, number);
	struct entry *entry = at < hold->entries.len ? hold->entries.at[at] : NULL;

	return entry && entry->item.number == number ? entry : NULL;
}

static struct entry **chain_of(struct hold *hold, struct view uri)
{
	return &hold->chains[hash_bytes(uri.ptr, uri.len, hold->key) & (CHAINS - 1)];
}

static size_t size_of(const struct held_item *item)
{
	return item->uri.len + item->version.len + item->feed.len + item->payload.len;
}

static struct view copy(char **to, struct view text)
{
	struct view copied = {*to, text.len};

	if (text.len)
		memcpy(*to, text.ptr, text.len);
	*to += text.len;
	return text.ptr ? copied : text;
}

static struct entry *make_entry(const struct held_item *item, enum hold_reason reason)
{
	struct entry *entry = xcalloc(1, sizeof(*entry) + size_of(item));
	char *to = entry->bytes;

	entry->item = *item;
	entry->reason = reason;
	entry->item.uri = copy(&to, item->uri);
	entry->item.version = copy(&to, item->version);
	entry->item.feed = copy(&to, item->feed);
	entry->item.payload = copy(&to, item->payload);
	entry->item.reason = view_of(hold_reason_name(reason));
	return entry;
}

static void insert(struct hold *hold, struct entry *entry)
{
	struct entry **chain = chain_of(hold, entry->item.uri);
	size_t at = position(hold, entry->item.number);

	vec_push(&hold->entries, entry);
	memmove(hold->entries.at + at + 1, hold->entries.at + at,
		(hold->entries.len - 1 - at) * sizeof(struct entry *));
	hold->entries.at[at] = entry;
	entry->chain = *chain;
	*chain = entry;
	hold->bytes += size_of(&entry->item);
}

static void bury(struct hold *hold, struct entry *entry)
{
	struct entry **link = chain_of(hold, entry->item.uri);
	size_t at = position(hold, entry->item.number);

	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
	hold->entries.len--;
	memmove(hold->entries.at + at, hold->entries.at + at + 1,
		(hold->entries.len - at) * sizeof(struct entry *));
	hold->bytes -= size_of(&entry->item);
	vec_push(&hold->graves, entry);
}

/* --- the sequencer's ----------------------------------------------------------------------------
 */

/* Nobody else puts in or takes out: to look needs no lock. */
bool hold_find(struct hold *hold, struct view uri, struct hold_found *ret_found)
{
	const struct entry *entry;

	if (hold->entries.len == 0)
		return false;
	entry = *chain_of(hold, uri);
	while (entry && !view_equal(entry->item.uri, uri))
		entry = entry->chain;
	if (entry)
		*ret_found = (struct hold_found){
			.number = entry->item.number,
			.reason = entry->reason,
			.version = {entry->item.version, entry->item.modified},
		};
	return entry != NULL;
}

bool hold_fits(const struct hold *hold, const struct held_item *item)
{
	return hold->entries.len < hold->limits.items &&
	       hold->bytes + size_of(item) <= hold->limits.bytes;
}

const struct held_item *hold_put(struct hold *hold, const struct held_item *item,
				 enum hold_reason reason)
{
	struct entry *entry = make_entry(item, reason);

	pthread_mutex_lock(&hold->lock);
	if (entry->item.number == 0)
		entry->item.number = ++hold->last;
	insert(hold, entry);
	vec_push(&hold->fresh, entry->item.number);
	pthread_mutex_unlock(&hold->lock);
	return &entry->item;
}

bool hold_remove(struct hold *hold, uint64_t number)
{
	struct entry *entry;
	bool waited;

	pthread_mutex_lock(&hold->lock);
	entry = by_number(hold, number);
	waited = entry && !entry->out;
	if (entry)
		bury(hold, entry);
	pthread_mutex_unlock(&hold->lock);
	return waited;
}

bool hold_back(struct hold *hold, uint64_t number, bool stays)
{
	struct entry *entry;

	pthread_mutex_lock(&hold->lock);
	entry = by_number(hold, number);
	if (entry && stays) {
		assert(entry->out);
		entry->out = entry->forced = entry->shown = false;
		vec_push(&hold->fresh, number);
	} else if (entry) {
		bury(hold, entry);
	}
	pthread_mutex_unlock(&hold->lock);
	return entry != NULL;
}

void hold_end(struct hold *hold, int64_t now,
	      void (*end)(void *context, const struct held_item *item, enum hold_reason reason,
			  bool dropped),
	      void *context)
{
	pthread_mutex_lock(&hold->lock);
	atomic_store(&hold->dropped, false);
	for (size_t i = hold->entries.len; i-- > 0;) {
		struct entry *entry = hold->entries.at[i];

		if (entry->out ||
		    (!entry->dropped && now - entry->item.received < hold->limits.age))
			continue;
		end(context, &entry->item, entry->reason, entry->dropped);
		bury(hold, entry);
	}
	pthread_mutex_unlock(&hold->lock);
}

bool hold_has_dropped(const struct hold *hold)
{
	return atomic_load(&hold->dropped);
}

static void note_due(struct hold *hold, const struct entry *entry)
{
	int64_t due = entry->forced ? 0 : entry->item.due;

	if (due != CLOCK_NONE && due < atomic_load(&hold->next))
		atomic_store(&hold->next, due);
}

void hold_show(struct hold *hold)
{
	if (hold->fresh.len == 0 && hold->graves.len == 0)
		return;
	pthread_mutex_lock(&hold->lock);
	for (size_t i = 0; i < hold->fresh.len; i++) {
		struct entry *entry = by_number(hold, hold->fresh.at[i]);

		if (!entry)
			continue;
		entry->shown = true;
		note_due(hold, entry);
	}
	vec_reset(&hold->fresh);
	free_graves(hold);
	pthread_mutex_unlock(&hold->lock);
}

/* --- intake's -----------------------------------------------------------------------------------
 */

bool hold_has_item(struct hold *hold, uint64_t item)
{
	bool has = false;

	pthread_mutex_lock(&hold->lock);
	for (size_t i = 0; i < hold->entries.len && !has; i++)
		has = hold->entries.at[i]->item.item == item;
	pthread_mutex_unlock(&hold->lock);
	return has;
}

int64_t hold_next(const struct hold *hold)
{
	int64_t next = atomic_load(&hold->next);

	return next == INT64_MAX ? CLOCK_NONE : next;
}

static bool waits(const struct entry *entry)
{
	return entry->shown && !entry->out && !entry->dropped;
}

static bool is_due(const struct entry *entry, int64_t now)
{
	return entry->forced || (entry->item.due != CLOCK_NONE && entry->item.due <= now);
}

bool hold_take_due(struct hold *hold, int64_t now,
		   void (*take)(void *context, const struct held_item *item), void *context,
		   struct hold_due *ret_due)
{
	struct entry *found = NULL;

	if (atomic_load(&hold->next) > now)
		return false;
	pthread_mutex_lock(&hold->lock);
	for (size_t i = 0; i < hold->entries.len && !found; i++)
		if (waits(hold->entries.at[i]) && is_due(hold->entries.at[i], now))
			found = hold->entries.at[i];
	if (found) {
		found->out = true;
		*ret_due = (struct hold_due){found->item.number, found->reason, found->forced};
		take(context, &found->item);
	} else {
		atomic_store(&hold->next, INT64_MAX);
		for (size_t i = 0; i < hold->entries.len; i++)
			if (waits(hold->entries.at[i]))
				note_due(hold, hold->entries.at[i]);
	}
	pthread_mutex_unlock(&hold->lock);
	return found != NULL;
}

/* --- control's ----------------------------------------------------------------------------------
 */

bool hold_mark(struct hold *hold, uint64_t number, bool drop)
{
	struct entry *entry;
	bool good;

	pthread_mutex_lock(&hold->lock);
	entry = by_number(hold, number);
	good = entry && waits(entry);
	if (good && drop) {
		entry->dropped = true;
		atomic_store(&hold->dropped, true);
	} else if (good) {
		entry->forced = true;
		note_due(hold, entry);
	}
	pthread_mutex_unlock(&hold->lock);
	return good;
}
