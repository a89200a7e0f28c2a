#include "conf/conf.h"
#include "conf/value.h"

/* Printing by the table: YAML, JSON, JSON Schema, and what differs between two configurations. */

/* Length of the section's name with its dot; 0 at the top. */
static size_t section_length(const char *path)
{
	const char *dot = strchr(path, '.');

	return dot ? (size_t)(dot - path) + 1 : 0;
}

/* Whether the key begins another section than the one before it in the table. */
static bool begins_section(size_t index)
{
	const char *path = conf_keys[index].path;

	return index == 0 || section_length(path) == 0 ||
	       strncmp(path, conf_keys[index - 1].path, section_length(path)) != 0;
}

/* --- YAML ---------------------------------------------------------------------------------------
 */

static void write_comment(const struct key *key, const char *indent, struct str *out)
{
	str_printf(out, "%s# %s\n", indent, key->help);
	if (key->type != KEY_FEEDS && key->standard)
		str_printf(out, "%s# Default: %s%s\n", indent,
			   *key->standard ? key->standard
			   : key->least	  ? "\"\""
					  : "none",
			   key->flags & KEY_RELOAD ? "" : "; a change needs a restart");
}

static void write_feeds(const struct conf *conf, bool comments, struct str *out)
{
	str_add_text(out, "feed:\n");
	for (size_t i = 0; i < conf->feed_count; i++) {
		for (size_t k = 0; k < feed_key_count; k++) {
			const struct key *key = &feed_keys[k];

			if (comments && i == 0)
				write_comment(key, "    ", out);
			str_printf(out, "%s%s: ", k ? "    " : "  - ", key->path);
			value_write_yaml(key, key_value(key, &conf->feeds[i]), out);
			str_add_char(out, '\n');
		}
	}
}

static void write_key(const struct conf *conf, const struct key *key, bool comments,
		      struct str *out)
{
	size_t section = section_length(key->path);
	const char *indent = section ? "  " : "";

	if (comments)
		write_comment(key, indent, out);
	if (key->type == KEY_FEEDS) {
		write_feeds(conf, comments, out);
		return;
	}
	str_printf(out, "%s%s: ", indent, key->path + section);
	value_write_yaml(key, key_value(key, conf), out);
	str_add_char(out, '\n');
}

