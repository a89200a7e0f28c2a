#include "base/file.h"
#include "rules/loader.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/*
 * The files of a load: a path is a file, or a folder that is read recursively, *.yaml and *.yml, in
 * name order. Names that begin with a dot are passed over. Links are followed; the depth bounds a
 * link that leads back up.
 */

static void cannot(struct loader *loader, const char *path, const char *why)
{
	diags_add(loader->reader.diags, DIAG_ERROR, "unreadable",
		  (struct place){.file = arena_strndup(loader->reader.arena, path, strlen(path))},
		  "%s", why);
	loader->unreadable = true;
}

static void add_file(struct loader *loader, const char *path)
{
	struct source_file file = {0};
	struct err err = {0};

	if (loader->files.len == PACK_FILES_MAX || loader->bytes >= YAML_TOTAL_MAX) {
		if (!loader->unreadable)
			cannot(loader, path, "there are too many files, or too large ones");
		loader->unreadable = true;
		return;
	}
	if (file_read(path, YAML_FILE_MAX, &file.text, &err) < 0) {
		cannot(loader, path, err.text);
		str_fini(&file.text);
		return;
	}
	loader->bytes += file.text.len;
	file.name = arena_strndup(loader->reader.arena, path, strlen(path));
	vec_push(&loader->files, file);
}

static bool is_pack_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_path(struct loader *loader, const char *path, unsigned depth);

static void add_folder(struct loader *loader, const char *path, unsigned depth)
{
	struct {
		VEC(char *);
	} names = {0};
	DIR *folder = opendir(path);
	const struct dirent *entry;

	if (!folder) {
		cannot(loader, path, strerror(errno));
		return;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			vec_push(&names, xstrdup(entry->d_name));
	closedir(folder);
	if (names.len)
		qsort(names.at, names.len, sizeof(*names.at), by_name);
	for (size_t i = 0; i < names.len; i++) {
		struct str full = {0};

		str_printf(&full, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
			   names.at[i]);
		add_path(loader, full.ptr, depth + 1);
		str_fini(&full);
		free(names.at[i]);
	}
	vec_fini(&names);
}

/* Depth 0 is what was asked for by name: a file whatever its name, and it must exist. */
static void add_path(struct loader *loader, const char *path, unsigned depth)
{
	struct stat status = {0};

	if (strcmp(path, "-") != 0 && stat(path, &status) < 0) {
		cannot(loader, path, strerror(errno));
		return;
	}
	if (strcmp(path, "-") == 0 || !S_ISDIR(status.st_mode)) {
		if (depth == 0 || is_pack_name(path))
			add_file(loader, path);
		return;
	}
	if (depth > PACK_FOLDERS_DEEP)
		cannot(loader, path, "folders nest too deep");
	else
		add_folder(loader, path, depth);
}

void loader_find_files(struct loader *loader, const struct packs_options *options)
{
	for (size_t i = 0; i < options->path_count; i++)
		add_path(loader, options->paths[i], 0);
}
