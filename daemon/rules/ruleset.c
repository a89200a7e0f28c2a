#include "rules/ruleset.h"
#include "rules/index.h"

/* What was read goes with the rule set; the diagnostics may outlive it. */
static struct ruleset *compile(struct ruleset *ruleset, struct packs *packs, struct diags *diags)
{
	diags_keep_files(diags);
	if (!packs) {
		ruleset_free(ruleset);
		return NULL;
	}
	ruleset->packs = packs;
	index_build(&ruleset->index, packs, &ruleset->arena);
	return ruleset;
}

struct ruleset *ruleset_load(const struct packs_options *options, struct diags *diags)
{
	struct ruleset *ruleset = xcalloc(1, sizeof(*ruleset));

	return compile(ruleset, packs_load(options, &ruleset->arena, diags), diags);
}

struct ruleset *ruleset_read(const char *file, struct view text, struct diags *diags)
{
	struct ruleset *ruleset = xcalloc(1, sizeof(*ruleset));

	return compile(ruleset, packs_read(file, text, &ruleset->arena, diags), diags);
}

void ruleset_free(struct ruleset *ruleset)
{
	if (!ruleset)
		return;
	if (ruleset->packs) {
		index_fini(&ruleset->index);
		packs_fini(ruleset->packs);
	}
	arena_fini(&ruleset->arena);
	free(ruleset);
}

const char *ruleset_hash(const struct ruleset *ruleset)
{
	return ruleset->packs->hash;
}

const struct packs *ruleset_packs(const struct ruleset *ruleset)
{
	return ruleset->packs;
}

bool ruleset_tries_always(const struct ruleset *ruleset, const struct rule *rule)
{
	for (size_t i = 0; i < ruleset->index.always_count; i++)
		if (ruleset->index.always[i] == rule->number)
			return true;
	return false;
}
