#include "wire/json.h"

#include "base/arena.h"
#include "base/own.h"

#include <jansson.h>
#include <string.h>

#define JSON_BYTES_MAX ((size_t)1 << 20)
#define JSON_DEPTH_MAX 32

/* What jansson has read is copied into an arena, so that access by index costs nothing. */
struct json {
	enum json_kind kind;
	const char *key; /* in an object */
	struct view text;
	double number; /* of a bool: 0 or 1 */
	const struct json *children;
	size_t size;
};

struct root { /* the value and what it lives in */
	struct json json;
	struct arena arena;
};

static int copy(struct arena *arena, json_t *from, unsigned depth, struct json *ret_json);

static int copy_object(struct arena *arena, json_t *from, unsigned depth, struct json *ret_json)
{
	struct json *children;
	const char *key;
	json_t *value;

	ret_json->kind = JSON_KIND_OBJECT;
	children = arena_array(arena, json_object_size(from), sizeof(*children));
	json_object_foreach(from, key, value)
	{
		struct json *child = &children[ret_json->size++];

		child->key = arena_strndup(arena, key, strlen(key));
		if (copy(arena, value, depth + 1, child) < 0)
			return -1;
	}
	ret_json->children = children;
	return 0;
}

static int copy_array(struct arena *arena, json_t *from, unsigned depth, struct json *ret_json)
{
	struct json *children;
	size_t i;
	json_t *value;

	ret_json->kind = JSON_KIND_ARRAY;
	children = arena_array(arena, json_array_size(from), sizeof(*children));
	json_array_foreach(from, i, value)
	{
		if (copy(arena, value, depth + 1, &children[ret_json->size++]) < 0)
			return -1;
	}
	ret_json->children = children;
	return 0;
}

static int copy(struct arena *arena, json_t *from, unsigned depth, struct json *ret_json)
{
	if (json_is_object(from) || json_is_array(from)) {
		if (depth >= JSON_DEPTH_MAX)
			return -1;
		return json_is_object(from) ? copy_object(arena, from, depth, ret_json)
					    : copy_array(arena, from, depth, ret_json);
	}
	if (json_is_string(from)) {
		ret_json->kind = JSON_KIND_STRING;
		ret_json->text = arena_view(
			arena, (struct view){json_string_value(from), json_string_length(from)});
	} else if (json_is_number(from)) {
		ret_json->kind = JSON_KIND_NUMBER;
		ret_json->number = json_number_value(from);
	} else if (json_is_boolean(from)) {
		ret_json->kind = JSON_KIND_BOOL;
		ret_json->number = json_is_true(from);
	}
	return 0;
}

struct json *json_read(struct view text, struct err *err)
{
	return json_read_within(text, JSON_BYTES_MAX, err);
}

struct json *json_read_within(struct view text, size_t limit, struct err *err)
{
	json_error_t error;
	struct root *root;
	json_t *tree;
	int result;

	if (text.len > limit) {
		err_set(err, "JSON of %zu bytes, more than %zu", text.len, limit);
		return NULL;
	}
	tree = json_loadb(text.ptr ? text.ptr : "", text.len,
			  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!tree) {
		err_set(err, "no JSON: %s at byte %d", error.text, error.position);
		return NULL;
	}
	root = xcalloc(1, sizeof(*root));
	result = copy(&root->arena, tree, 0, &root->json);
	json_decref(tree);
	if (result < 0) {
		json_free(&root->json);
		err_set(err, "JSON nested more than %d deep", JSON_DEPTH_MAX);
		return NULL;
	}
	return &root->json;
}

void json_free(struct json *json)
{
	struct root *root = (struct root *)json; /* its first member */

	if (!root)
		return;
	arena_fini(&root->arena);
	free(root);
}

const struct json *json_get(const struct json *object, const char *key)
{
	if (json_kind(object) != JSON_KIND_OBJECT)
		return NULL;
	for (size_t i = 0; i < object->size; i++)
		if (strcmp(object->children[i].key, key) == 0)
			return &object->children[i];
	return NULL;
}

const struct json *json_at(const struct json *array, size_t index)
{
	return array && index < array->size ? &array->children[index] : NULL;
}

size_t json_size(const struct json *json)
{
	return json ? json->size : 0;
}

const char *json_key_at(const struct json *object, size_t index)
{
	const struct json *child = json_at(object, index);

	return child ? child->key : NULL;
}

enum json_kind json_kind(const struct json *json)
{
	return json ? json->kind : JSON_KIND_NULL;
}

struct view json_text(const struct json *json)
{
	return json_kind(json) == JSON_KIND_STRING ? json->text : VIEW_NONE;
}

double json_number(const struct json *json, double fallback)
{
	return json_kind(json) == JSON_KIND_NUMBER ? json->number : fallback;
}

bool json_bool(const struct json *json, bool fallback)
{
	return json_kind(json) == JSON_KIND_BOOL ? json->number != 0 : fallback;
}
