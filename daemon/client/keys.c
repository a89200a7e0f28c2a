#include "client/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CURVE keys: of the caller, of a file, and on a socket. */
#define FILE_MAX_BYTES 16384

int client_copy_keys(struct client_keys *keys, const struct newstag_keys *given)
{
	const char *const texts[] = {given->public_key, given->secret_key, given->server_key,
				     given->next_server_key ? given->next_server_key
							    : given->server_key};
	char *const places[] = {keys->own_public, keys->own_secret, keys->server[0],
				keys->server[1]};

	errno = EINVAL;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!texts[i] || strlen(texts[i]) != NEWSTAG_KEY_SIZE - 1)
			return -1;
		memcpy(places[i], texts[i], NEWSTAG_KEY_SIZE);
	}
	keys->set = true;
	keys->two = given->next_server_key != NULL;
	return 0;
}

int client_set_keys(void *socket, const struct client_keys *keys)
{
	if (!keys->set)
		return 0;
	if (zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server[keys->turn],
			   NEWSTAG_KEY_SIZE) < 0 ||
	    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->own_public, NEWSTAG_KEY_SIZE) < 0)
		return -1;
	return zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->own_secret, NEWSTAG_KEY_SIZE);
}

void client_turn_keys(struct client_keys *keys)
{
	if (keys->two)
		keys->turn = !keys->turn;
}

/* --- files --------------------------------------------------------------------------------------
 */

/* Copies the 40 characters behind `name = "`; false when the text has none. */
static bool find_key(const char *text, const char *name, char ret_key[NEWSTAG_KEY_SIZE])
{
	const char *at = strstr(text, name);
	size_t length;

	if (!at)
		return false;
	at += strlen(name);
	at += strspn(at, " \t");
	if (*at != '=')
		return false;
	at++;
	at += strspn(at, " \t");
	at += *at == '"';
	length = strcspn(at, "\" \t\r\n");
	if (length != NEWSTAG_KEY_SIZE - 1)
		return false;
	memcpy(ret_key, at, length);
	ret_key[length] = '\0';
	return true;
}

int newstag_key_file(const char *path, char ret_public[NEWSTAG_KEY_SIZE],
		     char ret_secret[NEWSTAG_KEY_SIZE])
{
	char text[FILE_MAX_BYTES];
	FILE *file = fopen(path, "re");
	size_t size;
	bool good;

	if (!file)
		return -1;
	setvbuf(file, NULL, _IONBF, 0);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = '\0';
	fclose(file);
	good = find_key(text, "public-key", ret_public) &&
	       (!ret_secret || find_key(text, "secret-key", ret_secret));
	explicit_bzero(text, sizeof(text));
	errno = EINVAL;
	return good ? 0 : -1;
}
