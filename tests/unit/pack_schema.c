#include "rules/pack.h"

#include <stdio.h>

/* Prints the JSON Schema of a pack, for pack_schema.py. */
int main(void)
{
	struct str out = {0};

	packs_write_schema(&out);
	puts(out.ptr);
	str_fini(&out);
	return 0;
}
