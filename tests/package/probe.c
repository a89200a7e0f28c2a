#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * Stands in the daemon's place inside the unit's sandbox and tries what it must not be able to do,
 * and what it must: a line each, "NAME done" or "NAME refused". `root` compares them.
 */
static int writes(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int write_state(void)
{
	return writes("/var/lib/newstagd/probe");
}

static int write_run(void)
{
	return writes("/run/newstagd/probe");
}

static int write_etc(void)
{
	return writes("/etc/newstagd/probe");
}

static int write_usr(void)
{
	return writes("/usr/share/newstagd/probe");
}

static int read_shadow(void)
{
	return open("/etc/shadow", O_RDONLY | O_CLOEXEC);
}

static int bind_port(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof(address));

	if (fd >= 0)
		close(fd);
	return result;
}

static int bind_own_port(void)
{
	return bind_port(5557);
}

static int bind_other_port(void)
{
	return bind_port(9999);
}

static int packet_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static int writable_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? -1 : 0;
}

static int trace_parent(void)
{
	return (int)ptrace(PTRACE_SEIZE, getppid() > 1 ? getppid() : 1, NULL, NULL);
}

static int become_root(void)
{
	return setuid(0);
}

static int new_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int set_sticky(void)
{
	write_state();
	return chmod("/var/lib/newstagd/probe", 04755);
}

static int run_shell(void)
{
	return execl("/bin/sh", "sh", "-c", "echo run_shell done >&2", (char *)NULL);
}

static const struct {
	const char *name;
	int (*act)(void);
} attempts[] = {
	{"write_state", write_state},
	{"write_run", write_run},
	{"bind_own_port", bind_own_port},
	{"write_etc", write_etc},
	{"write_usr", write_usr},
	{"read_shadow", read_shadow},
	{"bind_other_port", bind_other_port},
	{"netlink", packet_socket},
	{"writable_code", writable_code},
	{"trace", trace_parent},
	{"become_root", become_root},
	{"namespace", new_namespace},
	{"set_sticky", set_sticky},
	{"run_shell", run_shell}, /* the last: it does not come back */
};

int main(void)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		fprintf(stderr, "%s %s\n", attempts[i].name,
			attempts[i].act() < 0 ? "refused" : "done");
	return 0;
}
