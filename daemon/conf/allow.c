#include "conf/allow.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/own.h"
#include "base/utf8.h"

#include <stdlib.h>

/* The list of allowed keys, a line at a time. A list with one mistake is no list: half of it might
 * be the half that keeps somebody out. */
#define FIELDS_MAX 4

const char *const allow_domain_names[] = {
	[ALLOW_EVENTS] = "events", [ALLOW_REPLAY] = "replay", [ALLOW_CONTROL] = "control",
	[ALLOW_FEED] = "feed",	   [ALLOW_DOMAINS] = NULL,
};
#define EVERYTHING ((1U << ALLOW_DOMAINS) - 1)

OWNED_CLEANUP(struct allow_list *, allow_free);

struct line {
	const char *file;
	unsigned number;
	struct view text;
	struct view fields[FIELDS_MAX + 1]; /* one more shows that there are too many */
	size_t field_count;
	struct diags *diags;
};

static struct place place_of(const struct line *line, struct view part)
{
	struct view before = {line->text.ptr, (size_t)(part.ptr - line->text.ptr)};

	return (struct place){
		.file = line->file,
		.line = line->number,
		.column = (unsigned)utf8_count(before) + 1,
		.width = (unsigned)utf8_count(part),
	};
}

static bool wrong(const struct line *line, struct view part, const char *code, const char *sentence)
{
	diags_add(line->diags, DIAG_ERROR, code, place_of(line, part), "%s", sentence);
	return false;
}

/* --- the fields ---------------------------------------------------------------------------------
 */

static bool is_name(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.ptr[i];

		if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
		    !(byte >= '0' && byte <= '9') && (!byte || !strchr("-._", byte)))
			return false;
	}
	return text.len && text.len <= ALLOW_NAME_MAX;
}

static unsigned read_domain(struct view word)
{
	for (unsigned i = 0; i < ALLOW_DOMAINS; i++)
		if (view_is(word, allow_domain_names[i]))
			return 1U << i;
	return 0;
}

unsigned allow_domains_read(struct view text)
{
	unsigned domains = 0;

	if (view_is(text, "*"))
		return EVERYTHING;
	for (size_t from = 0, to = 0; to <= text.len; to++) {
		unsigned domain;

		if (to < text.len && text.ptr[to] != ',')
			continue;
		domain = read_domain(view_slice(text, from, to));
		if (!domain)
			return 0;
		domains |= domain;
		from = to + 1;
	}
	return domains;
}

static bool read_fields(const struct line *line, struct allowed *allowed)
{
	const struct view *fields = line->fields;

	if (line->field_count < 3)
		return wrong(line, line->text, "missing-field",
			     "a line is NAME PUBLIC-KEY FOR [UNTIL]");
	if (line->field_count > FIELDS_MAX)
		return wrong(line, fields[FIELDS_MAX], "surplus-field",
			     "a line is NAME PUBLIC-KEY FOR [UNTIL]");
	*allowed = (struct allowed){fields[0], fields[1], allow_domains_read(fields[2]), CLOCK_NONE,
				    line->number};
	if (!is_name(allowed->name))
		return wrong(line, fields[0], "bad-name",
			     "a name is at most 64 letters, digits, \"-\", \".\" and \"_\"");
	if (!curve_key_valid(allowed->key))
		return wrong(
			line, fields[1], "bad-key",
			"a public key is 40 characters of Z85, as `newstag keygen` makes them");
	if (!allowed->domains)
		return wrong(
			line, fields[2], "bad-domain",
			"this is \"*\", or of events, replay, control and feed some, joined by "
			"commas");
	if (line->field_count == FIELDS_MAX && !view_is(fields[3], "-") &&
	    !clock_read(fields[3], &allowed->until))
		return wrong(line, fields[3], "bad-time",
			     "this is a date or time such as 2027-01-31, or \"-\"");
	return true;
}

/* --- the file -----------------------------------------------------------------------------------
 */

static void split(struct line *line)
{
	static const char blank[] = " \t\r";
	size_t at = 0;

	line->field_count = 0;
	while (at < line->text.len && line->field_count <= FIELDS_MAX) {
		size_t from = at;

		while (at < line->text.len &&
		       !(line->text.ptr[at] && strchr(blank, line->text.ptr[at])))
			at++;
		if (at > from)
			line->fields[line->field_count++] = view_slice(line->text, from, at);
		while (at < line->text.len && line->text.ptr[at] &&
		       strchr(blank, line->text.ptr[at]))
			at++;
	}
}

