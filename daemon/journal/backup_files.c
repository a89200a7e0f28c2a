#include "journal/backup_files.h"

#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NOTE_MAX 1024
#define COPY_BYTES ((size_t)1 << 20)

/* --- folders -------------------------------------------------------------------------------------
 */

void names_fini(struct names *names)
{
	for (size_t i = 0; i < names->len; i++)
		free(names->at[i]);
	vec_fini(names);
}

static bool ends_in(const char *name, const char *end)
{
	size_t length = strlen(name), most = strlen(end);

	return length > most && strcmp(name + length - most, end) == 0;
}

int backup_other_files(const char *folder, struct names *ret_names, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return err_set(err, "cannot read the folder %s: %s", folder, strerror(errno));
	while ((entry = readdir(dir)))
		if (ends_in(entry->d_name, ".db") && strncmp(entry->d_name, "events-", 7) != 0)
			vec_push(ret_names, xstrdup(entry->d_name));
	closedir(dir);
	for (size_t i = 1; i < ret_names->len; i++)
		if (strcmp(ret_names->at[i], "spool.db") == 0) {
			char *first = ret_names->at[0];

			ret_names->at[0] = ret_names->at[i];
			ret_names->at[i] = first;
		}
	return 0;
}

static bool is_backup(const char *folder)
{
	char note[BACKUP_PATH_SIZE + 20];

	snprintf(note, sizeof(note), "%s/" BACKUP_NOTE, folder);
	return access(note, F_OK) == 0;
}

/* Names begin with the time, so the greatest is the newest. */
int backup_find(const char *folder, char ret_path[BACKUP_PATH_SIZE], struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[BACKUP_PATH_SIZE];

	if (!dir)
		return err_set(err, "cannot read the folder %s: %s", folder, strerror(errno));
	ret_path[0] = '\0';
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%.3900s/%.255s", folder, entry->d_name);
		if (is_backup(path) && strcmp(path, ret_path) > 0)
			memcpy(ret_path, path, sizeof(path));
	}
	closedir(dir);
	if (is_backup(folder))
		snprintf(ret_path, BACKUP_PATH_SIZE, "%s", folder);
	return 0;
}

void backup_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[BACKUP_PATH_SIZE + 300];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
}

int backup_lock(const char *folder, const char *whose, struct err *err)
{
	char path[BACKUP_PATH_SIZE + 20];
	struct stat status;
	int fd;

	snprintf(path, sizeof(path), "%s/lock", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_set(err, "cannot open %s: %s", path, strerror(errno));
	/* The daemon that comes later must be able to open it, too. */
	if (geteuid() == 0 && stat(folder, &status) == 0 &&
	    fchown(fd, status.st_uid, status.st_gid) == 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (geteuid() != 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return err_set(err, "the folder %s belongs to %s that runs", folder, whose);
}

void backup_stamp(char ret_stamp[20])
{
	time_t now = (time_t)(clock_now() / CLOCK_SECOND);
	struct tm parts;

	gmtime_r(&now, &parts);
	strftime(ret_stamp, 20, "%Y%m%dT%H%M%SZ", &parts);
}

/* --- the note ------------------------------------------------------------------------------------
 */

int backup_write_note(const struct backup *backup, const char *folder, struct err *err)
{
	char path[BACKUP_PATH_SIZE + 20], now[CLOCK_TEXT_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" BACKUP_NOTE, folder);
	file = fopen(path, "we");
	if (!file)
		return err_set(err, "cannot make %s: %s", path, strerror(errno));
	clock_write(clock_now(), now);
	fprintf(file, "stream %s\noldest %" PRIu64 "\nhead %" PRIu64 "\nmade %s\n",
		*backup->stream ? backup->stream : "-", backup->oldest, backup->head, now);
	if (fclose(file) == 0)
		return backup_sync(path, err);
	return err_set(err, "cannot write %s: %s", path, strerror(errno));
}

int backup_read_note(const char *folder, struct backup *ret_backup, struct err *err)
{
	char path[BACKUP_PATH_SIZE + 20];
	struct str text = {0};
	int read;

	snprintf(path, sizeof(path), "%s/" BACKUP_NOTE, folder);
	if (file_read(path, NOTE_MAX, &text, err) < 0)
		return -1;
	read = sscanf(str_view(&text).ptr, "stream %32s oldest %" SCNu64 " head %" SCNu64,
		      ret_backup->stream, &ret_backup->oldest, &ret_backup->head);
	str_fini(&text);
	return read == 3 ? 0 : err_set(err, "%s cannot be read", path);
}

/* --- files ---------------------------------------------------------------------------------------
 */

int backup_sync(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd) < 0;

	if (failed)
		err_set(err, "cannot sync %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return failed ? -1 : 0;
}

/* The whole file; -1 with errno. */
static int copy_bytes(int from, int to, uint64_t *ret_bytes)
{
	for (;;) {
		ssize_t count = copy_file_range(from, NULL, to, NULL, COPY_BYTES, 0);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return (int)count;
		*ret_bytes += (uint64_t)count;
	}
}

/* Where the kernel does not copy between the two, as between file systems of different kinds. */
static int copy_by_hand(int from, int to, uint64_t *ret_bytes)
{
	char *buffer = xmalloc(COPY_BYTES);
	ssize_t count = 0, written = 0;

	while (written >= 0 && (count = read(from, buffer, COPY_BYTES)) > 0)
		for (ssize_t at = 0; at < count && written >= 0; at += written) {
			written = write(to, buffer + at, (size_t)(count - at));
			*ret_bytes += written > 0 ? (uint64_t)written : 0;
		}
	free(buffer);
	return count < 0 || written < 0 ? -1 : 0;
}

int backup_copy(const char *from, const char *to, const struct backup_owner *owner,
		uint64_t *ret_bytes, struct err *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = in < 0 ? -1 : open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, owner->mode);
	uint64_t before = *ret_bytes;
	int copied = out < 0 ? -1 : copy_bytes(in, out, ret_bytes);

	if (out >= 0 && copied < 0 && *ret_bytes == before)
		copied = copy_by_hand(in, out, ret_bytes);
	if (copied == 0 && (fchmod(out, owner->mode) < 0 || fsync(out) < 0))
		copied = -1;
	if (copied == 0 && geteuid() == 0 && fchown(out, owner->user, owner->group) < 0)
		copied = -1;
	if (copied < 0)
		err_set(err, "cannot copy %s to %s: %s", from, to, strerror(errno));
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return copied;
}
