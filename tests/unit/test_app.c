#include "app/logfile.h"
#include "app/notify.h"
#include "app/safe.h"

#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The small parts of the daemon: what reaches the service manager, the log and its file. */

/* --- safe text -----------------------------------------------------------------------------------
 */

static const struct {
	struct view text;
	size_t most;
	const char *safe;
} texts[] = {
	{{"plain \xc3\xa9 \xe2\x82\xac", 12}, 100, "plain \xc3\xa9 \xe2\x82\xac"},
	{{"a\nb\r\t\x1b[0m", 9}, 100, "a\\x0ab\\x0d\\x09\\x1b[0m"},
	{{"a\0b", 3}, 100, "a\\x00b"},
	{{"\x7f\xc2\x85", 3}, 100, "\\x7f\\xc2\\x85"},
	{{"\xff\xc3", 2}, 100, "\\xff\\xc3"},
	{{"\xe2\x80\xae", 3}, 100, "\\xe2\\x80\\xae"}, /* right-to-left override */
	{{"\xf0\x9f\x98\x80", 4}, 100, "\xf0\x9f\x98\x80"},
	{{"\xf0\x9f\x98\x80", 4}, 3, "\\xf0\\x9f\\x98"}, /* cut inside a character */
	{{"abcdef", 6}, 3, "abc"},
	{{"", 0}, 3, ""},
};

START_TEST(shows_safely)
{
	struct str out = {0};

	safe_add(texts[_i].text, texts[_i].most, &out);
	ck_assert_str_eq(out.ptr ? out.ptr : "", texts[_i].safe);
	str_fini(&out);
}
END_TEST

/* --- notify --------------------------------------------------------------------------------------
 */

static int listen_at(struct sockaddr_un *address, size_t length)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	address->sun_family = AF_UNIX;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
			 0);
	return fd;
}

static void check_received(int fd, const char *wanted)
{
	char text[256] = "";
	ssize_t length = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	ck_assert_int_ge(length, 0);
	ck_assert_str_eq(text, wanted);
}

START_TEST(notifies_a_path)
{
	struct sockaddr_un address = {0};
	char folder[] = "/tmp/notify-XXXXXX";
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
	fd = listen_at(&address, strlen(address.sun_path));
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	ck_assert(notify_send("READY=1\nSTATUS=%d rules", 3));
	check_received(fd, "READY=1\nSTATUS=3 rules");
	close(fd);
	unlink(address.sun_path);
	rmdir(folder);
	ck_assert(!notify_send("READY=1"));
}
END_TEST

START_TEST(notifies_an_abstract_name)
{
	struct sockaddr_un address = {0};
	char name[64];
	int length = snprintf(name, sizeof(name), "@newstagd-test-%d", (int)getpid()), fd;

	memcpy(address.sun_path + 1, name + 1, (size_t)length - 1);
	fd = listen_at(&address, (size_t)length);
	setenv("NOTIFY_SOCKET", name, 1);
	ck_assert(notify_send("STOPPING=1"));
	check_received(fd, "STOPPING=1");
	close(fd);
}
END_TEST

START_TEST(notifies_nobody)
{
	unsetenv("NOTIFY_SOCKET");
	ck_assert(!notify_send("READY=1"));
	setenv("NOTIFY_SOCKET", "", 1);
	ck_assert(!notify_send("READY=1"));
}
END_TEST

static const struct {
	const char *usec, *pid; /* pid "": this process */
	int64_t interval;
} watchdogs[] = {
	{NULL, NULL, 0},
	{"20000000", NULL, INT64_C(20000000000)},
	{"20000000", "", INT64_C(20000000000)},
	{"20000000", "1", 0},
	{"nonsense", NULL, 0},
};

START_TEST(reads_the_watchdog)
{
	char pid[32];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (watchdogs[_i].usec)
		setenv("WATCHDOG_USEC", watchdogs[_i].usec, 1);
	if (watchdogs[_i].pid)
		setenv("WATCHDOG_PID", *watchdogs[_i].pid ? watchdogs[_i].pid : pid, 1);
	ck_assert_int_eq(notify_watchdog(), watchdogs[_i].interval);
}
END_TEST

/* --- the file that the log goes to ---------------------------------------------------------------
 */

static void check_size(const char *path, long wanted)
{
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);
	fseek(file, 0, SEEK_END);
	ck_assert_int_eq(ftell(file), wanted);
	fclose(file);
}

START_TEST(reopens_a_file_that_was_moved)
{
	char folder[] = "/tmp/logfile-XXXXXX", path[64], moved[64];
	struct err err;
	char *found;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log", folder);
	snprintf(moved, sizeof(moved), "%s/log.1", folder);
	ck_assert_ptr_nonnull(freopen(path, "a", stderr));
	found = logfile_path();
	ck_assert_str_eq(found, path);
	ck_assert_int_eq(write(STDERR_FILENO, "old", 3), 3);
	ck_assert_int_eq(rename(path, moved), 0);
	ck_assert_int_eq(logfile_reopen(found, &err), 0);
	ck_assert_int_eq(write(STDERR_FILENO, "newer", 5), 5);
	check_size(moved, 3);
	check_size(path, 5);
	unlink(path);
	unlink(moved);
	rmdir(folder);
	ck_assert_int_eq(logfile_reopen(found, &err), -1);
	free(found);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("app");
	TCase *tcase = tcase_create("app");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, shows_safely, 0, COUNT(texts));
	tcase_add_test(tcase, notifies_a_path);
	tcase_add_test(tcase, notifies_an_abstract_name);
	tcase_add_test(tcase, notifies_nobody);
	tcase_add_loop_test(tcase, reads_the_watchdog, 0, COUNT(watchdogs));
	tcase_add_test(tcase, reopens_a_file_that_was_moved);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
