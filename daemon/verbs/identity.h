#ifndef VERBS_IDENTITY_H
#define VERBS_IDENTITY_H

#include "bus/curve.h"
#include "client/newstag.h"
#include "verbs/verb.h"

/* Whom a verb connects as, and whom it expects to meet: --key and --server-key. */
struct identity {
	bool given; /* else in clear */
	char own_public[BUS_KEY_SIZE], own_secret[BUS_KEY_SIZE], server[BUS_KEY_SIZE];
	struct newstag_keys keys; /* the same, for libnewstag */
	struct bus_curve curve; /* and for a socket; both point into this struct, which must stay */
};

/*
 * Reads the files. Without --server-key the daemon's public key is that of this host's
 * security.keys. A verb without these options has no identity. Returns an exit status.
 */
int identity_find(struct call *call, struct identity *ret_identity);

#endif
