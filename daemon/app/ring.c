#include "app/ring.h"

#include "base/clock.h"

#include <assert.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>

/*
 * Hand-over is by the counters alone: whoever sees a counter move also sees what was written into
 * the slots before. They are sequentially consistent, because the sleeping protocols need it: "make
 * it true, then look whether somebody sleeps" against "say that I sleep, then look whether it is
 * true". Workers sleep on a condition variable, the two threads that also wait for sockets on an
 * eventfd.
 */
struct ring {
	alignas(64) _Atomic uint64_t head; /* each on a cache line of its own */
	alignas(64) _Atomic uint64_t claimed;
	alignas(64) _Atomic uint64_t tail;
	_Atomic size_t bytes;
	struct slot *slots;
	size_t size;
	_Atomic unsigned sleepers; /* workers */
	atomic_bool closed;
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct wake room;
	struct wake done;
};

struct ring *ring_new(size_t size, struct err *err)
{
	struct ring *ring = aligned_alloc(64, sizeof(*ring));

	assert(size && (size & (size - 1)) == 0);
	if (!ring)
		abort();
	memset(ring, 0, sizeof(*ring));
	ring->room.fd = ring->done.fd = -1;
	ring->size = size;
	ring->slots = xcalloc(size, sizeof(*ring->slots));
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->filled, NULL);
	if (wake_init(&ring->room, err) < 0 || wake_init(&ring->done, err) < 0) {
		ring_free(ring);
		return NULL;
	}
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	for (uint64_t at = ring->tail; at < ring->head; at++)
		bus_message_fini(&ring_slot(ring, at)->message);
	for (size_t i = 0; i < ring->size; i++) {
		str_fini(&ring->slots[i].out);
		vec_fini(&ring->slots[i].events);
		vec_fini(&ring->slots[i].kinds);
	}
	free(ring->slots);
	wake_fini(&ring->room);
	wake_fini(&ring->done);
	pthread_mutex_destroy(&ring->lock);
	pthread_cond_destroy(&ring->filled);
	free(ring);
}

uint64_t ring_head(const struct ring *ring)
{
	return atomic_load(&ring->head);
}

uint64_t ring_tail(const struct ring *ring)
{
	return atomic_load(&ring->tail);
}

struct slot *ring_slot(struct ring *ring, uint64_t position)
{
	return &ring->slots[position & (ring->size - 1)];
}

size_t ring_size(const struct ring *ring)
{
	return ring->size;
}

/* --- intake -------------------------------------------------------------------------------------
 */

size_t ring_room(const struct ring *ring)
{
	if (atomic_load(&ring->bytes) >= RING_BYTES_MAX)
		return 0;
	return ring->size - (size_t)(atomic_load(&ring->head) - atomic_load(&ring->tail));
}

struct slot *ring_free_slot(struct ring *ring, size_t ahead)
{
	return ring_slot(ring, atomic_load(&ring->head) + ahead);
}

static void wake_workers(struct ring *ring, bool all)
{
	if (atomic_load(&ring->sleepers) == 0)
		return;
	pthread_mutex_lock(&ring->lock);
	if (all)
		pthread_cond_broadcast(&ring->filled);
	else
		pthread_cond_signal(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

/* Topics and frames too many count as well: they are held until the slot is free again. */
static size_t slot_bytes(const struct slot *slot)
{
	const struct bus_message *message = &slot->message;
	size_t bytes = 0;

	for (size_t i = 0; i < message->frames && i < BUS_FRAMES_MAX; i++)
		bytes += message->frame[i].len;
	return bytes + (message->frames > BUS_FRAMES_MAX ? message->last.len : 0);
}

void ring_publish(struct ring *ring, size_t count)
{
	size_t bytes = 0;
	int64_t now;

	if (count == 0)
		return;
	now = clock_monotonic();
	for (size_t i = 0; i < count; i++) {
		struct slot *slot = ring_free_slot(ring, i);

		slot->filled = now;
		bytes += slot_bytes(slot);
	}
	atomic_fetch_add(&ring->bytes, bytes);
	atomic_fetch_add(&ring->head, count);
	wake_workers(ring, count > 1);
}

void ring_close(struct ring *ring)
{
	atomic_store(&ring->closed, true);
	wake_workers(ring, true);
	wake_force(&ring->done);
}

struct wake *ring_room_wake(struct ring *ring)
{
	return &ring->room;
}

/* --- workers ------------------------------------------------------------------------------------
 */

bool ring_claim(struct ring *ring, uint64_t *ret_position)
{
	uint64_t next = atomic_load(&ring->claimed);

	while (next < atomic_load(&ring->head)) {
		if (!atomic_compare_exchange_weak(&ring->claimed, &next, next + 1))
			continue;
		*ret_position = next;
		return true;
	}
	return false;
}

static bool claimable(const struct ring *ring)
{
	return atomic_load(&ring->claimed) < atomic_load(&ring->head);
}

bool ring_wait(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	atomic_fetch_add(&ring->sleepers, 1);
	while (!claimable(ring) && !atomic_load(&ring->closed))
		pthread_cond_wait(&ring->filled, &ring->lock);
	atomic_fetch_sub(&ring->sleepers, 1);
	pthread_mutex_unlock(&ring->lock);
	/* Intake publishes before it closes, so what is not there now will never be. */
	return claimable(ring) || !atomic_load(&ring->closed);
}

void ring_done(struct ring *ring, uint64_t position)
{
	atomic_store(&ring_slot(ring, position)->done, position + 1);
	/* The others wait for the oldest one anyway. */
	if (position == atomic_load(&ring->tail))
		wake_ring(&ring->done);
}

/* --- sequencer ----------------------------------------------------------------------------------
 */

size_t ring_ready(const struct ring *ring, size_t most)
{
	uint64_t tail = atomic_load(&ring->tail);
	size_t count = 0;

	while (count < most && count < ring->size &&
	       atomic_load(&ring->slots[(tail + count) & (ring->size - 1)].done) ==
		       tail + count + 1)
		count++;
	return count;
}

void ring_release(struct ring *ring, size_t count)
{
	uint64_t tail = atomic_load(&ring->tail);
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		struct slot *slot = ring_slot(ring, tail + i);

		bytes += slot_bytes(slot);
		bus_message_fini(&slot->message);
		if (slot->out.cap > SLOT_KEEP_MAX)
			str_fini(&slot->out);
	}
	atomic_fetch_sub(&ring->bytes, bytes);
	atomic_store(&ring->tail, tail + count);
	wake_ring(&ring->room);
}

bool ring_finished(const struct ring *ring)
{
	return atomic_load(&ring->closed) && atomic_load(&ring->tail) == atomic_load(&ring->head);
}

struct wake *ring_done_wake(struct ring *ring)
{
	return &ring->done;
}
