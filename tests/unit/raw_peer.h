#ifndef TESTS_RAW_PEER_H
#define TESTS_RAW_PEER_H

#include "base/str.h"

#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* A peer that speaks TCP by itself, to say what no libzmq would. */
#define GREETING_SIZE 64
/* RFC 23, ZMTP 3.0: signature, version, mechanism in 20 bytes, as-server, filler. */
#define GREETING(mechanism) "\xff\0\0\0\0\0\0\0\1\x7f\3\0" mechanism

static inline int raw_listen(char ret_endpoint[64])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(ret_endpoint, 64, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
	return fd;
}

static inline int raw_connect(const char *endpoint)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_port = htons((uint16_t)atoi(strrchr(endpoint, ':') + 1));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static inline void raw_write(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		ck_assert_int_gt(sent, 0);
		bytes += sent;
		len -= (size_t)sent;
	}
}

static inline void raw_read(int fd, void *ret_bytes, size_t len)
{
	ck_assert_int_eq(recv(fd, ret_bytes, len, MSG_WAITALL), (ssize_t)len);
}

/* Greets, says READY as a socket of that type, and hears the other's: before that nothing may be
 * said. */
static inline void raw_greet(int fd, const char *type)
{
	char greeting[GREETING_SIZE] = GREETING("NULL");
	char ready[64] = "\4\0\5READY\13Socket-Type\0\0\0";
	size_t len = strlen(type), head = 2 + 6 + 12 + 4;

	raw_write(fd, greeting, sizeof(greeting));
	ready[head - 1] = (char)len;
	memcpy(ready + head, type, len);
	ready[1] = (char)(head - 2 + len);
	raw_write(fd, ready, head + len);
	raw_read(fd, greeting, sizeof(greeting));
	raw_read(fd, ready, 2);
	raw_read(fd, greeting, (size_t)ready[1]);
}

/* Waits until the other side has closed, reading what it says meanwhile. */
static inline void raw_await_end(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char buffer[4096];

	do
		ck_assert_int_eq(poll(&ready, 1, 30000), 1);
	while (recv(fd, buffer, sizeof(buffer), 0) > 0);
}

#endif
