#include "conf/conf.h"

#include "base/file.h"
#include "base/own.h"
#include "base/utf8.h"
#include "conf/value.h"

#include <assert.h>
#include <stdlib.h>

/*
 * Reading a configuration: defaults for every key of the table, then the file, then the overrides,
 * then what several keys must agree on. A value that is refused leaves the default in its place, so
 * that reading goes on and every mistake is told.
 */
struct loader {
	struct conf *conf;
	struct type_context context;
	struct arena scratch; /* trees */
	struct diags *diags;
	struct place feed_places[CONF_FEEDS_MAX];
	struct place output_place;
};

/* --- keys ---------------------------------------------------------------------------------------
 */

static const struct key *find_key(const struct key *keys, size_t count, struct view path)
{
	for (size_t i = 0; i < count; i++)
		if (view_is(path, keys[i].path))
			return &keys[i];
	return NULL;
}

/* The key of a section (NULL: of the top), or the first key of a section that has the name. */
static const struct key *find_in(const char *section, struct view name)
{
	struct str path = {0};
	const struct key *key;

	if (section)
		str_printf(&path, "%s.", section);
	str_add_view(&path, name);
	key = find_key(conf_keys, conf_key_count, str_view(&path));
	str_fini(&path);
	return key;
}

static const char *find_section(struct view name)
{
	for (size_t i = 0; i < conf_key_count; i++) {
		const char *path = conf_keys[i].path, *dot = strchr(path, '.');

		if (dot && view_equal(name, (struct view){path, (size_t)(dot - path)}))
			return path;
	}
	return NULL;
}

/* The names that stand below a section, or at the top; a section's name stands once for its keys.
 */
static size_t names_in(struct arena *arena, struct view section, const char **ret_names)
{
	size_t count = 0;

	for (size_t i = 0; i < conf_key_count; i++) {
		const char *path = conf_keys[i].path, *dot = strchr(path, '.');
		size_t length = dot ? (size_t)(dot - path) : strlen(path);

		if (!section.ptr)
			ret_names[count++] = arena_strndup(arena, path, length);
		else if (dot && view_equal(section, (struct view){path, length}))
			ret_names[count++] = dot + 1;
	}
	return count;
}

static size_t feed_names(const char **ret_names)
{
	for (size_t i = 0; i < feed_key_count; i++)
		ret_names[i] = feed_keys[i].path;
	return feed_key_count;
}

/* A key of that last name elsewhere in the file. */
static const char *elsewhere(struct view name)
{
	for (size_t i = 0; i < conf_key_count; i++) {
		const char *dot = strrchr(conf_keys[i].path, '.');

		if (view_is(name, dot ? dot + 1 : conf_keys[i].path))
			return conf_keys[i].path;
	}
	return NULL;
}

static void unknown_key(struct loader *loader, struct view name, struct place place,
			const char *const *names, size_t count)
{
	const char *near = str_suggest(name, names, count);
	struct diag *diag = diags_add(loader->diags, DIAG_ERROR, "unknown-key", place,
				      "there is no key \"%.*s\" here", VIEW_ARGS(name));

	if (place.line && find_key(conf_keys, conf_key_count, name))
		diag_hint(diag, "dots are for --set; in a file it stands in a mapping");
	else if (near)
		diag_hint(diag, "did you mean \"%s\"?", near);
	else if (elsewhere(name))
		diag_hint(diag, "there is %s", elsewhere(name));
}

/* --- values -------------------------------------------------------------------------------------
 */

/* The default into a place, which is good or the table is wrong. */
static void set_standard(struct loader *loader, const struct key *key, void *ret_place)
{
	struct view text = view_of(key->standard);
	const struct node *node;
	struct diags none = {0};
	bool good;

	if (!key->standard || key->type == KEY_FEEDS)
		return;
	node = value_node(key, text, (struct place){0}, &loader->scratch);
	good = value_read(&(struct type_context){.arena = &loader->conf->arena}, key, key->path,
			  node, &none, ret_place);
	assert(good && !none.len);
	(void)good;
}

