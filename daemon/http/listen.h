#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "base/err.h"

#include <stdbool.h>

/*
 * A listening socket for "HOST:PORT" or "unix:/PATH". HOST is an IPv4 address, an IPv6 address in
 * brackets, or localhost; names are not looked up, since that can hang a start. Port 0: any free
 * one. A socket file that nobody answers on is of a daemon that died, and is replaced.
 */
#define LISTEN_TEXT_SIZE 160

struct listener {
	int fd;
	char place[LISTEN_TEXT_SIZE]; /* as `listen`, with the port that it is */
	bool loopback;		      /* only this host reaches it */
	bool file;		      /* a socket file, to be unlinked in the end */
};

/* 0, or -1. */
int listener_open(const char *listen, struct listener *ret_listener, struct err *err);
/* Removes the socket file; the descriptor is left, whoever took it closes it. */
void listener_forget(const struct listener *listener);

#endif
