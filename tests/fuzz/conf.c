#include "fuzz.h"

#include "conf/conf.h"

#include <assert.h>

/* A configuration that is accepted prints as YAML and as JSON, and both read back equal. */
static void read_back(const struct conf *conf, void (*write)(const struct conf *, struct str *))
{
	struct str text = {0}, first = {0}, second = {0};
	struct diags diags = {0};
	struct conf *again;

	write(conf, &text);
	again = conf_read("again.yaml", str_view(&text), "/f", NULL, 0, &diags);
	assert(again);
	conf_write_json(conf, &first);
	conf_write_json(again, &second);
	assert(view_equal(str_view(&first), str_view(&second)));
	conf_free(again);
	diags_fini(&diags);
	str_fini(&text);
	str_fini(&first);
	str_fini(&second);
}

static void write_yaml(const struct conf *conf, struct str *out)
{
	conf_write(conf, false, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct diags diags = {0};
	struct conf *conf = conf_read("c.yaml", (struct view){(const char *)bytes, len}, "/f", NULL,
				      0, &diags);

	assert(conf || diags.errors);
	if (conf) {
		read_back(conf, write_yaml);
		read_back(conf, conf_write_json);
	}
	conf_free(conf);
	diags_fini(&diags);
	return 0;
}
