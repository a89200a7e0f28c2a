#ifndef RULES_PACK_H
#define RULES_PACK_H

#include "base/table.h"
#include "rules/rule.h"
#include "rules/vocabulary.h"

struct packs {
	struct arena *arena;
	VEC_TYPE(rule_list, struct rule *) rules; /* by id */
	VEC_TYPE(list_list, struct list *) lists;
	VEC_TYPE(term_list, struct term *) terms;
	VEC_TYPE(entity_list, struct entity *) entities;
	VEC_TYPE(cue_list, struct cue *) cues;
	struct table rule_names, list_names, term_names, entity_names, cue_names, type_names;
	uint32_t expr_count; /* ids of expressions are below */
	size_t file_count;   /* pack files that were read */
	char hash[72];	     /* "sha256:…" over every file, and what was enabled */
	struct {
		VEC(struct token_regex *);
	} regexes; /* freed with the packs */
};

struct packs_options {
	const char *const *paths;
	size_t path_count;
	const char *const *enable, *const *disable; /* globs of rule ids */
	size_t enable_count, disable_count;
};

/*
 * Reads, resolves and checks every file: paths in the order given, folders recursively (*.yaml,
 * *.yml, no dot files) in name order; "-" is standard input. Bounds: PACK_FILES_MAX files,
 * YAML_TOTAL_MAX bytes. `enabled` of a rule is its status, then enable, then disable.
 * The diagnostics come sorted, with their source lines; all mistakes go to diags. NULL when there
 * was an error. Everything lives in `arena`, which also must outlive diags. packs_fini frees what
 * the arena does not.
 */
struct packs *packs_load(const struct packs_options *options, struct arena *arena,
			 struct diags *diags);
/* The same from one text, for tests and fuzzing; `file` names it. */
struct packs *packs_read(const char *file, struct view text, struct arena *arena,
			 struct diags *diags);
void packs_fini(struct packs *packs);
/* The JSON Schema (draft 2020-12) of a pack. */
void packs_write_schema(struct str *out);

#endif
