#ifndef CONF_KEY_FILE_H
#define CONF_KEY_FILE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * CURVE keys on disk: the certificates of CZMQ and pyzmq (ZPL: a line `curve`, then `public-key =
 * "…"` and, in a secret file, `secret-key = "…"`), so that zmq.auth.load_certificate reads ours
 * and we read theirs. Keys are Z85 (ZeroMQ RFC 32), 40 characters.
 */
#define CURVE_KEY_LENGTH 40
#define KEY_FILE_MAX ((size_t)16 << 10) /* bytes */

#define KEY_FILE_PUBLIC ".key"
#define KEY_FILE_SECRET ".key_secret"
#define KEY_FILE_SERVER "server" KEY_FILE_SECRET /* the daemon's own, in security.keys */

struct curve_keys {
	char public_key[CURVE_KEY_LENGTH + 1];
	char secret_key[CURVE_KEY_LENGTH + 1]; /* "" in a public file */
};

/* Whether it is 40 characters of Z85. */
bool curve_key_valid(struct view text);

/*
 * Reads a file. `secret`: the secret key must be there, and nobody but the owner (or systemd, which
 * gives credentials to the service alone) may read the file. Wipe the keys with curve_keys_wipe.
 */
int key_file_read(const char *path, bool secret, struct curve_keys *ret_keys, struct err *err);
/* The same from a text; `name` for the sentence. */
int key_file_parse(const char *name, struct view text, bool secret, struct curve_keys *ret_keys,
		   struct err *err);
/* Adds the text of a file; `secret`: with the secret key. */
void key_file_write(const struct curve_keys *keys, bool secret, struct str *out);
/* Overwrites them so that no compiler leaves it out. */
void curve_keys_wipe(struct curve_keys *keys);

#endif
