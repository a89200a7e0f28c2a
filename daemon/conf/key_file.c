#include "conf/key_file.h"

#include "base/file.h"

#include <errno.h>
#include <sys/stat.h>

/* The alphabet of Z85 beside letters and digits. */
static const char signs[] = ".-:+=^!/*?&<>()[]{}@%$#";

bool curve_key_valid(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.ptr[i];
		bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');

		if (!letter && !(byte >= '0' && byte <= '9') && (!byte || !strchr(signs, byte)))
			return false;
	}
	return text.len == CURVE_KEY_LENGTH;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static struct view next_line(struct view *text)
{
	const char *end = memchr(text->ptr, '\n', text->len);
	size_t length = end ? (size_t)(end - text->ptr) : text->len;
	struct view line = view_slice(*text, 0, length);

	*text = view_slice(*text, end ? length + 1 : length, text->len);
	return view_trim(line);
}

/* `name = "value"`: 1 and the value, 0 another line. */
static int read_pair(struct view line, struct view name, struct view *ret_value)
{
	struct view value;

	if (!view_starts(line, name))
		return 0;
	value = view_trim(view_slice(line, name.len, line.len));
	if (!value.len || value.ptr[0] != '=')
		return 0;
	value = view_trim(view_slice(value, 1, value.len));
	if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
		value = view_slice(value, 1, value.len - 1);
	*ret_value = value;
	return 1;
}

static int take_key(const char *file, unsigned number, struct view value, char *ret_key,
		    struct err *err)
{
	if (!curve_key_valid(value))
		return err_set(err, "%s:%u: a key is 40 characters of Z85", file, number);
	memcpy(ret_key, value.ptr, CURVE_KEY_LENGTH);
	ret_key[CURVE_KEY_LENGTH] = '\0';
	return 0;
}

int key_file_parse(const char *name, struct view text, bool secret, struct curve_keys *ret_keys,
		   struct err *err)
{
	struct curve_keys keys = {0};
	struct view value;
	int good = 0;

	for (unsigned number = 1; text.len && good == 0; number++) {
		struct view line = next_line(&text);

		if (read_pair(line, VIEW("public-key"), &value))
			good = take_key(name, number, value, keys.public_key, err);
		else if (read_pair(line, VIEW("secret-key"), &value))
			good = take_key(name, number, value, keys.secret_key, err);
	}
	if (good == 0 && !keys.public_key[0])
		good = err_set(err, "%s: there is no line `public-key = \"…\"`", name);
	if (good == 0 && secret && !keys.secret_key[0])
		good = err_set(err,
			       "%s: there is no line `secret-key = \"…\"`; is it the public file?",
			       name);
	if (good == 0)
		*ret_keys = keys;
	curve_keys_wipe(&keys);
	return good;
}

static int check_mode(const char *path, struct err *err)
{
	struct stat found;

	if (stat(path, &found) < 0)
		return err_set(err, "cannot open %s: %s", path, strerror(errno));
	if (found.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(
			err,
			"%s: others may read this secret (mode %04o); chmod 600, and make new "
			"keys if anybody did",
			path, (unsigned)(found.st_mode & 07777));
	return 0;
}

int key_file_read(const char *path, bool secret, struct curve_keys *ret_keys, struct err *err)
{
	struct str text = {0};
	int good = secret ? check_mode(path, err) : 0;

	if (good == 0)
		good = file_read(path, KEY_FILE_MAX, &text, err);
	if (good == 0)
		good = key_file_parse(path, str_view(&text), secret, ret_keys, err);
	if (text.ptr)
		explicit_bzero(text.ptr, text.cap);
	str_fini(&text);
	return good;
}

/* --- writing ------------------------------------------------------------------------------------
 */

void key_file_write(const struct curve_keys *keys, bool secret, struct str *out)
{
	str_printf(out,
		   "#   ZeroMQ CURVE certificate, %s\n"
		   "\nmetadata\ncurve\n    public-key = \"%s\"\n",
		   secret ? "SECRET: for its owner alone" : "public: to be given away",
		   keys->public_key);
	if (secret)
		str_printf(out, "    secret-key = \"%s\"\n", keys->secret_key);
}

void curve_keys_wipe(struct curve_keys *keys)
{
	explicit_bzero(keys, sizeof(*keys));
}
