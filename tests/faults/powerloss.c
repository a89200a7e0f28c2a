#include "disk.h"
#include "promises.h"

#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Goes through a log that the recording library wrote, cuts the power at random places of it, and
 * asks of each state that the disk can be in then whether it keeps what was promised. Each state is
 * looked at in a process of its own, so that a crash is a finding, too.
 */
static const char usage[] =
	"usage: powerloss_check [options] LOG\n"
	"\n"
	"  --initial DIR      the state when recording began\n"
	"  --scratch DIR      where states are rebuilt; a tmpfs is fast\n"
	"  --points N         how many (100)\n"
	"  --seed N           of the random choices (1)\n"
	"  --first N          number of the first item that was sent (0)\n"
	"  --no-spool         durability events: no item is promised\n"
	"  --deaf             as on a disk that does not do what a sync asks: promises must break\n"
	"  --only N           this point alone, which is kept in the scratch folder\n"
	"  --keep N           keep the first N points of even spread, with a file of promises\n"
	"\n"
	"example: powerloss_check --initial /tmp/before --scratch /dev/shm/x --points 500 "
	"/tmp/log\n";

struct run {
	const char *initial, *scratch;
	unsigned long points, seed, only, keep;
	uint64_t first;
	bool spooled, deaf;
	const char *bytes; /* the log */
	size_t size;
	struct {
		VEC(size_t);
	} records; /* places */
	struct {
		VEC(size_t);
	} cuts; /* number of records before it, ascending */
	unsigned long failed;
};

/* --- the log -------------------------------------------------------------------------------------
 */

