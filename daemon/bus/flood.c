#include "bus/flood.h"

#include "base/clock.h"
#include "base/own.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Descriptors belong to libzmq's I/O thread and may be closed, and given to others, at any time. So
 * a connection is known by its cookie, too, and is shut down by a duplicate whose cookie was looked
 * at: no other's can be hit. A duplicate is held no longer, for it would keep the connection open.
 */
#define FDS_MAX (1 << 20)
#define HEAD_SMALL 2 /* bytes before a part; ZMTP 3, RFC 23 */
#define HEAD_LARGE 9
#define SMALL_MOST 255
#define COMMANDS_A_SECOND 64 /* bytes of pings and the like that are no parts */

struct peer {
	uint64_t cookie; /* 0: none */
	uint64_t base;	 /* bytes that had come when it was met */
	uint64_t taken;	 /* bytes received since */
	int64_t met;
};

struct flood {
	uint64_t limit;
	struct peer *peers; /* by descriptor */
	int count;
};

struct flood *flood_new(uint64_t limit)
{
	struct flood *flood = xcalloc(1, sizeof(*flood));

	flood->limit = limit;
	return flood;
}

void flood_free(struct flood *flood)
{
	if (!flood)
		return;
	free(flood->peers);
	free(flood);
}

/* 0 where it is none of TCP. */
static uint64_t read_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0 ? 0 : cookie;
}

/* False where it is not of TCP. */
static bool read_bytes(int fd, uint64_t *ret_bytes)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return false;
	*ret_bytes = info.tcpi_bytes_received;
	return true;
}

void flood_meet(struct flood *flood, int fd, int64_t monotonic_now)
{
	struct peer peer = {.met = monotonic_now};

	if (fd < 0 || fd >= FDS_MAX || !read_bytes(fd, &peer.base))
		return;
	if (fd >= flood->count) {
		int count = 2 * fd + 16;

		flood->peers = xrealloc(flood->peers, (size_t)count * sizeof(*flood->peers));
		memset(flood->peers + flood->count, 0,
		       (size_t)(count - flood->count) * sizeof(*flood->peers));
		flood->count = count;
	}
	peer.cookie = read_cookie(fd);
	flood->peers[fd] = peer;
}

void flood_take(struct flood *flood, int fd, size_t bytes)
{
	if (fd >= 0 && fd < flood->count)
		flood->peers[fd].taken += bytes + (bytes > SMALL_MOST ? HEAD_LARGE : HEAD_SMALL);
}

/* Bytes of it that are on their way; forgets one that is gone. */
static uint64_t on_the_way(struct peer *peer, int fd, int64_t now)
{
	uint64_t bytes, known = peer->base + peer->taken;

	if (read_cookie(fd) != peer->cookie || !read_bytes(fd, &bytes)) {
		*peer = (struct peer){0};
		return 0;
	}
	known += (uint64_t)((now - peer->met) / CLOCK_SECOND) * COMMANDS_A_SECOND;
	return bytes > known ? bytes - known : 0;
}

static void shut(const struct peer *peer, int fd)
{
	/* When libzmq closes it, the peer gets a reset: else it might hang for minutes. */
	const struct linger none = {.l_onoff = 1, .l_linger = 0};
	int own = dup(fd);

	if (own < 0)
		return;
	if (read_cookie(own) == peer->cookie) {
		setsockopt(own, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
		shutdown(own, SHUT_RDWR);
	}
	close(own);
}

size_t flood_cut(struct flood *flood, int64_t monotonic_now)
{
	uint64_t sum = 0, most = 0, all;
	size_t cut = 0;
	int largest = -1;

	do {
		sum = most = 0;
		for (int fd = 0; fd < flood->count; fd++) {
			if (!flood->peers[fd].cookie)
				continue;
			all = on_the_way(&flood->peers[fd], fd, monotonic_now);
			sum += all;
			if (all > most) {
				most = all;
				largest = fd;
			}
		}
		if (sum <= flood->limit)
			break;
		shut(&flood->peers[largest], largest);
		flood->peers[largest] = (struct peer){0};
		cut++;
	} while (most);
	return cut;
}
