#include "conf/conf.h"

#include <stdio.h>

/* Prints the JSON Schema of the configuration for conf_schema.py. */
int main(void)
{
	struct str out = {0};

	conf_write_schema(&out);
	puts(out.ptr);
	str_fini(&out);
	return 0;
}
