#include "base/clock.h"
#include "base/file.h"
#include "base/vec.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

/*
 * Both ends of what scripts/bench measures, and what it compares with.
 *
 *   bench_wire relay IN OUT                      receives on IN and sends to OUT, no more
 *   bench_wire drive FEED COUNT RATE IN OUT      sends COUNT items to IN and takes what comes from
 * OUT
 *
 * IN is bound by what is measured (PULL), as is OUT (PUB). An item of a generated feed carries its
 * number, "urn:bench:" and eight digits, as its URI; the driver counts it up with each item sent,
 * so that no two are the same however often the feed is gone through, and knows by it what comes
 * back: a relay gives the items themselves, the daemon events with the URI in them. The last item
 * is one that everybody answers. RATE is items a second, 0: as many as go.
 *
 * The driver prints one line of JSON: seconds from the first item to the answer to the last, what
 * came, answers whose number went back, latencies and the longest gap in nanoseconds.
 */
#define FEED_MAX ((size_t)1 << 30)
#define NUMBER_DIGITS 8
#define HIGH_WATER 1000
#define DEADLINE_MS 120000

static const char number_mark[] = "urn:bench:";
#define LAST_NUMBER 90000000 /* and START: of the last item */
static const char last_format[] =
	"{\"uri\": \"urn:bench:%08u\", \"headline\": \"Benchmark ends\", "
	"\"body_text\": \"The word is zzbenchend.\", \"language\": \"en\"}";

static void die(const char *what)
{
	fprintf(stderr, "bench_wire: %s: %s\n", what, zmq_strerror(errno));
	exit(74);
}

static void *open_socket(void *context, int type, const char *endpoint, bool bind)
{
	void *socket = zmq_socket(context, type);
	int high_water = HIGH_WATER, deadline = DEADLINE_MS, one = 1;

	if (!socket)
		die("socket");
	zmq_setsockopt(socket, ZMQ_SNDHWM, &high_water, sizeof(high_water));
	zmq_setsockopt(socket, ZMQ_RCVHWM, &high_water, sizeof(high_water));
	zmq_setsockopt(socket, ZMQ_SNDTIMEO, &deadline, sizeof(deadline));
	if (type == ZMQ_SUB) {
		zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
		zmq_setsockopt(socket, ZMQ_RCVTIMEO, &deadline, sizeof(deadline));
	}
	if (type == ZMQ_XPUB) /* nothing may be lost on the way that everything is compared with */
		zmq_setsockopt(socket, ZMQ_XPUB_NODROP, &one, sizeof(one));
	if ((bind ? zmq_bind : zmq_connect)(socket, endpoint) != 0)
		die(endpoint);
	return socket;
}

/* Until it is killed. */
static int relay(const char *in, const char *out)
{
	void *context = zmq_ctx_new();
	void *pull = open_socket(context, ZMQ_PULL, in, true);
	void *publish = open_socket(context, ZMQ_XPUB, out, true);
	zmq_msg_t message;

	zmq_msg_init(&message);
	while (zmq_msg_recv(&message, pull, 0) >= 0)
		if (zmq_msg_send(&message, publish, 0) < 0)
			die("send");
	die("receive");
	return 0;
}

/* --- the driver ---------------------------------------------------------------------------------
 */

struct item {
	char *text;
	size_t len;
	char *digits; /* of its number; NULL: it has none */
};

struct drive {
	void *context;
	const char *in, *out;
	struct {
		VEC(struct item);
	} items;
	uint32_t start, count, rate;
	_Atomic int64_t
		*sent;	    /* when, by number; the way between the threads is through the daemon */
	int64_t *latencies; /* of those answered */
	size_t answered, came, backwards;
	int64_t begun, ended, longest_gap;
};

static void split(struct drive *drive, struct str *text)
{
	for (char *at = text->ptr, *end = at + text->len; at < end;) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		struct item item = {.text = at};
		char *mark;

		stop = stop ? stop : end;
		item.len = (size_t)(stop - at);
		mark = memmem(at, item.len, number_mark, sizeof(number_mark) - 1);
		item.digits = mark ? mark + sizeof(number_mark) - 1 : NULL;
		if (item.len)
			vec_push(&drive->items, item);
		at = stop + 1;
	}
}

static void number_item(const struct item *item, uint32_t number)
{
	for (int i = NUMBER_DIGITS; item->digits && i-- > 0; number /= 10)
		item->digits[i] = (char)('0' + number % 10);
}