static void read_log(struct run *run, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	struct record record;

	if (fd < 0 || fstat(fd, &status) < 0 || status.st_size == 0)
		err(2, "%s", path);
	run->size = (size_t)status.st_size;
	run->bytes = mmap(NULL, run->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (run->bytes == MAP_FAILED)
		err(2, "%s", path);
	close(fd);
	for (size_t at = 0; at + sizeof(record) <= run->size;
	     at += sizeof(record) + record.length) {
		memcpy(&record, run->bytes + at, sizeof(record));
		if (at + sizeof(record) + record.length > run->size)
			break; /* the daemon was killed over it */
		vec_push(&run->records, at);
	}
}

static int compare_places(const void *a, const void *b)
{
	const size_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Half of them just behind something that was shown: there a promise is fresh. */
static void choose_cuts(struct run *run)
{
	uint64_t random = run->seed;
	struct {
		VEC(size_t);
	} sends = {0};
	struct record record;

	for (size_t i = 0; i < run->records.len; i++) {
		memcpy(&record, run->bytes + run->records.at[i], sizeof(record));
		if (record.kind == RECORD_SEND)
			vec_push(&sends, i + 1);
	}
	for (unsigned long i = 0; i < run->points; i++)
		vec_push(&run->cuts, i % 2 && sends.len ? sends.at[draw(&random) % sends.len]
							: draw(&random) % (run->records.len + 1));
	if (run->cuts.len)
		qsort(run->cuts.at, run->cuts.len, sizeof(*run->cuts.at), compare_places);
	vec_fini(&sends);
}

/* --- a point -------------------------------------------------------------------------------------
 */

static uint64_t random_of(const struct run *run, unsigned long point)
{
	return run->seed * 1000003 + point;
}

static void make_state(const struct run *run, const struct disk *disk, unsigned long point,
		       const char *name, char *ret_path, size_t size)
{
	uint64_t random = random_of(run, point);

	snprintf(ret_path, size, "%s/%s-%lu", run->scratch, name, point);
	if (mkdir(ret_path, 0700) < 0)
		err(2, "%s", ret_path);
	disk_rebuild(disk, &random, ret_path);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static void remove_state(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		err(2, "cannot remove %s", path);
}

/* The answer of a process of its own. */
static bool check_apart(const struct run *run, const struct promises *promises, const char *path,
			char *ret_why, size_t size)
{
	int pipes[2], status;
	ssize_t got;
	pid_t child;

	if (pipe(pipes) < 0 || (child = fork()) < 0)
		err(2, "fork");
	if (child == 0) {
		char why[1000] = "";
		bool good = promises_check(promises, path, run->spooled, why, sizeof(why));

		if (!good && write(pipes[1], why, strlen(why)) < 0)
			_exit(2);
		_exit(good ? 0 : 1);
	}
	close(pipes[1]);
	got = read(pipes[0], ret_why, size - 1);
	ret_why[got > 0 ? got : 0] = '\0';
	close(pipes[0]);
	if (waitpid(child, &status, 0) < 0)
		err(2, "waitpid");
	if (WIFSIGNALED(status))
		snprintf(ret_why, size, "recovery died of signal %d", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void keep_point(const struct run *run, const struct disk *disk,
		       const struct promises *promises, unsigned long point, const char *name)
{
	char path[4200], list[4300];
	FILE *file;

	make_state(run, disk, point, name, path, sizeof(path));
	snprintf(list, sizeof(list), "%s/promises", path);
	file = fopen(list, "w");
	if (!file)
		err(2, "%s", list);
	promises_write(promises, run->spooled, file);
	fclose(file);
}

static void do_point(struct run *run, const struct disk *disk, const struct promises *promises,
		     unsigned long point)
{
	unsigned long step = run->keep ? (run->points + run->keep - 1) / run->keep : 0;
	char path[4200], why[1000];

	if (run->only != ULONG_MAX && point != run->only)
		return;
	make_state(run, disk, point, "point", path, sizeof(path));
	if (!check_apart(run, promises, path, why, sizeof(why))) {
		run->failed++;
		printf("point %lu, behind record %zu of %zu (seed %lu): %s\n", point,
		       run->cuts.at[point], run->records.len, run->seed, why);
		keep_point(run, disk, promises, point, "failed");
	}
	remove_state(path);
	if (step && point % step == step - 1)
		keep_point(run, disk, promises, point, "kept");
	if (isatty(2) && point % 50 == 0)
		fprintf(stderr, "\r%lu of %lu points ", point, run->points);
}

static void go_through(struct run *run)
{
	struct disk *disk = disk_new(run->initial);
	struct promises promises;
	struct record record;
	unsigned long point = 0;
	char copy[4200];
	uint64_t random = 0;

	snprintf(copy, sizeof(copy), "%s/initial", run->scratch);
	disk_rebuild(disk, &random, copy);
	promises_begin(&promises, copy, run->first);
	remove_state(copy);
	for (size_t i = 0; i <= run->records.len; i++) {
		const char *bytes = run->bytes + (i < run->records.len ? run->records.at[i] : 0);

		for (; point < run->cuts.len && run->cuts.at[point] == i; point++)
			do_point(run, disk, &promises, point);
		if (i == run->records.len)
			break;
		memcpy(&record, bytes, sizeof(record));
		bytes += sizeof(record);
		if (run->deaf && record.kind == RECORD_SYNCED)
			continue;
		if (!disk_apply(disk, &record, bytes))
			errx(2, "record %zu (kind %u, %.*s) does not fit the state", i, record.kind,
			     (int)(record.length < 100 ? record.length : 100), bytes);
		promises_note(&promises, &record, bytes);
	}
	printf("powerloss: %lu points of %zu records, %zu events seen, %llu items received: %lu "
	       "broke a promise\n",
	       run->points, run->records.len, promises.events.len,
	       (unsigned long long)promises.received, run->failed);
	promises_fini(&promises);
	disk_free(disk);
}

static void read_options(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {{"initial", required_argument, NULL, 'i'},
						{"scratch", required_argument, NULL, 's'},
						{"points", required_argument, NULL, 'p'},
						{"seed", required_argument, NULL, 'r'},
						{"first", required_argument, NULL, 'f'},
						{"only", required_argument, NULL, 'o'},
						{"keep", required_argument, NULL, 'k'},
						{"no-spool", no_argument, NULL, 'n'},
						{"deaf", no_argument, NULL, 'd'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'i':
			run->initial = optarg;
			break;
		case 's':
			run->scratch = optarg;
			break;
		case 'n':
			run->spooled = false;
			break;
		case 'd':
			run->deaf = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		case '?':
			exit(64);
		default:
			*(option == 'p'	  ? &run->points
			  : option == 'r' ? &run->seed
			  : option == 'o' ? &run->only
			  : option == 'k' ? &run->keep
					  : &run->first) = strtoul(optarg, NULL, 10);
		}
	}
	if (optind + 1 != argc || !run->initial || !run->scratch)
		errx(64, "wrong usage; --help tells it");
}

int main(int argc, char **argv)
{
	struct run run = {.points = 100, .seed = 1, .only = ULONG_MAX, .spooled = true};

	read_options(&run, argc, argv);
	read_log(&run, argv[optind]);
	choose_cuts(&run);
	go_through(&run);
	vec_fini(&run.records);
	vec_fini(&run.cuts);
	return run.failed ? 1 : 0;
}