static bool is_new(const struct allow_list *list, const struct line *line,
		   const struct allowed *allowed)
{
	if (table_find(&list->names, allowed->name) >= 0)
		return wrong(line, allowed->name, "duplicate-name",
			     "another line has this name already");
	if (table_find(&list->keys, allowed->key) >= 0)
		return wrong(line, allowed->key, "duplicate-key",
			     "another line has this key already");
	if (list->len == ALLOW_KEYS_MAX)
		return wrong(line, allowed->name, "too-many", "there are more than 10,000 keys");
	return true;
}

/* The values of the tables are numbers of entries, since those may move. */
static void add(struct allow_list *list, const struct allowed *allowed)
{
	vec_push(list, *allowed);
	table_put(&list->names, allowed->name);
	table_put(&list->keys, allowed->key);
}

static void read_line(struct allow_list *list, struct line *line)
{
	struct allowed allowed;
	struct view trimmed = view_trim(line->text);

	if (!trimmed.len || trimmed.ptr[0] == '#')
		return;
	split(line);
	if (read_fields(line, &allowed) && is_new(list, line, &allowed))
		add(list, &allowed);
}

struct allow_list *allow_parse(const char *file, struct view text, struct diags *diags)
{
	OWNED(allow_free) struct allow_list *list = xcalloc(1, sizeof(*list));
	struct line line = {.file = file, .diags = diags};
	struct view rest = arena_view(&list->arena, text);
	size_t before = diags->errors;

	if (text.len > ALLOW_FILE_MAX) {
		diags_add(diags, DIAG_ERROR, "too-large", (struct place){.file = file},
			  "the list is larger than %zu bytes", ALLOW_FILE_MAX);
		return NULL;
	}
	if (utf8_valid(rest) != rest.len) {
		diags_add(diags, DIAG_ERROR, "bad-encoding", (struct place){.file = file},
			  "the list is not UTF-8, from byte %zu on", utf8_valid(rest));
		return NULL;
	}
	while (rest.len) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		size_t length = end ? (size_t)(end - rest.ptr) : rest.len;

		line.number++;
		line.text = view_slice(rest, 0, length);
		rest = view_slice(rest, end ? length + 1 : length, rest.len);
		read_line(list, &line);
	}
	diags_source(diags, file, text);
	return diags->errors == before ? MOVE(list) : NULL;
}

struct allow_list *allow_read(const char *path, struct diags *diags)
{
	struct str text = {0};
	struct allow_list *list = NULL;
	struct err err;

	if (file_read(path, ALLOW_FILE_MAX, &text, &err) == 0)
		list = allow_parse(path, str_view(&text), diags);
	else
		diags_add(diags, DIAG_ERROR, "unreadable", (struct place){.file = path}, "%s",
			  err.text);
	str_fini(&text);
	return list;
}

void allow_free(struct allow_list *list)
{
	if (!list)
		return;
	vec_fini(list);
	table_fini(&list->keys);
	table_fini(&list->names);
	arena_fini(&list->arena);
	free(list);
}

const struct allowed *allow_find(const struct allow_list *list, struct view key)
{
	long at = table_find(&list->keys, key);

	return at < 0 ? NULL : &list->at[at];
}

const struct allowed *allow_named(const struct allow_list *list, struct view name)
{
	long at = table_find(&list->names, name);

	return at < 0 ? NULL : &list->at[at];
}

void allow_write(const struct allowed *allowed, struct str *out)
{
	char time[CLOCK_TEXT_SIZE];
	const char *comma = "";

	str_printf(out, "%.*s %.*s ", VIEW_ARGS(allowed->name), VIEW_ARGS(allowed->key));
	for (unsigned i = 0; i < ALLOW_DOMAINS; i++) {
		if (!(allowed->domains & (1U << i)))
			continue;
		str_printf(out, "%s%s", comma, allow_domain_names[i]);
		comma = ",";
	}
	if (allowed->until != CLOCK_NONE) {
		clock_write(allowed->until, time);
		str_printf(out, " %s", time);
	}
	str_add_char(out, '\n');
}