static void set_standards(struct loader *loader, const struct key *keys, size_t count,
			  void *ret_base)
{
	for (size_t i = 0; i < count; i++)
		set_standard(loader, &keys[i], key_place(&keys[i], ret_base));
}

static void set_value(struct loader *loader, const struct key *key, const struct node *node)
{
	void *place = key_place(key, loader->conf);

	if (strcmp(key->path, "output.endpoint") == 0 || strcmp(key->path, "output.mode") == 0)
		loader->output_place = node->place;
	value_read(&loader->context, key, key->path, node, loader->diags, place);
}

/* --- feeds --------------------------------------------------------------------------------------
 */

static struct conf_feed *add_feed(struct loader *loader, struct place place)
{
	struct conf *conf = loader->conf;
	struct conf_feed *feed = &conf->feeds[conf->feed_count];

	if (conf->feed_count == CONF_FEEDS_MAX) {
		diags_add(loader->diags, DIAG_ERROR, "out-of-range", place,
			  "there are more than %d feeds", CONF_FEEDS_MAX);
		return NULL;
	}
	memset(feed, 0, sizeof(*feed));
	set_standards(loader, feed_keys, feed_key_count, feed);
	loader->feed_places[conf->feed_count++] = place;
	return feed;
}

static void set_feed_value(struct loader *loader, struct conf_feed *feed, struct view name,
			   const struct node *node)
{
	const struct key *key = find_key(feed_keys, feed_key_count, name);
	const char *full;

	assert(key);
	full = arena_printf(&loader->scratch, "feed.%zu.%s", (size_t)(feed - loader->conf->feeds),
			    key->path);
	if (!value_read(&loader->context, key, full, node, loader->diags, key_place(key, feed)) &&
	    key->flags & KEY_REQUIRED)
		feed->endpoint = ""; /* it was there, and its mistake has been told */
}

static void read_feed(struct loader *loader, const struct node *node)
{
	struct conf_feed *feed = add_feed(loader, node->place);
	const char *names[KEYS_MAX];

	if (!feed)
		return;
	if (node->kind != NODE_MAP) {
		diags_add(
			loader->diags, DIAG_ERROR, "wrong-type", node->place,
			"a feed is a mapping such as {endpoint: \"tcp://127.0.0.1:5556\"}, not %s",
			node_kind_name(node));
		loader->conf->feed_count--;
		return;
	}
	for (node = node->first; node; node = node->next) {
		struct view name = node->key->text;

		if (find_key(feed_keys, feed_key_count, name))
			set_feed_value(loader, feed, name, node);
		else
			unknown_key(loader, name, node->key->place, names, feed_names(names));
	}
}

static void read_feeds(struct loader *loader, const struct node *list)
{
	if (list->kind != NODE_LIST) {
		diags_add(loader->diags, DIAG_ERROR, "wrong-type", list->place,
			  "feed wants a list of feeds, not %s", node_kind_name(list));
		return;
	}
	if (!list->first)
		diags_add(loader->diags, DIAG_ERROR, "out-of-range", list->place,
			  "feed is empty, so nothing would come; without the key there is the "
			  "standard one");
	for (const struct node *node = list->first; node; node = node->next)
		read_feed(loader, node);
}

static void add_standard_feeds(struct loader *loader)
{
	const struct key *key = find_in(NULL, VIEW("feed"));
	struct diags none = {0};

	read_feeds(loader, yaml_read("", view_of(key->standard), &loader->scratch, &none));
	assert(!none.len && loader->conf->feed_count);
}

/* --- the file -----------------------------------------------------------------------------------
 */

static void read_section(struct loader *loader, struct view section, const struct node *map)
{
	const char *names[KEYS_MAX];
	char *path = arena_strndup(&loader->scratch, section.ptr, section.len);

	if (map->kind != NODE_MAP) {
		diags_add(loader->diags, DIAG_ERROR, "wrong-type", map->place,
			  "%s wants a mapping of keys, not %s", path, node_kind_name(map));
		return;
	}
	for (const struct node *node = map->first; node; node = node->next) {
		const struct key *key = find_in(path, node->key->text);

		if (key)
			set_value(loader, key, node);
		else
			unknown_key(loader, node->key->text, node->key->place, names,
				    names_in(&loader->scratch, section, names));
	}
}

