#include "nodes.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- nodes ---------------------------------------------------------------------------------------
 */

static struct node *new_node(struct disk *disk, bool folder)
{
	struct node *node = xcalloc(1, sizeof(*node));

	node->folder = folder;
	node->next = disk->all;
	disk->all = node;
	return node;
}

static struct entry *find(const struct entries *entries, const char *name)
{
	for (size_t i = 0; i < entries->len; i++)
		if (strcmp(entries->at[i].name, name) == 0)
			return &entries->at[i];
	return NULL;
}

void set_entry(struct entries *entries, const char *name, struct node *node)
{
	struct entry *entry = find(entries, name);

	if (entry)
		entry->node = node;
	else
		vec_push(entries, (struct entry){xstrdup(name), node});
}

static struct node *take_entry(struct entries *entries, const char *name)
{
	struct entry *entry = find(entries, name);
	struct node *node = entry ? entry->node : NULL;

	if (!entry)
		return NULL;
	free(entry->name);
	*entry = entries->at[--entries->len];
	return node;
}

void free_entries(struct entries *entries)
{
	for (size_t i = 0; i < entries->len; i++)
		free(entries->at[i].name);
	vec_fini(entries);
}

/* The folder that the path's last name is in, and that name; NULL when it is not there. */
static struct node *find_folder(struct disk *disk, const char *path, const char **ret_name)
{
	struct node *folder = disk->root;
	const char *slash;
	char part[256];

	while (folder && (slash = strchr(path, '/'))) {
		struct entry *entry;

		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		entry = find(&folder->entries, part);
		folder = entry ? entry->node : NULL;
		path = slash + 1;
	}
	*ret_name = path;
	return folder;
}

/* --- the state to begin with ---------------------------------------------------------------------
 */

static void read_file(struct node *node, const char *path)
{
	FILE *file = fopen(path, "rb");
	char bytes[65536];
	size_t got;

	if (!file)
		err(2, "%s", path);
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		str_add_view(&node->kept, (struct view){bytes, got});
	fclose(file);
}

static void read_folder(struct disk *disk, struct node *node, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char inner[4200];

	if (!dir)
		err(2, "%s", path);
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);
		bool shm = length > 4 && strcmp(entry->d_name + length - 4, "-shm") == 0;
		struct node *child;

		if (entry->d_name[0] == '.' || shm)
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		child = new_node(disk, entry->d_type == DT_DIR);
		if (child->folder)
			read_folder(disk, child, inner);
		else
			read_file(child, inner);
		set_entry(&node->kept_entries, entry->d_name, child);
		set_entry(&node->entries, entry->d_name, child);
	}
	closedir(dir);
}

struct disk *disk_new(const char *folder)
{
	struct disk *disk = xcalloc(1, sizeof(*disk));

	disk->root = new_node(disk, true);
	read_folder(disk, disk->root, folder);
	return disk;
}

void disk_free(struct disk *disk)
{
	while (disk->all) {
		struct node *node = disk->all;

		disk->all = node->next;
		for (size_t i = 0; i < node->changes.len; i++) {
			free(node->changes.at[i].name);
			free(node->changes.at[i].to);
		}
		vec_fini(&node->changes);
		free_entries(&node->entries);
		free_entries(&node->kept_entries);
		str_fini(&node->kept);
		free(node);
	}
	free(disk);
}

/* --- changes -------------------------------------------------------------------------------------
 */

void set_size(struct str *content, uint64_t size)
{
	while (content->len < size) {
		static const char zeros[4096];
		size_t more = size - content->len;

		str_add_view(content,
			     (struct view){zeros, more < sizeof(zeros) ? more : sizeof(zeros)});
	}
	content->len = size;
}

void set_bytes(struct str *content, uint64_t offset, const char *bytes, size_t length)
{
	if (content->len < offset + length)
		set_size(content, offset + length);
	memcpy(content->ptr + offset, bytes, length);
}

void change_entries(struct entries *entries, const struct change *change)
{
	struct node *node;

	switch (change->kind) {
	case CHANGE_LINK:
		set_entry(entries, change->name, change->node);
		break;
	case CHANGE_UNLINK:
		take_entry(entries, change->name);
		break;
	case CHANGE_RENAME:
		node = take_entry(entries, change->name);
		if (node)
			set_entry(entries, change->to, node);
		break;
	default:
		break;
	}
}

void change_content(struct str *content, const struct change *change)
{
	if (change->kind == CHANGE_WRITE)
		set_bytes(content, change->offset, change->bytes, change->length);
	else
		set_size(content, change->offset);
}

static void add_change(struct node *node, struct change change)
{
	vec_push(&node->changes, change);
	if (node->folder)
		change_entries(&node->entries, &change);
}

