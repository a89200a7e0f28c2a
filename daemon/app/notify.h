#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * systemd's notify protocol, as of sd_notify(3): one datagram to $NOTIFY_SOCKET (a path, or @name
 * for an abstract one). Without the variable nothing happens. From any thread.
 */
bool notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* RELOADING=1 with the time that systemd 253 and newer ask for. */
bool notify_reloading(void);

/* Nanoseconds between two signs of life that the service manager wants; 0: none. */
int64_t notify_watchdog(void);

#endif
