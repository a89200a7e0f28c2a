#include "http/listen.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128
#define UNIX "unix:"

union place {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un file;
};

static int bad_place(const char *listen, const char *why, struct err *err)
{
	return err_set(err, "cannot listen for HTTP at %s: %s", listen, why);
}

/* --- addresses ----------------------------------------------------------------------------------
 */

/* Splits at the last colon and takes the brackets off. */
static bool split(const char *listen, char *ret_host, size_t size, long *ret_port)
{
	const char *colon = strrchr(listen, ':');
	size_t length = colon ? (size_t)(colon - listen) : 0;

	if (!length || length >= size)
		return false;
	*ret_port = strtol(colon + 1, NULL, 10);
	if (listen[0] == '[' && listen[length - 1] == ']') {
		listen++;
		length -= 2;
	}
	memcpy(ret_host, listen, length);
	ret_host[length] = '\0';
	return *ret_port >= 0 && *ret_port <= UINT16_MAX;
}

/* Returns the size of the address, 0 when the text is none. */
static socklen_t read_place(const char *listen, union place *ret_place, bool *ret_loopback)
{
	char host[LISTEN_TEXT_SIZE];
	long port;

	if (!split(listen, host, sizeof(host), &port))
		return 0;
	if (strcmp(host, "localhost") == 0)
		strcpy(host, "127.0.0.1");
	*ret_place = (union place){0};
	if (inet_pton(AF_INET, host, &ret_place->v4.sin_addr) == 1) {
		ret_place->v4.sin_family = AF_INET;
		ret_place->v4.sin_port = htons((uint16_t)port);
		*ret_loopback = ntohl(ret_place->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
		return sizeof(ret_place->v4);
	}
	if (inet_pton(AF_INET6, host, &ret_place->v6.sin6_addr) == 1) {
		ret_place->v6.sin6_family = AF_INET6;
		ret_place->v6.sin6_port = htons((uint16_t)port);
		*ret_loopback = IN6_IS_ADDR_LOOPBACK(&ret_place->v6.sin6_addr);
		return sizeof(ret_place->v6);
	}
	return 0;
}

static void tell_place(struct listener *listener, const char *listen)
{
	union place place = {0};
	socklen_t size = sizeof(place);
	char host[INET6_ADDRSTRLEN] = "";

	getsockname(listener->fd, &place.any, &size);
	if (place.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &place.v4.sin_addr, host, sizeof(host));
		snprintf(listener->place, sizeof(listener->place), "%s:%u", host,
			 ntohs(place.v4.sin_port));
	} else if (place.any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &place.v6.sin6_addr, host, sizeof(host));
		snprintf(listener->place, sizeof(listener->place), "[%s]:%u", host,
			 ntohs(place.v6.sin6_port));
	} else {
		snprintf(listener->place, sizeof(listener->place), "%s", listen);
	}
}

/* --- socket files -------------------------------------------------------------------------------
 */

static bool answers(const union place *place, socklen_t size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answered = fd >= 0 && (connect(fd, &place->any, size) == 0 || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return answered;
}

static socklen_t read_file_place(const char *path, union place *ret_place)
{
	size_t length = strlen(path);

	*ret_place = (union place){0};
	if (length == 0 || length >= sizeof(ret_place->file.sun_path))
		return 0;
	ret_place->file.sun_family = AF_UNIX;
	memcpy(ret_place->file.sun_path, path, length);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

/* --- both ---------------------------------------------------------------------------------------
 */

static int bind_and_listen(const union place *place, socklen_t size)
{
	int on = 1;
	int fd = socket(place->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (place->any.sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &place->any, size) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	on = errno;
	close(fd);
	errno = on;
	return -1;
}

int listener_open(const char *listen, struct listener *ret_listener, struct err *err)
{
	struct listener listener = {.fd = -1};
	union place place;
	socklen_t size;

	listener.file = strncmp(listen, UNIX, sizeof(UNIX) - 1) == 0;
	if (listener.file) {
		listener.loopback = true;
		size = read_file_place(listen + sizeof(UNIX) - 1, &place);
	} else {
		size = read_place(listen, &place, &listener.loopback);
	}
	if (size == 0)
		return bad_place(listen,
				 "wants an address as 127.0.0.1:9180, [::1]:9180 or unix:/PATH; "
				 "names other than localhost are not looked up",
				 err);
	if (listener.file && answers(&place, size))
		return bad_place(listen, "somebody answers there already", err);
	if (listener.file)
		unlink(place.file.sun_path);
	listener.fd = bind_and_listen(&place, size);
	if (listener.fd < 0)
		return bad_place(listen, strerror(errno), err);
	tell_place(&listener, listen);
	*ret_listener = listener;
	return 0;
}

void listener_forget(const struct listener *listener)
{
	if (listener->file)
		unlink(listener->place + sizeof(UNIX) - 1);
}
