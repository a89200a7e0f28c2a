#include "app/stage.h"

#define US INT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)

const int64_t stage_bounds[STAGE_BOUNDS] = {
	10 * US,   25 * US, 50 * US,   100 * US, 250 * US, 500 * US, 1 * MS,
	2500 * US, 5 * MS,  10 * MS,   25 * MS,	 50 * MS,  100 * MS, 250 * MS,
	500 * MS,  1 * S,   2500 * MS, 5 * S,	 10 * S,
};

static const char *const names[STAGES] = {
	[STAGE_QUEUE] = "queue",     [STAGE_CLASSIFY] = "classify", [STAGE_COMMIT] = "commit",
	[STAGE_PUBLISH] = "publish", [STAGE_ALL] = "all",
};

const char *stage_name(enum stage stage)
{
	return names[stage];
}

void stages_add(struct stages *stages, enum stage stage, int64_t ns)
{
	struct stage_histogram *histogram = &stages->at[stage];
	size_t bucket = 0;

	ns = ns > 0 ? ns : 0;
	while (bucket < STAGE_BOUNDS && ns > stage_bounds[bucket])
		bucket++;
	atomic_fetch_add_explicit(&histogram->sum_ns, (uint64_t)ns, memory_order_relaxed);
	atomic_fetch_add_explicit(&histogram->buckets[bucket], 1, memory_order_relaxed);
}