static void wait_until(int64_t time)
{
	struct timespec at = {time / CLOCK_SECOND, time % CLOCK_SECOND};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

static void *produce(void *pointer)
{
	struct drive *drive = pointer;
	void *push = open_socket(drive->context, ZMQ_PUSH, drive->in, false);
	char last[sizeof(last_format) + NUMBER_DIGITS];
	int last_len = snprintf(last, sizeof(last), last_format, LAST_NUMBER + drive->start);

	drive->begun = clock_monotonic();
	for (uint32_t i = 0; i < drive->count; i++) {
		const struct item *item = &drive->items.at[i % drive->items.len];

		if (drive->rate)
			wait_until(drive->begun + i * (CLOCK_SECOND / drive->rate));
		number_item(item, drive->start + i);
		drive->sent[i] = clock_monotonic();
		if (zmq_send(push, item->text, item->len, 0) < 0)
			die("send");
	}
	if (zmq_send(push, last, (size_t)last_len, 0) < 0)
		die("send");
	zmq_close(push);
	return NULL;
}

/* UINT32_MAX: there is none. */
static uint32_t number_in(const char *text, size_t len)
{
	const char *mark = memmem(text, len, number_mark, sizeof(number_mark) - 1);
	uint32_t number = 0;

	if (!mark || (size_t)(text + len - mark) < sizeof(number_mark) - 1 + NUMBER_DIGITS)
		return UINT32_MAX;
	for (int i = 0; i < NUMBER_DIGITS; i++)
		number = number * 10 + (uint32_t)(mark[sizeof(number_mark) - 1 + i] - '0');
	return number;
}

static void take(struct drive *drive, uint32_t number, uint32_t *last)
{
	int64_t now = clock_monotonic();

	if (drive->came > 0 && now - drive->ended > drive->longest_gap)
		drive->longest_gap = now - drive->ended;
	drive->ended = now;
	drive->came++;
	number -= drive->start;
	if (number >= drive->count || drive->answered == drive->count)
		return;
	drive->backwards += *last != UINT32_MAX && number < *last;
	if (number != *last) /* an item may have several events */
		drive->latencies[drive->answered++] = now - drive->sent[number];
	*last = number;
}

/* Last frames only: in front of an event stands its topic. Heartbeats have no number. */
static void consume(struct drive *drive, void *subscriber)
{
	uint32_t last = UINT32_MAX;
	uint32_t number = 0;
	zmq_msg_t message;

	zmq_msg_init(&message);
	while (number != LAST_NUMBER + drive->start) {
		if (zmq_msg_recv(&message, subscriber, 0) < 0)
			die("the answer to the last item did not come");
		if (zmq_msg_more(&message))
			continue;
		number = number_in(zmq_msg_data(&message), zmq_msg_size(&message));
		if (number != UINT32_MAX)
			take(drive, number, &last);
	}
	zmq_msg_close(&message);
}

static int ascending(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return left < right ? -1 : left > right;
}

static long long quantile(const struct drive *drive, double share)
{
	return drive->answered ? drive->latencies[(size_t)(share * (double)(drive->answered - 1))]
			       : 0;
}

static void tell(struct drive *drive)
{
	qsort(drive->latencies, drive->answered, sizeof(*drive->latencies), ascending);
	printf("{\"items\": %u, \"seconds\": %.6f, \"came\": %zu, \"answered\": %zu, "
	       "\"backwards\": %zu, \"gap_ns\": %lld, \"p50_ns\": %lld, \"p99_ns\": %lld, "
	       "\"p999_ns\": %lld}\n",
	       drive->count, (double)(drive->ended - drive->begun) / CLOCK_SECOND, drive->came,
	       drive->answered, drive->backwards, (long long)drive->longest_gap,
	       quantile(drive, 0.5), quantile(drive, 0.99), quantile(drive, 0.999));
}

static int drive(char **words)
{
	struct drive drive = {.context = zmq_ctx_new(), .in = words[4], .out = words[5]};
	struct str text = {0};
	struct err err;
	pthread_t producer;
	void *subscriber;

	drive.start = (uint32_t)strtoul(words[1], NULL, 10);
	drive.count = (uint32_t)strtoul(words[2], NULL, 10);
	drive.rate = (uint32_t)strtoul(words[3], NULL, 10);
	if (file_read(words[0], FEED_MAX, &text, &err) < 0) {
		fprintf(stderr, "bench_wire: %s\n", err.text);
		return 66;
	}
	split(&drive, &text);
	if (!drive.items.len || !drive.count)
		return 65;
	drive.sent = xcalloc(drive.count, sizeof(*drive.sent));
	drive.latencies = xcalloc(drive.count, sizeof(*drive.latencies));
	subscriber = open_socket(drive.context, ZMQ_SUB, drive.out, false);
	wait_until(clock_monotonic() + CLOCK_SECOND / 5); /* for the subscription to arrive */
	if (pthread_create(&producer, NULL, produce, &drive) != 0)
		die("thread");
	consume(&drive, subscriber);
	pthread_join(producer, NULL);
	tell(&drive);
	zmq_close(subscriber);
	zmq_ctx_term(drive.context);
	free(drive.sent);
	free(drive.latencies);
	vec_fini(&drive.items);
	str_fini(&text);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "relay") == 0)
		return relay(argv[2], argv[3]);
	if (argc == 8 && strcmp(argv[1], "drive") == 0)
		return drive(argv + 2);
	fputs("usage: bench_wire relay IN OUT\n"
	      "       bench_wire drive FEED START COUNT RATE IN OUT\n",
	      stderr);
	return 64;
}
