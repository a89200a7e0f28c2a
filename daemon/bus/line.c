#include "bus/line.h"

#include "bus/socket.h"

#include <errno.h>
#include <stdio.h>
#include <zmq.h>

#define MONITOR_EVENTS                                                                             \
	(ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_DELAYED | ZMQ_EVENT_CONNECT_RETRIED |             \
	 ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |             \
	 ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |              \
	 ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

void line_close(struct line *line)
{
	/* First the reports end, then their reader goes: else the I/O thread would wait for it. */
	if (line->socket)
		zmq_socket_monitor(line->socket->zmq, NULL, 0);
	bus_socket_close(line->monitor);
	bus_socket_close(line->socket);
	*line = (struct line){0};
}

static int open_monitor(struct bus *bus, const char *name, struct line *line, struct err *err)
{
	char endpoint[MONITOR_NAME_SIZE];
	struct bus_options options = {.kind = BUS_PAIR, .endpoint = endpoint, .name = name};

	monitor_name(bus, endpoint);
	if (zmq_socket_monitor(line->socket->zmq, endpoint, MONITOR_EVENTS) < 0)
		return err_set(err, "%s: cannot be watched: %s", name, zmq_strerror(errno));
	/* High water 0: a full pipe would hold up libzmq's I/O thread. */
	line->monitor = bus_socket_open(bus, &options, err);
	return line->monitor ? 0 : -1;
}

int line_open(struct bus *bus, const struct bus_options *options, uint64_t flood_limit,
	      struct line *ret_line, struct err *err)
{
	struct line line = {.socket = socket_make(bus, options, err)};

	if (line.socket)
		line.socket->flood = flood_new(flood_limit);
	if (line.socket && open_monitor(bus, options->name, &line, err) == 0 &&
	    socket_attach(line.socket, options, err) == 0) {
		*ret_line = line;
		return 0;
	}
	line_close(&line);
	return -1;
}

int line_event(struct line *line, int64_t monotonic_now)
{
	struct bus_message message;
	struct view frame;
	uint16_t event;
	int32_t fd;

	if (bus_receive(line->monitor, &message, NULL) <= 0)
		return 0;
	frame = message.frame[0];
	if (frame.len < sizeof(event) + sizeof(fd)) {
		bus_message_fini(&message);
		return -1;
	}
	memcpy(&event, frame.ptr, sizeof(event));
	memcpy(&fd, frame.ptr + sizeof(event), sizeof(fd));
	bus_message_fini(&message);
	if (event == ZMQ_EVENT_CONNECTED || event == ZMQ_EVENT_ACCEPTED)
		flood_meet(line->socket->flood, fd, monotonic_now);
	return event;
}
