#include "conf/locate.h"

#include "base/own.h"
#include "conf/schema.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INSTALLED_CONF "/etc/newstagd/newstagd.yaml"

static const char *const source_marks[] = {"config/newstagd.yaml", "daemon/conf/schema.c",
					   "CMakePresets.json"};
static const char *const source_rules[] = {"rules", "entities"};

/* Cuts the last component off; false when there is none left. */
static bool parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return false;
	*slash = '\0';
	return true;
}

static bool joined(const char *folder, const char *name, char ret_path[PATH_MAX])
{
	int length = snprintf(ret_path, PATH_MAX, "%s/%s", folder, name);

	return length > 0 && length < PATH_MAX;
}

char *locate_source_config(void)
{
	char root[PATH_MAX], path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", root, sizeof(root) - 1);

	if (length <= 0)
		return NULL;
	root[length] = '\0';
	for (int up = 0; up < 4; up++) /* the program, bin, PRESET, build */
		if (!parent(root))
			return NULL;
	for (size_t i = 0; i < sizeof(source_marks) / sizeof(source_marks[0]); i++)
		if (!joined(root, source_marks[i], path) || access(path, R_OK) < 0)
			return NULL;
	return joined(root, "config", path) ? xstrdup(path) : NULL;
}

char *locate_conf(void)
{
	OWNED(free) char *folder = locate_source_config();
	char path[PATH_MAX];

	if (folder && joined(folder, "newstagd.yaml", path))
		return xstrdup(path);
	return access(INSTALLED_CONF, F_OK) == 0 ? xstrdup(INSTALLED_CONF) : NULL;
}

/* Whether the paths are those of the schema's default, which is written with commas between. */
static bool is_standard(const struct conf_texts *paths)
{
	struct str text = {0};
	bool standard = false;

	for (size_t i = 0; i < paths->len; i++)
		str_printf(&text, "%s%s", i ? "," : "", paths->at[i]);
	for (size_t i = 0; i < conf_key_count; i++)
		if (strcmp(conf_keys[i].path, "rules.paths") == 0)
			standard = view_is(str_view(&text), conf_keys[i].standard);
	str_fini(&text);
	return standard;
}

void locate_rules(struct conf *conf)
{
	OWNED(free) char *folder = locate_source_config();
	struct conf_texts found = {0};
	char path[PATH_MAX];

	if (!folder || !is_standard(&conf->rules.paths))
		return;
	found.at = arena_array(&conf->arena, sizeof(source_rules) / sizeof(source_rules[0]),
			       sizeof(*found.at));
	for (size_t i = 0; i < sizeof(source_rules) / sizeof(source_rules[0]); i++)
		if (joined(folder, source_rules[i], path) && access(path, R_OK) == 0)
			found.at[found.len++] = arena_strndup(&conf->arena, path, strlen(path));
	if (found.len)
		conf->rules.paths = found;
}
