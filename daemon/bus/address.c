#include "base/own.h"
#include "bus/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * Endpoints as the kernel's addresses: what we bind ourselves, and what we ask whether it is
 * served.
 *
 * Two processes that find the same stale ipc path at the same moment could each remove the other's
 * new socket. So probing, removing and binding happen under a lock on the folder, which leaves no
 * file behind.
 */
#define LISTEN_BACKLOG 128
#define HOST_MAX 256
#define PORT_MAX 8

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_storage storage;
		struct sockaddr_un local;
	};
	socklen_t len;
};

/* Parts "HOST:PORT" with the host in brackets or not; false when it is not of that shape. */
static bool split_host(const char *text, char host[HOST_MAX], char port[PORT_MAX])
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;

	if (!len || len >= HOST_MAX || strlen(colon + 1) >= PORT_MAX || !colon[1])
		return false;
	if (text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	memcpy(host, text, len);
	host[len] = '\0';
	snprintf(port, PORT_MAX, "%s", strcmp(colon + 1, "*") == 0 ? "0" : colon + 1);
	return len > 0 && strspn(port, "0123456789") == strlen(port) && atol(port) <= 65535;
}

/*
 * Names that need no lookup, as numbers. RFC 6761 (6.3) has localhost answered without asking
 * anybody, and a machine without /etc/hosts would not know it.
 */
static const char *numeric_host(const char *host)
{
	if (strcmp(host, "*") == 0)
		return "0.0.0.0";
	return strcasecmp(host, "localhost") == 0 ? "127.0.0.1" : host;
}

static int find_tcp(const char *endpoint, const char *text, struct address *ret, struct err *err)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char host[HOST_MAX], port[PORT_MAX];
	int error;

	if (!split_host(text, host, port))
		return err_set(err, "%s: not of the form tcp://HOST:PORT", endpoint);
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	error = getaddrinfo(numeric_host(host), port, &hints, &found);
	if (error == EAI_NONAME) {
		hints.ai_flags = AI_NUMERICSERV;
		error = getaddrinfo(host, port, &hints, &found);
	}
	if (error)
		return err_set(err, "%s: %s", endpoint, gai_strerror(error));
	memcpy(&ret->storage, found->ai_addr, found->ai_addrlen);
	ret->len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static int find_ipc(const char *endpoint, const char *path, struct address *ret, struct err *err)
{
	size_t len = strlen(path);

	if (!len || strcmp(path, "*") == 0)
		return err_set(err, "%s: a path is missing", endpoint);
	if (len >= sizeof(ret->local.sun_path))
		return err_set(
			err,
			"%s: the path is longer than %zu bytes, the most that a socket may have",
			endpoint, sizeof(ret->local.sun_path) - 1);
	ret->local = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret->local.sun_path, path, len);
	ret->len = offsetof(struct sockaddr_un, sun_path) + len + 1;
	if (path[0] == '@') {
		ret->local.sun_path[0] = '\0';
		ret->len--;
	}
	return 0;
}

static int find(const char *endpoint, struct address *ret, struct err *err)
{
	*ret = (struct address){0};
	if (strncmp(endpoint, "tcp://", 6) == 0)
		return find_tcp(endpoint, endpoint + 6, ret, err);
	if (strncmp(endpoint, "ipc://", 6) == 0)
		return find_ipc(endpoint, endpoint + 6, ret, err);
	return err_set(err, "%s: neither tcp:// nor ipc://", endpoint);
}

/* 0 when the connection stands, else the errno. */
static int connect_within(int fd, const struct address *address, int timeout_ms)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int error = 0;

	if (connect(fd, &address->any, address->len) == 0)
		return 0;
	if (errno == EAGAIN) /* a Unix socket whose backlog is full: served, and busy */
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (poll(&ready, 1, timeout_ms) <= 0)
		return ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

static int probe(const struct address *address, int timeout_ms)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return errno;
	error = connect_within(fd, address, timeout_ms);
	close(fd);
	return error;
}

int bus_probe(const char *endpoint, int timeout_ms, struct err *err)
{
	struct address address;
	int error;

	if (find(endpoint, &address, err) < 0)
		return -1;
	error = probe(&address, timeout_ms);
	if (!error)
		return 1;
	err_set(err, "%s: %s", endpoint, strerror(error));
	errno = error;
	return 0;
}

void bus_reachable(const char *endpoint, struct str *out)
{
	static const char *const everywhere[] = {"tcp://*:", "tcp://0.0.0.0:", "tcp://[::]:"};

	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++) {
		size_t len = strlen(everywhere[i]);

		if (strncmp(endpoint, everywhere[i], len) != 0)
			continue;
		str_printf(out, "tcp://%s:%s", i == 2 ? "[::1]" : "127.0.0.1", endpoint + len);
		return;
	}
	str_add_text(out, endpoint);
}

static int bind_listen(const struct address *address)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, off = 0, error;

	if (fd < 0)
		return -1;
	if (address->any.sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, &address->any, address->len) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* The folder of a path, open and locked; the lock goes with the descriptor. -1 with errno. */
static int lock_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	OWNED(free)
	char *folder = slash == path ? xstrdup("/")
		       : slash	     ? xstrndup(path, (size_t)(slash - path))
				     : xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Binds a path, in the place of a socket that nobody serves any more. */
static int bind_path(const struct address *address, const char *path)
{
	struct stat stat;
	int fd = bind_listen(address);

	if (fd >= 0 || errno != EADDRINUSE)
		return fd;
	if (lstat(path, &stat) == 0 && S_ISSOCK(stat.st_mode) &&
	    probe(address, 0) == ECONNREFUSED && unlink(path) == 0)
		return bind_listen(address);
	errno = EADDRINUSE;
	return -1;
}

static int listen_path(const struct address *address, const char *path, uint64_t *ret_inode)
{
	struct stat stat = {0};
	int fd, error, lock = lock_folder(path);

	if (lock < 0)
		return -1;
	fd = bind_path(address, path);
	error = errno;
	if (fd >= 0 && lstat(path, &stat) == 0)
		*ret_inode = stat.st_ino;
	close(lock);
	errno = error;
	return fd;
}

int address_listen(const char *endpoint, char **ret_path, uint64_t *ret_inode, struct err *err)
{
	struct address address;
	bool is_path = strncmp(endpoint, "ipc://", 6) == 0 && endpoint[6] != '@';
	int fd;

	if (find(endpoint, &address, err) < 0)
		return -1;
	fd = is_path ? listen_path(&address, endpoint + 6, ret_inode) : bind_listen(&address);
	if (fd < 0 && errno == EADDRINUSE)
		return err_set(err, "%s: in use by another process%s", endpoint,
			       is_path ? ", or a file that is no socket" : "");
	if (fd < 0)
		return err_set(err, "%s: %s", endpoint, strerror(errno));
	if (is_path)
		*ret_path = xstrdup(endpoint + 6);
	return fd;
}
