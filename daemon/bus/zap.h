#ifndef BUS_ZAP_H
#define BUS_ZAP_H

#include "bus/curve.h"

/*
 * The end of ZAP (ZeroMQ RFC 27) that libzmq asks whether a client may come in. There is one in a
 * context; it must be open before the first socket with keys is bound, and answer at once, as every
 * handshake waits for it.
 */
struct zap;
struct zap *zap_open(struct bus *bus, struct err *err);
void zap_close(struct zap *zap);
struct bus_socket *zap_socket(struct zap *zap);

struct zap_request {
	char domain[64];
	char address[64];	/* of the client, "" when it was too long */
	char key[BUS_KEY_SIZE]; /* the client's, proven to be its own; "" for another mechanism */
};

enum zap_verdict {
	ZAP_ADMIT = 200,
	ZAP_LATER = 300, /* libzmq lets the client try again after its own handshake's time */
	ZAP_NEVER = 400, /* the client gives up for good */
};

/* 1 a request that must be answered, 0 none. One that is malformed is refused here. */
int zap_receive(struct zap *zap, struct zap_request *ret_request);
void zap_answer(struct zap *zap, enum zap_verdict verdict, struct view user);

#endif
