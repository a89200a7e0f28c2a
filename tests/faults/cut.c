#include "nodes.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- chance --------------------------------------------------------------------------------------
 */

uint64_t draw(uint64_t *random)
{
	uint64_t z = *random += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

bool chance(uint64_t *random, unsigned percent)
{
	return draw(random) % 100 < percent;
}

/* --- after the power cut -------------------------------------------------------------------------
 */

enum cut { CUT_NOTHING, CUT_ALL, CUT_BEGINNING, CUT_PARTS, CUTS };

/* Sectors of a write, each or not; the file may have grown all the same, over zeros or rubbish. */
static void tear(struct str *content, const struct change *change, uint64_t *random,
		 unsigned percent)
{
	uint64_t end = change->offset + change->length, at = change->offset;
	uint64_t before = content->len;

	if (before < end && chance(random, percent)) {
		set_size(content, end);
		if (chance(random, 50))
			memset(content->ptr + before, 0x5a, end - before);
	}
	while (at < end) {
		uint64_t next = (at / SECTOR + 1) * SECTOR;

		next = next < end ? next : end;
		if (chance(random, percent))
			set_bytes(content, at, change->bytes + (at - change->offset), next - at);
		at = next;
	}
}

static void cut_content(const struct node *node, enum cut cut, uint64_t *random, struct str *out)
{
	size_t len = node->changes.len, upto = cut == CUT_ALL ? len : 0;
	unsigned percent = 10 + (unsigned)(draw(random) % 85);

	str_add_view(out, str_view(&node->kept));
	if (cut == CUT_BEGINNING && len)
		upto = draw(random) % len;
	for (size_t i = 0; i < upto; i++)
		change_content(out, &node->changes.at[i]);
	if (cut == CUT_BEGINNING && len && node->changes.at[upto].kind == CHANGE_WRITE)
		tear(out, &node->changes.at[upto], random, percent);
	for (size_t i = 0; i < len && cut == CUT_PARTS; i++) {
		const struct change *change = &node->changes.at[i];

		if (change->kind == CHANGE_WRITE)
			tear(out, change, random, percent);
		else if (chance(random, percent))
			change_content(out, change);
	}
}

static void cut_entries(const struct node *node, enum cut cut, uint64_t *random,
			struct entries *out)
{
	size_t len = node->changes.len, upto = cut == CUT_ALL || cut == CUT_PARTS ? len : 0;

	for (size_t i = 0; i < node->kept_entries.len; i++)
		set_entry(out, node->kept_entries.at[i].name, node->kept_entries.at[i].node);
	if (cut == CUT_BEGINNING)
		upto = draw(random) % (len + 1);
	for (size_t i = 0; i < upto; i++)
		if (cut != CUT_PARTS || chance(random, 50))
			change_entries(out, &node->changes.at[i]);
}

static void write_out(const char *path, const struct str *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t done = 0;

	if (fd < 0)
		err(2, "%s", path);
	while (done < content->len) {
		ssize_t more = write(fd, content->ptr + done, content->len - done);

		if (more <= 0)
			err(2, "%s", path);
		done += (size_t)more;
	}
	close(fd);
}

static void rebuild(const struct node *node, int same, uint64_t *random, const char *path)
{
	enum cut cut = same >= 0 ? (enum cut)same : (enum cut)(draw(random) % CUTS);
	struct str content = {0};
	struct entries entries = {0};
	char inner[4200];

	if (!node->folder) {
		cut_content(node, cut, random, &content);
		write_out(path, &content);
		str_fini(&content);
		return;
	}
	if (mkdir(path, 0700) < 0 && access(path, F_OK) < 0)
		err(2, "%s", path);
	cut_entries(node, cut, random, &entries);
	for (size_t i = 0; i < entries.len; i++) {
		snprintf(inner, sizeof(inner), "%s/%s", path, entries.at[i].name);
		rebuild(entries.at[i].node, same, random, inner);
	}
	free_entries(&entries);
}

void disk_rebuild(const struct disk *disk, uint64_t *random, const char *folder)
{
	int same = chance(random, 30) ? (int)(draw(random) % CUTS) : -1;

	rebuild(disk->root, same, random, folder);
}
