#ifndef APP_LOADER_H
#define APP_LOADER_H

#include "app/load.h"
#include "app/wake.h"
#include "base/log.h"

/*
 * The thread that reloads: it builds beside the running rule set, puts the new one in place or
 * leaves everything as it is, logs the verdict and hands it to whoever asked. Requests that come
 * while it builds are answered by one further reload, since files may have changed meanwhile.
 */
#define LOADER_ASKERS_MAX 64
#define ASKER_ID_MAX 255 /* as libzmq bounds a routing id */

struct asker { /* a peer of the control endpoint */
	unsigned char id[ASKER_ID_MAX];
	size_t length; /* 0: nobody, a signal */
};

struct loader_options {
	struct load_source source;
	const struct conf *running; /* for the keys that a reload cannot change */
	struct holder *holder;
	struct log *log;
	struct wake *told; /* rung when a verdict can be taken */
};

struct loader;
struct loader *loader_start(const struct loader_options *options, struct err *err);
/* Waits for its end, which comes after the reload at hand; verdicts can still be taken. NULL is
 * fine. */
void loader_stop(struct loader *loader);
void loader_free(struct loader *loader);
/* False when too many wait already. */
bool loader_ask(struct loader *loader, const struct asker *asker);

struct verdict {
	bool good;
	int64_t time;
	struct str reply; /* owned: the JSON for who asked */
	char sentence[512];
	struct {
		VEC(struct asker);
	} askers;
};
/* The oldest verdict not yet taken; false when there is none. */
bool loader_take(struct loader *loader, struct verdict *ret_verdict);
void verdict_fini(struct verdict *verdict);

#endif