static void read_root(struct loader *loader, const struct node *root)
{
	const char *names[KEYS_MAX];

	if (root->kind != NODE_MAP) {
		diags_add(loader->diags, DIAG_ERROR, "wrong-type", root->place,
			  "a configuration is a mapping of keys, not %s", node_kind_name(root));
		return;
	}
	for (const struct node *node = root->first; node; node = node->next) {
		struct view name = node->key->text;
		const struct key *key = find_in(NULL, name);

		if (key && key->type == KEY_FEEDS)
			read_feeds(loader, node);
		else if (key && !memchr(name.ptr, '.', name.len))
			set_value(loader, key, node);
		else if (find_section(name))
			read_section(loader, name, node);
		else
			unknown_key(loader, name, node->key->place, names,
				    names_in(&loader->scratch, VIEW_NONE, names));
	}
}

/* --- overrides ----------------------------------------------------------------------------------
 */

/* `feed.1.name`: the feed, made when it is the next one, and the name; NULL when there is none. */
static struct conf_feed *feed_of(struct loader *loader, struct view path, struct place place,
				 struct view *ret_name)
{
	struct view rest = view_slice(path, 5, path.len);
	const char *dot = memchr(rest.ptr, '.', rest.len);
	size_t digits = dot ? (size_t)(dot - rest.ptr) : 0, index = 0;

	*ret_name = dot ? view_slice(rest, digits + 1, rest.len) : VIEW_NONE;
	for (size_t i = 0; i < digits; i++)
		index = index <= CONF_FEEDS_MAX && rest.ptr[i] >= '0' && rest.ptr[i] <= '9'
				? index * 10 + (size_t)(rest.ptr[i] - '0')
				: SIZE_MAX - 1;
	if (digits && index < loader->conf->feed_count)
		return &loader->conf->feeds[index];
	if (digits && index == loader->conf->feed_count)
		return add_feed(loader, place);
	diags_add(loader->diags, DIAG_ERROR, "unknown-key", place,
		  "there is no feed %.*s; feeds count from 0, the next one is %zu",
		  VIEW_ARGS(view_slice(rest, 0, digits)), loader->conf->feed_count);
	return NULL;
}

static void set_feed(struct loader *loader, struct view path, struct view text, struct place place)
{
	struct view name;
	const char *names[KEYS_MAX];
	struct conf_feed *feed = feed_of(loader, path, place, &name);
	const struct key *key = find_key(feed_keys, feed_key_count, name);

	if (feed && key)
		set_feed_value(loader, feed, name, value_node(key, text, place, &loader->scratch));
	else if (feed)
		unknown_key(loader, name, place, names, feed_names(names));
}

static void set_override(struct loader *loader, const char *override)
{
	const char *equals = strchr(override, '='), *paths[KEYS_MAX];
	struct place place = {.file = override};
	struct view path = {override, equals ? (size_t)(equals - override) : strlen(override)};
	const struct key *key = find_key(conf_keys, conf_key_count, path);
	struct view text = view_of(equals ? equals + 1 : NULL);

	for (size_t i = 0; i < conf_key_count; i++)
		paths[i] = conf_keys[i].path;
	if (!equals)
		diags_add(loader->diags, DIAG_ERROR, "bad-override", place,
			  "an override is KEY=VALUE, as in workers=4");
	else if (utf8_valid(text) < text.len)
		diags_add(loader->diags, DIAG_ERROR, "bad-character", place,
			  "the value is not valid UTF-8");
	else if (view_starts(path, VIEW("feed.")))
		set_feed(loader, path, text, place);
	else if (key && key->type == KEY_FEEDS)
		diags_add(loader->diags, DIAG_ERROR, "bad-override", place,
			  "an override sets one key of one feed, as in feed.0.endpoint=…");
	else if (!key)
		unknown_key(loader, path, place, paths, conf_key_count);
	else
		set_value(loader, key, value_node(key, text, place, &loader->scratch));
}

