#include "bus/zap.h"

#include "base/own.h"
#include "bus/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

/*
 * A request is: version, request id, domain, address, identity, mechanism, and for CURVE the 32
 * bytes of the client's key. The reply: version, request id, status, its text, user, metadata.
 */
#define ENDPOINT "inproc://zeromq.zap.01"
#define VERSION "1.0"
#define ID_MAX 255
#define KEY_BYTES 32

enum {
	FRAME_VERSION,
	FRAME_ID,
	FRAME_DOMAIN,
	FRAME_ADDRESS,
	FRAME_IDENTITY,
	FRAME_MECHANISM,
	FRAME_KEY,
	FRAME_COUNT
};

struct zap {
	struct bus_socket *socket;
	char id[ID_MAX];
	size_t id_length;
};

struct zap *zap_open(struct bus *bus, struct err *err)
{
	struct bus_options options = {
		.kind = BUS_REP, .endpoint = ENDPOINT, .bind = true, .name = "security"};
	struct bus_socket *socket = bus_socket_open(bus, &options, err);
	struct zap *zap;

	if (!socket)
		return NULL;
	zap = xcalloc(1, sizeof(*zap));
	zap->socket = socket;
	return zap;
}

void zap_close(struct zap *zap)
{
	if (!zap)
		return;
	bus_socket_close(zap->socket);
	free(zap);
}

struct bus_socket *zap_socket(struct zap *zap)
{
	return zap->socket;
}

/* --- requests -----------------------------------------------------------------------------------
 */

/* The frames of one message that fit; returns how many there were, 0 for none. */
static size_t receive(struct zap *zap, zmq_msg_t frames[FRAME_COUNT])
{
	size_t count = 0;
	bool more = true;

	while (more) {
		zmq_msg_t frame;

		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, zap->socket->zmq, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(&frame);
			if (errno == EINTR)
				continue;
			break;
		}
		more = zmq_msg_more(&frame);
		if (count < FRAME_COUNT)
			zmq_msg_move(&frames[count], &frame);
		zmq_msg_close(&frame);
		count++;
	}
	return count;
}

static struct view view_frame(zmq_msg_t *frame)
{
	return (struct view){zmq_msg_data(frame), zmq_msg_size(frame)};
}

static void copy_text(struct view text, char *ret_text, size_t size)
{
	size_t length = text.len < size ? text.len : 0;

	if (length)
		memcpy(ret_text, text.ptr, length);
	ret_text[length] = '\0';
}

static bool read_request(struct zap *zap, zmq_msg_t *frames, size_t count,
			 struct zap_request *ret_request)
{
	struct view id = view_frame(&frames[FRAME_ID]), key = view_frame(&frames[FRAME_KEY]);

	zap->id_length = id.len <= ID_MAX ? id.len : 0;
	if (zap->id_length)
		memcpy(zap->id, id.ptr, zap->id_length);
	if (count < FRAME_KEY || !view_is(view_frame(&frames[FRAME_VERSION]), VERSION))
		return false;
	copy_text(view_frame(&frames[FRAME_DOMAIN]), ret_request->domain,
		  sizeof(ret_request->domain));
	copy_text(view_frame(&frames[FRAME_ADDRESS]), ret_request->address,
		  sizeof(ret_request->address));
	ret_request->key[0] = '\0';
	if (!view_is(view_frame(&frames[FRAME_MECHANISM]), "CURVE"))
		return true;
	return count == FRAME_COUNT && key.len == KEY_BYTES &&
	       zmq_z85_encode(ret_request->key, (const uint8_t *)key.ptr, KEY_BYTES) != NULL;
}

int zap_receive(struct zap *zap, struct zap_request *ret_request)
{
	zmq_msg_t frames[FRAME_COUNT];
	size_t count;
	bool good;

	for (size_t i = 0; i < FRAME_COUNT; i++)
		zmq_msg_init(&frames[i]);
	count = receive(zap, frames);
	good = count && read_request(zap, frames, count, ret_request);
	for (size_t i = 0; i < FRAME_COUNT; i++)
		zmq_msg_close(&frames[i]);
	if (good)
		return 1;
	if (count)
		zap_answer(zap, ZAP_NEVER, VIEW_NONE);
	return 0;
}

void zap_answer(struct zap *zap, enum zap_verdict verdict, struct view user)
{
	const char *status = verdict == ZAP_ADMIT ? "200" : verdict == ZAP_LATER ? "300" : "400";
	const struct view frames[] = {
		VIEW(VERSION), {zap->id, zap->id_length},  view_of(status),
		VIEW(""),      user.ptr ? user : VIEW(""), VIEW(""),
	};

	/* It goes to libzmq's own thread, which waits for it. */
	bus_send(zap->socket, frames, sizeof(frames) / sizeof(frames[0]), NULL);
}