void conf_write(const struct conf *conf, bool comments, struct str *out)
{
	for (size_t i = 0; i < conf_key_count; i++) {
		const char *path = conf_keys[i].path;

		if (begins_section(i)) {
			if (comments && i)
				str_add_char(out, '\n');
			if (section_length(path))
				str_printf(out, "%.*s:\n", (int)section_length(path) - 1, path);
		}
		write_key(conf, &conf_keys[i], comments, out);
	}
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void write_feeds_json(const struct conf *conf, struct jsonw *json)
{
	jsonw_array(json);
	for (size_t i = 0; i < conf->feed_count; i++) {
		jsonw_object(json);
		for (size_t k = 0; k < feed_key_count; k++) {
			jsonw_key(json, feed_keys[k].path);
			value_write_json(&feed_keys[k], key_value(&feed_keys[k], &conf->feeds[i]),
					 json);
		}
		jsonw_object_end(json);
	}
	jsonw_array_end(json);
}

/* Calls for every key with the objects of the sections opened around it. */
static void write_tree(const struct conf *conf, struct jsonw *json,
		       void (*write)(const struct conf *conf, const struct key *key,
				     struct jsonw *json),
		       void (*begin)(struct jsonw *json), void (*end)(struct jsonw *json))
{
	bool open = false;

	for (size_t i = 0; i < conf_key_count; i++) {
		const char *path = conf_keys[i].path;
		size_t section = section_length(path);

		if (open && begins_section(i)) {
			end(json);
			open = false;
		}
		if (section && !open) {
			jsonw_key_view(json, (struct view){path, section - 1});
			begin(json);
			open = true;
		}
		jsonw_key(json, path + section);
		write(conf, &conf_keys[i], json);
	}
	if (open)
		end(json);
}

static void write_json_key(const struct conf *conf, const struct key *key, struct jsonw *json)
{
	if (key->type == KEY_FEEDS)
		write_feeds_json(conf, json);
	else
		value_write_json(key, key_value(key, conf), json);
}

void conf_write_json(const struct conf *conf, struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	jsonw_object(&json);
	write_tree(conf, &json, write_json_key, jsonw_object, jsonw_object_end);
	jsonw_object_end(&json);
}

/* --- JSON Schema --------------------------------------------------------------------------------
 */

static void begin_closed_object(struct jsonw *json)
{
	jsonw_object(json);
	jsonw_key(json, "type");
	jsonw_string(json, "object");
	jsonw_key(json, "additionalProperties");
	jsonw_bool(json, false);
	jsonw_key(json, "properties");
	jsonw_object(json);
}

static void end_closed_object(struct jsonw *json)
{
	jsonw_object_end(json);
	jsonw_object_end(json);
}

static void write_description(const struct key *key, struct jsonw *json)
{
	jsonw_key(json, "description");
	jsonw_string(json, key->help);
}

static void write_feed_schema(struct jsonw *json)
{
	jsonw_object(json);
	jsonw_key(json, "type");
	jsonw_string(json, "object");
	jsonw_key(json, "additionalProperties");
	jsonw_bool(json, false);
	jsonw_key(json, "required");
	jsonw_array(json);
	for (size_t i = 0; i < feed_key_count; i++)
		if (feed_keys[i].flags & KEY_REQUIRED)
			jsonw_string(json, feed_keys[i].path);
	jsonw_array_end(json);
	jsonw_key(json, "properties");
	jsonw_object(json);
	for (size_t i = 0; i < feed_key_count; i++) {
		jsonw_key(json, feed_keys[i].path);
		jsonw_object(json);
		write_description(&feed_keys[i], json);
		value_write_schema(&feed_keys[i], json);
		jsonw_object_end(json);
	}
	jsonw_object_end(json);
	jsonw_object_end(json);
}

static void write_schema_key(const struct conf *conf, const struct key *key, struct jsonw *json)
{
	(void)conf;
	jsonw_object(json);
	write_description(key, json);
	if (key->type == KEY_FEEDS) {
		jsonw_key(json, "type");
		jsonw_string(json, "array");
		jsonw_key(json, "minItems");
		jsonw_int(json, 1);
		jsonw_key(json, "maxItems");
		jsonw_int(json, CONF_FEEDS_MAX);
		jsonw_key(json, "items");
		write_feed_schema(json);
	} else {
		value_write_schema(key, json);
	}
	jsonw_object_end(json);
}

void conf_write_schema(struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	jsonw_object(&json);
	jsonw_key(&json, "$schema");
	jsonw_string(&json, "https://json-schema.org/draft/2020-12/schema");
	jsonw_key(&json, "title");
	jsonw_string(&json, "newstagd.yaml");
	jsonw_key(&json, "type");
	jsonw_string(&json, "object");
	jsonw_key(&json, "additionalProperties");
	jsonw_bool(&json, false);
	jsonw_key(&json, "properties");
	jsonw_object(&json);
	write_tree(NULL, &json, write_schema_key, begin_closed_object, end_closed_object);
	jsonw_object_end(&json);
	jsonw_object_end(&json);
}

/* --- what differs -------------------------------------------------------------------------------
 */

static void add_name(struct str *out, const char *name)
{
	str_printf(out, "%s%s", out->len ? ", " : "", name);
}

static void compare_feeds(const struct conf *running, const struct conf *wanted, struct str *out)
{
	if (running->feed_count != wanted->feed_count) {
		add_name(out, "feed");
		return;
	}
	for (size_t i = 0; i < running->feed_count; i++) {
		for (size_t k = 0; k < feed_key_count; k++) {
			const struct key *key = &feed_keys[k];

			if (value_equal(key, key_value(key, &running->feeds[i]),
					key_value(key, &wanted->feeds[i])))
				continue;
			str_printf(out, "%sfeed.%zu.%s", out->len ? ", " : "", i, key->path);
		}
	}
}

void conf_restart_keys(const struct conf *running, const struct conf *wanted, struct str *out)
{
	for (size_t i = 0; i < conf_key_count; i++) {
		const struct key *key = &conf_keys[i];

		if (key->flags & KEY_RELOAD)
			continue;
		if (key->type == KEY_FEEDS)
			compare_feeds(running, wanted, out);
		else if (!value_equal(key, key_value(key, running), key_value(key, wanted)))
			add_name(out, key->path);
	}
}