/* --- what several keys must agree on ------------------------------------------------------------
 */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Any address and any port are places to wait at, not to go to. */
static void check_address(struct loader *loader, const char *endpoint, enum endpoint_mode mode,
			  struct place place)
{
	if (mode == MODE_CONNECT && (strncmp(endpoint, "tcp://*", 7) == 0 ||
				     ends_with(endpoint, ":*") || ends_with(endpoint, ":0")))
		diags_add(loader->diags, DIAG_ERROR, "bad-value", place,
			  "%s is no endpoint to connect to; it can only be bound", endpoint);
}

static void check_feed(struct loader *loader, size_t index)
{
	struct conf_feed *feed = &loader->conf->feeds[index];
	struct place place = loader->feed_places[index];

	if (!feed->endpoint)
		diags_add(loader->diags, DIAG_ERROR, "missing-key", place,
			  "feed %zu lacks an endpoint", index);
	else
		check_address(loader, feed->endpoint, feed->mode, place);
	if (!feed->name)
		feed->name = arena_printf(&loader->conf->arena, "feed%zu", index);
	for (size_t i = 0; i < index; i++)
		if (strcmp(loader->conf->feeds[i].name, feed->name) == 0)
			diags_add(loader->diags, DIAG_ERROR, "duplicate-name", place,
				  "feeds %zu and %zu are both named %s", i, index, feed->name);
}

/* --- all of it ----------------------------------------------------------------------------------
 */

static void load(struct loader *loader, const struct node *root, const char *const *overrides,
		 size_t override_count)
{
	struct conf *conf = loader->conf;

	conf->feeds = arena_array(&conf->arena, CONF_FEEDS_MAX, sizeof(*conf->feeds));
	set_standards(loader, conf_keys, conf_key_count, conf);
	loader->context.arena = &conf->arena;
	if (root)
		read_root(loader, root);
	if (conf->feed_count == 0)
		add_standard_feeds(loader);
	loader->context.folder = NULL;
	for (size_t i = 0; i < override_count; i++)
		set_override(loader, overrides[i]);
	for (size_t i = 0; i < conf->feed_count; i++)
		check_feed(loader, i);
	check_address(loader, conf->output.endpoint, conf->output.mode, loader->output_place);
}

struct conf *conf_read(const char *file, struct view text, const char *folder,
		       const char *const *overrides, size_t override_count, struct diags *diags)
{
	struct loader loader = {.diags = diags, .context.folder = folder};
	size_t errors = diags->errors;

	loader.conf = xcalloc(1, sizeof(*loader.conf));
	load(&loader, yaml_read(file, text, &loader.scratch, diags), overrides, override_count);
	diags_source(diags, file, text);
	arena_fini(&loader.scratch);
	if (diags->errors == errors)
		return loader.conf;
	conf_free(loader.conf);
	return NULL;
}

/*
 * The folder that a file lies in, absolute: what is printed reads back equal from anywhere, and
 * means the same whatever the working directory.
 */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path))
			     : xstrdup(".");
	char *absolute = realpath(folder, NULL);

	if (!absolute)
		return folder;
	free(folder);
	return absolute;
}

struct conf *conf_load(const char *path, const char *const *overrides, size_t override_count,
		       struct diags *diags)
{
	struct str text = {0};
	struct err err;
	struct conf *conf = NULL;
	char *folder;

	if (!path)
		return conf_read("", VIEW_NONE, NULL, overrides, override_count, diags);
	if (file_read(path, YAML_FILE_MAX, &text, &err) < 0) {
		diags_add(diags, DIAG_ERROR, "cannot-read", (struct place){0}, "%s", err.text);
	} else {
		folder = folder_of(path);
		conf = conf_read(path, str_view(&text), folder, overrides, override_count, diags);
		free(folder);
	}
	str_fini(&text);
	return conf;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	arena_fini(&conf->arena);
	free(conf);
}
