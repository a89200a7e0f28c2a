#include "fuzz.h"

#include "base/utf8.h"
#include "conf/conf.h"

#include <assert.h>

/*
 * A configuration that is accepted prints as YAML, with and without comments, and as JSON, and all
 * read back equal. What stands behind a NUL is an override.
 */
static void write_plain(const struct conf *conf, struct str *out)
{
	conf_write(conf, false, out);
}

static void write_commented(const struct conf *conf, struct str *out)
{
	conf_write(conf, true, out);
}

static void read_back(const struct conf *conf, void (*write)(const struct conf *, struct str *))
{
	struct str text = {0}, keys = {0}, first = {0}, second = {0};
	struct diags diags = {0};
	struct conf *again;

	write(conf, &text);
	again = conf_read("again.yaml", str_view(&text), NULL, NULL, 0, &diags);
	assert(again);
	conf_restart_keys(conf, again, &keys);
	assert(keys.len == 0);
	conf_write_json(conf, &first);
	conf_write_json(again, &second);
	assert(view_equal(str_view(&first), str_view(&second)));
	conf_free(again);
	diags_fini(&diags);
	str_fini(&text);
	str_fini(&keys);
	str_fini(&first);
	str_fini(&second);
}

static void show(const struct diags *diags)
{
	struct str out = {0};

	for (size_t i = 0; i < diags->len; i++)
		diag_write(&diags->at[i], i % 2, &out);
	str_fini(&out);
}

static void print_schema(void)
{
	struct str out = {0};

	conf_write_schema(&out);
	assert(out.len && utf8_valid(str_view(&out)) == out.len);
	str_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes, *nul = len ? memchr(bytes, 0, len) : NULL;
	struct diags diags = {0};
	char *override = nul ? xstrndup(nul + 1, (size_t)(text + len - nul - 1)) : NULL;
	struct view view = {text, nul ? (size_t)(nul - text) : len};
	struct conf *conf = conf_read("c.yaml", view, "/f", (const char *const *)&override,
				      override != NULL, &diags);

	assert(conf || diags.errors);
	show(&diags);
	if (!len)
		print_schema();
	if (conf) {
		read_back(conf, write_plain);
		read_back(conf, write_commented);
		read_back(conf, conf_write_json);
	}
	conf_free(conf);
	diags_fini(&diags);
	free(override);
	return 0;
}