/* What was done before `upto` is on disk. */
static void settle(struct node *node, uint64_t upto)
{
	size_t count = upto > node->dropped ? upto - node->dropped : 0;

	for (size_t i = 0; i < count; i++) {
		struct change *change = &node->changes.at[i];

		if (node->folder)
			change_entries(&node->kept_entries, change);
		else
			change_content(&node->kept, change);
		free(change->name);
		free(change->to);
	}
	if (count)
		memmove(node->changes.at, node->changes.at + count,
			(node->changes.len - count) * sizeof(*node->changes.at));
	node->changes.len -= count;
	node->dropped += count;
}

/* --- records -------------------------------------------------------------------------------------
 */

static bool do_open(struct disk *disk, const struct record *record, const char *path)
{
	const char *name;
	struct node *folder = find_folder(disk, path, &name), *node;
	struct entry *entry = folder ? find(&folder->entries, name) : NULL;

	if (!folder)
		return false;
	node = entry ? entry->node : NULL;
	if (*name == '\0' || strcmp(name, "..") == 0) /* folders of the root have none */
		node = disk->root;
	if (!node && !record->offset)
		return false;
	if (!node) {
		node = new_node(disk, false);
		add_change(
			folder,
			(struct change){.kind = CHANGE_LINK, .name = xstrdup(name), .node = node});
	}
	if ((record->flags & O_TRUNC) && !node->folder)
		add_change(node, (struct change){.kind = CHANGE_SIZE});
	disk->open[record->fd] = node;
	return true;
}

static bool do_mkdir(struct disk *disk, const char *path)
{
	const char *name;
	struct node *folder = find_folder(disk, path, &name);

	if (folder)
		add_change(folder, (struct change){.kind = CHANGE_LINK,
						   .name = xstrdup(name),
						   .node = new_node(disk, true)});
	return folder != NULL;
}

static bool do_unlink(struct disk *disk, const char *path)
{
	const char *name;
	struct node *folder = find_folder(disk, path, &name);

	if (!folder || !find(&folder->entries, name))
		return false;
	add_change(folder, (struct change){.kind = CHANGE_UNLINK, .name = xstrdup(name)});
	return true;
}

static bool do_rename(struct disk *disk, const char *from, const char *to)
{
	const char *name, *other;
	struct node *folder = find_folder(disk, from, &name);

	if (!folder || folder != find_folder(disk, to, &other) || !find(&folder->entries, name))
		return false;
	add_change(folder, (struct change){.kind = CHANGE_RENAME,
					   .name = xstrdup(name),
					   .to = xstrdup(other)});
	return true;
}

static bool do_sync(struct disk *disk, const struct record *record)
{
	struct node *node = disk->open[record->fd];
	size_t at = 0;

	while (at < THREADS_MAX && disk->syncs[at].thread != record->thread &&
	       disk->syncs[at].thread != 0)
		at++;
	if (!node || at == THREADS_MAX)
		return false;
	if (record->kind == RECORD_SYNCED) {
		settle(node, disk->syncs[at].upto);
		return disk->syncs[at].node == node;
	}
	disk->syncs[at].thread = record->thread;
	disk->syncs[at].node = node;
	disk->syncs[at].upto = node->dropped + node->changes.len;
	return true;
}

static bool change_open(struct disk *disk, const struct record *record, struct change change)
{
	struct node *node = disk->open[record->fd];

	if (node)
		add_change(node, change);
	return node != NULL;
}

bool disk_apply(struct disk *disk, const struct record *record, const char *bytes)
{
	bool named = record->kind != RECORD_WRITE && record->kind != RECORD_SEND;
	size_t length = named ? record->length : 0;
	OWNED(free) char *path = xcalloc(1, length + 1);

	if (record->fd >= FDS_MAX)
		return false;
	if (length)
		memcpy(path, bytes, length);
	switch ((enum record_kind)record->kind) {
	case RECORD_OPEN:
		return do_open(disk, record, path);
	case RECORD_CLOSE:
		disk->open[record->fd] = NULL;
		return true;
	case RECORD_WRITE:
		return change_open(disk, record,
				   (struct change){.kind = CHANGE_WRITE,
						   .offset = record->offset,
						   .length = record->length,
						   .bytes = bytes});
	case RECORD_SIZE:
		return change_open(disk, record,
				   (struct change){.kind = CHANGE_SIZE, .offset = record->offset});
	case RECORD_SYNC:
	case RECORD_SYNCED:
		return do_sync(disk, record);
	case RECORD_RENAME:
		return do_rename(disk, path, path + strlen(path) + 1);
	case RECORD_UNLINK:
		return do_unlink(disk, path);
	case RECORD_MKDIR:
		return do_mkdir(disk, path);
	case RECORD_SEND:
		return true;
	case RECORD_UNKNOWN:
		warnx("a call that the model does not have: %s", path);
		return false;
	}
	return false;
}
