#include "fuzz.h"

#include "rules/ruleset.h"

#include <assert.h>

/* A pack is refused with an error, or accepted and compiled; every diagnostic has its place in it.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct view text = {(const char *)bytes, len};
	struct diags diags = {0};
	struct ruleset *ruleset = ruleset_read("p.yaml", text, &diags);
	struct str out = {0};

	assert((ruleset != NULL) == (diags.errors == 0));
	for (size_t i = 0; i < diags.len; i++) {
		assert(diags.at[i].place.file && diags.at[i].place.line);
		diag_write(&diags.at[i], false, &out);
	}
	if (ruleset)
		assert(strlen(ruleset_hash(ruleset)) == 71);
	str_fini(&out);
	ruleset_free(ruleset);
	diags_fini(&diags);
	return 0;
}
