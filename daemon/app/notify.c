#include "app/notify.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool send_to(const char *path, struct view text)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	ssize_t sent;
	int fd;

	if (length < 2 || length >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	sent = sendto(fd, text.ptr, text.len, MSG_NOSIGNAL, (const struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
	return sent >= 0;
}

bool notify_send(const char *format, ...)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct str text = {0};
	va_list arguments;
	bool sent;

	if (!path)
		return false;
	va_start(arguments, format);
	str_vprintf(&text, format, arguments);
	va_end(arguments);
	sent = send_to(path, str_view(&text));
	str_fini(&text);
	return sent;
}

bool notify_reloading(void)
{
	return notify_send("RELOADING=1\nMONOTONIC_USEC=%lld",
			   (long long)(clock_monotonic() / 1000));
}

int64_t notify_watchdog(void)
{
	const char *text = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!text || (pid && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;
	return strtoll(text, NULL, 10) * 1000;
}
