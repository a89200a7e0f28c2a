#include "support/item_oracle.h"

#include "base/clock.h"
#include "base/hash.h"
#include "wire/dialect.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

struct oracle_state {
	struct arena *arena;
	struct item item;
	unsigned score[ITEM_FIELDS];
	bool bad;
};

static struct view text_of(struct oracle_state *state, json_t *string)
{
	struct view text = {json_string_value(string), json_string_length(string)};

	return arena_view(state->arena, text);
}

/* Through lists and objects to a scalar; NULL for nothing; *bad for another shape. */
static json_t *leaf(json_t *value, const char *const *holders, bool *bad)
{
	while (json_is_array(value) || json_is_object(value)) {
		json_t *inner = NULL, *each;
		bool nothing = true, held = false;
		const char *key;
		size_t i;

		if (json_is_array(value)) {
			json_array_foreach(value, i, each) if (!inner && !json_is_null(each))
				inner = each;
			value = inner;
			continue;
		}
		for (i = 0; holders[i] && !inner; i++) {
			each = json_object_get(value, holders[i]);
			held |= each != NULL;
			if (each && !json_is_null(each))
				inner = each;
		}
		json_object_foreach(value, key, each) if (key[0] != '@' && key[0] != '$')
			nothing = false;
		if (!inner && !held && !nothing)
			*bad = true;
		value = inner;
	}
	if (json_is_null(value))
		return NULL;
	if (json_is_boolean(value))
		*bad = true;
	return value;
}

static const char *const text_names[] = {"value",	   "#text",   "_",    "$t",	"__cdata",
					 "#cdata-section", "content", "text", "@value", NULL};
static const char *const line_names[] = {
	"name",	   "title",	    "#text", "_",   "$t", "value", "@value",
	"literal", "alternateName", "uri",   "@id", "id", NULL};
static const char *const id_names[] = {"value",	 "#text", "_",	     "$t",
				       "@value", "@id",	  "__cdata", NULL};
static const char *const word_names[] = {"#text",  "_",	      "$t",   "value",
					 "@value", "__cdata", "name", NULL};
static const char *const link_names[] = {"href", "@href", "url",   "@id", "#text",
					 "_",	 "$t",	  "value", NULL};

static json_t *string_leaf(struct oracle_state *state, json_t *value, const char *const *holders)
{
	json_t *found = leaf(value, holders, &state->bad);

	if (json_is_number(found))
		state->bad = true;
	return json_is_string(found) ? found : NULL;
}

/* --- text ----------------------------------------------------------------------------------------
 */
static enum markup markup_said(json_t *object, enum markup otherwise)
{
	json_t *type = NULL;

	for (const char *const *name = NAMES("contentType", "contenttype", "type", "@type");
	     *name && !type; name++) {
		type = json_object_get(object, *name);
		if (json_is_null(type))
			type = NULL;
	}
	if (!json_is_string(type))
		return otherwise;
	if (strcasestr(json_string_value(type), "html"))
		return MARKUP_HTML;
	return strncmp(json_string_value(type), "text", 4) == 0 ? MARKUP_NONE : otherwise;
}

static void offer(struct oracle_state *state, int field, unsigned score, struct view text,
		  enum markup markup)
{
	if (score <= state->score[field] || text_blank(text))
		return;
	state->score[field] = score;
	state->item.fields[field].text = text;
	state->item.fields[field].html = markup == MARKUP_HTML ||
					 (markup == MARKUP_GUESS && markup_guess(text));
}

/* A list of strings, or of strings and objects that hold one: NULL when it is another. */
static char *joined(struct oracle_state *state, json_t *list)
{
	struct str out = {0};
	size_t i, strings = 0;
	json_t *each;
	char *text;

	json_array_foreach(list, i, each) strings += json_is_string(each);
	if (!strings || json_array_size(list) < 2)
		return NULL;
	json_array_foreach(list, i, each)
	{
		bool bad = false;
		json_t *found = leaf(each, text_names, &bad);

		if (!json_is_string(found) || bad || json_is_array(each)) {
			str_fini(&out);
			return NULL;
		}
		if (i && strings == json_array_size(list))
			str_add_text(&out, "\n\n");
		str_add_text(&out, json_string_value(found));
	}
	text = arena_strndup(state->arena, out.ptr ? out.ptr : "", out.len);
	str_fini(&out);
	return text;
}

static void read_one_text(struct oracle_state *state, int field, unsigned score, json_t *value,
			  enum markup markup)
{
	json_t *found = string_leaf(state, value, text_names), *first = value, *each;
	char *whole = field == ITEM_BODY && json_is_array(value) ? joined(state, value) : NULL;
	size_t i;

	if (!found)
		return;
	if (whole) {
		offer(state, field, score, view_of(whole), markup);
		return;
	}
	json_array_foreach(value, i, each) if (!json_is_null(each))
	{
		first = each;
		break;
	}
	if (json_is_object(first))
		markup = markup_said(first, markup);
	offer(state, field, score, text_of(state, found), markup);
}

static void read_roles(struct oracle_state *state, int field, json_t *list)
{
	size_t i;
	json_t *part;

	if (list && !json_is_null(list) && !json_is_array(list))
		state->bad = true;
	json_array_foreach(list, i, part)
	{
		json_t *value = json_object_get(part, "value"),
		       *role = json_object_get(part, "role");
		const char *name = json_is_string(role) ? json_string_value(role) : "";
		unsigned points = strcmp(name, "main") == 0 ? 3 : *name ? 1 : 2;
		int to = field;

		if (json_is_null(part))
			continue;
		if (!json_is_object(part) ||
		    (value && !json_is_null(value) && !json_is_string(value)))
			state->bad = true;
		if (!json_is_string(value))
			continue;
		if (!strcmp(name, "caption"))
			to = ITEM_CAPTION, points = 2;
		if (!strcmp(name, "subhead") || !strcmp(name, "subheadline") ||
		    !strcmp(name, "sub"))
			to = ITEM_SUBHEAD, points = 2;
		if (!strcmp(name, "drop-head") || !strcmp(name, "deck"))
			to = ITEM_SUBHEAD;
		if (!strcmp(name, "summary"))
			points = 2;
		offer(state, to, 1000 + points, text_of(state, value),
		      markup_said(part, MARKUP_GUESS));
	}
}

static const struct {
	const char *name;
	int field;
	enum markup markup;
} texts[] = {
	/* of a field, the better first */
	{"headline", ITEM_HEADLINE, MARKUP_GUESS},
	{"title", ITEM_HEADLINE, MARKUP_GUESS},
	{"alternativeHeadline", ITEM_SUBHEAD, MARKUP_GUESS},
	{"subhead", ITEM_SUBHEAD, MARKUP_GUESS},
	{"subtitle", ITEM_SUBHEAD, MARKUP_GUESS},
	{"description_text", ITEM_SUMMARY, MARKUP_NONE},
	{"description_xhtml", ITEM_SUMMARY, MARKUP_HTML},
	{"description_html", ITEM_SUMMARY, MARKUP_HTML},
	{"description_", ITEM_SUMMARY, MARKUP_GUESS},
	{"summary", ITEM_SUMMARY, MARKUP_GUESS},
	{"abstract", ITEM_SUMMARY, MARKUP_GUESS},
	{"description", ITEM_SUMMARY, MARKUP_GUESS},
	{"contentSnippet", ITEM_SUMMARY, MARKUP_NONE},
	{"body_text", ITEM_BODY, MARKUP_NONE},
	{"body_xhtml", ITEM_BODY, MARKUP_HTML},
	{"body_html", ITEM_BODY, MARKUP_HTML},
	{"body_", ITEM_BODY, MARKUP_GUESS},
	{"articleBody", ITEM_BODY, MARKUP_GUESS},
	{"content_text", ITEM_BODY, MARKUP_NONE},
	{"content_html", ITEM_BODY, MARKUP_HTML},
	{"content:encoded", ITEM_BODY, MARKUP_GUESS},
	{"content_encoded", ITEM_BODY, MARKUP_GUESS},
	{"content", ITEM_BODY, MARKUP_GUESS},
	{"body", ITEM_BODY, MARKUP_GUESS},
	{"text", ITEM_BODY, MARKUP_GUESS},
	{"description_caption", ITEM_CAPTION, MARKUP_GUESS},
	{"caption", ITEM_CAPTION, MARKUP_GUESS},
	{"slugline", ITEM_SLUGLINE, MARKUP_NONE},
};
#define TEXTS (sizeof(texts) / sizeof(*texts))

static bool named_exactly(const char *key)
{
	for (size_t i = 0; i < TEXTS; i++)
		if (!strcmp(texts[i].name, key) && key[strlen(key) - 1] != '_')
			return true;
	return false;
}

static void read_texts(struct oracle_state *state, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (!strcmp(key, "headlines"))
			read_roles(state, ITEM_HEADLINE, value);
		if (!strcmp(key, "descriptions"))
			read_roles(state, ITEM_SUMMARY, value);
		if (!strcmp(key, "bodies"))
			read_roles(state, ITEM_BODY, value);
	}
	for (size_t i = 0; i < TEXTS; i++) {
		bool family = texts[i].name[strlen(texts[i].name) - 1] == '_';

		json_object_foreach(
			object, key,
			value) if (family ? !strncmp(key, texts[i].name, strlen(texts[i].name)) &&
						    !named_exactly(key)
					  : !strcmp(key, texts[i].name))
			read_one_text(state, texts[i].field, 900 - (unsigned)i, value,
				      texts[i].markup);
	}
}

/* --- lines ---------------------------------------------------------------------------------------
 */
static struct view number_text(struct oracle_state *state, json_t *number)
{
	return view_of(arena_printf(state->arena, "%lld", (long long)json_integer_value(number)));
}

/* Of the first of these members that has one. */
static struct view first_line(struct oracle_state *state, json_t *object, const char *const *names,
			      const char *const *holders, bool numbers)
{
	struct view line = VIEW_NONE;

	for (; *names; names++) {
		json_t *value = json_object_get(object, *names);
		json_t *found = value ? leaf(value, holders, &state->bad) : NULL;
		struct view text = VIEW_NONE;

		if (json_is_number(found) && !numbers)
			state->bad = true;
		if (json_is_string(found))
			text = text_of(state, found);
		else if (json_is_integer(found))
			text = number_text(state, found);
		else if (json_is_real(found)) /* as it is written, which jansson does not keep */
			text = VIEW("?");
		if (!line.len && !text_blank(text))
			line = text;
	}
	return line;
}

static bool is_alternate(json_t *link)
{
	json_t *rel = json_object_get(link, "rel");

	if (!rel || json_is_null(rel))
		rel = json_object_get(link, "@rel");
	if (!rel || json_is_null(rel))
		return true;
	return json_is_string(rel) && !strcmp(json_string_value(rel), "alternate");
}

static void offer_link(struct oracle_state *state, json_t *link, struct view ret_urls[2])
{
	json_t *attributes = json_object_get(link, "$"), *found;
	bool alternate;
	struct view url;

	if (json_is_object(attributes))
		link = attributes;
	alternate = !json_is_object(link) || is_alternate(link);
	found = string_leaf(state, link, link_names);
	if (!found)
		return;
	url = text_of(state, found);
	if (!ret_urls[alternate].len && !text_blank(url))
		ret_urls[alternate] = url;
}

static struct view first_link(struct oracle_state *state, json_t *object)
{
	struct view url = VIEW_NONE;

	for (const char *const *name =
		     NAMES("url", "link", "links", "external_url", "mainEntityOfPage");
	     *name; name++) {
		json_t *value = json_object_get(object, *name), *each;
		struct view urls[2] = {VIEW_NONE, VIEW_NONE};
		size_t i;

		if (json_is_array(value)) {
			json_array_foreach(value, i, each) offer_link(state, each, urls);
		} else if (value) {
			offer_link(state, value, urls);
		}
		if (!url.len)
			url = urls[1].len ? urls[1] : urls[0];
	}
	return view_trim(url);
}

/* --- times, state
 * ---------------------------------------------------------------------------------- */
static bool epoch(double value, int64_t *ret_time)
{
	if (fabs(value) >= 1e11)
		value /= 1000;
	if (!(fabs(value) < 9.2e9))
		return false;
	*ret_time = llround(value * 1000) * 1000000;
	return true;
}

static bool said_time(json_t *value, int64_t *ret_time)
{
	struct view text;
	char *end;

	if (json_is_number(value))
		return epoch(json_number_value(value), ret_time);
	if (!json_is_string(value))
		return false;
	text = view_trim(view_of(json_string_value(value)));
	if (clock_read(text, ret_time))
		return true;
	for (size_t i = 0; i < text.len; i++)
		if (!strchr("0123456789.", text.ptr[i]))
			return false;
	return text.len && epoch(strtod(text.ptr, &end), ret_time);
}

static int64_t first_time(struct oracle_state *state, json_t *object, const char *const *names)
{
	int64_t time = CLOCK_NONE, found;

	for (; *names; names++) {
		json_t *value = json_object_get(object, *names);

		value = value ? leaf(value, word_names, &state->bad) : NULL;
		if (time == CLOCK_NONE && said_time(value, &found))
			time = found;
	}
	return time;
}

static int64_t embargo_time(struct oracle_state *state, json_t *object)
{
	for (const char *const *name = NAMES("embargoedUntil", "embargoed"); *name; name++) {
		json_t *value = json_object_get(object, *name);
		int64_t found;

		value = value ? leaf(value, word_names, &state->bad) : NULL;
		if (value && !said_time(value, &found) &&
		    !(json_is_string(value) && !view_trim(view_of(json_string_value(value))).len))
			state->bad = true;
	}
	return first_time(state, object, NAMES("embargoedUntil", "embargoed"));
}

static int state_of(struct view word)
{
	static const char *const words[3][8] = {{"usable", "published"},
						{"withheld", "embargoed", "draft", "pending"},
						{"canceled", "cancelled", "deleted", "obsolete",
						 "retracted", "withdrawn", "killed"}};

	if (view_starts(word, VIEW("stat:")))
		word = view_slice(word, 5, word.len);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 8 && words[i][k]; k++)
			if (strlen(words[i][k]) == word.len &&
			    !strncasecmp(words[i][k], word.ptr, word.len))
				return i;
	return -1;
}

static void read_states(struct oracle_state *state, json_t *object)
{
	static const char *const strict[] = {"usable", "withheld", "canceled", "cancelled"};
	bool set = false;

	for (const char *const *name =
		     NAMES("pubStatus", "pubstatus", "creativeWorkStatus", "status");
	     *name; name++) {
		json_t *value = json_object_get(object, *name);
		json_t *found = value ? string_leaf(state, value, word_names) : NULL;
		struct view word = found ? view_trim(view_of(json_string_value(found))) : VIEW_NONE;
		bool known = !word.len || !strchr("pP", (*name)[0]);

		for (size_t i = 0; i < 4; i++) {
			struct view bare = view_starts(word, VIEW("stat:"))
						   ? view_slice(word, 5, word.len)
						   : word;

			known |= strlen(strict[i]) == bare.len &&
				 !strncasecmp(strict[i], bare.ptr, bare.len);
		}
		if (!known)
			state->bad = true;
		if (!set && word.len && state_of(word) >= 0) {
			state->item.state = (enum item_state)state_of(word);
			set = true;
		}
	}
}

static void read_urgencies(struct oracle_state *state, json_t *object)
{
	bool set = false;

	for (const char *const *name = NAMES("urgency", "priority"); *name; name++) {
		json_t *value = json_object_get(object, *name);
		struct view text;

		if (!value || json_is_null(value))
			continue;
		if (!json_is_integer(value) && !json_is_string(value)) {
			state->bad = true;
			continue;
		}
		text = json_is_string(value) ? view_trim(view_of(json_string_value(value)))
					     : number_text(state, value);
		if (json_is_string(value) && !text.len)
			continue;
		if (text.len != 1 || !strchr("0123456789", text.ptr[0])) {
			if (!(json_is_integer(value) && json_integer_value(value) == 0))
				state->bad = true;
			continue;
		}
		if (!set)
			state->item.urgency = text.ptr[0] - '0';
		set = true;
	}
}

/* --- the whole
 * ------------------------------------------------------------------------------------- */
static void read_all(struct oracle_state *state, json_t *object)
{
	struct item *item = &state->item;

	read_texts(state, object);
	item->url = first_link(state, object);
	item->uri = first_line(state, object,
			       NAMES("uri", "id", "@id", "guid", "identifier", "dc:identifier"),
			       id_names, true);
	item->version = view_trim(
		first_line(state, object, NAMES("version", "rev"), id_names, true));
	item->language = view_trim(
		first_line(state, object, NAMES("language", "inLanguage", "lang", "dc:language"),
			   line_names, false));
	item->source = view_trim(first_line(state, object,
					    NAMES("infoSources", "infosource", "publisher",
						  "provider", "source", "feed_title", "feed"),
					    line_names, false));
	item->published = first_time(state, object,
				     NAMES("firstCreated", "firstcreated", "date_published",
					   "datePublished", "isoDate", "published", "pubDate",
					   "published_at", "publishedAt", "dc:date", "date",
					   "timestamp", "created_at", "dateCreated"));
	item->modified = first_time(state, object,
				    NAMES("versionCreated", "versioncreated", "date_modified",
					  "dateModified", "updated", "updatedAt", "updated_at"));
	item->embargo = embargo_time(state, object);
	read_states(state, object);
	read_urgencies(state, object);
}

static void read_envelope(struct oracle_state *state, json_t *envelope)
{
	json_t *data = json_object_get(envelope, "data");
	json_t *binary = json_object_get(envelope, "data_base64");
	struct item *item = &state->item;
	struct view id, source;
	int64_t time;

	if ((binary && !json_is_null(binary)) ||
	    (data && !json_is_null(data) && !json_is_object(data))) {
		state->bad = true;
		return;
	}
	item->published = item->modified = item->embargo = CLOCK_NONE;
	if (json_is_object(data))
		read_all(state, data);
	id = first_line(state, envelope, NAMES("id"), id_names, true);
	source = view_trim(first_line(state, envelope, NAMES("source"), line_names, false));
	time = first_time(state, envelope, NAMES("time"));
	if (!item->uri.len)
		item->uri = item->url.len ? item->url : id;
	if (!item->source.len)
		item->source = source;
	if (item->published == CLOCK_NONE)
		item->published = time;
}

static void name_by_content(struct oracle_state *state)
{
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	for (int i = 0; i < ITEM_FIELDS; i++)
		sha256_add_part(&sha, state->item.fields[i].text);
	sha256_hex(&sha, hex);
	state->item.uri = view_of(arena_printf(state->arena, "urn:sha256:%s", hex));
}

static enum oracle read_root(struct oracle_state *state, json_t *root)
{
	struct item *item = &state->item;
	bool text = false;

	if (json_is_string(json_object_get(root, "specversion")))
		read_envelope(state, root);
	else
		read_all(state, root);
	if (state->bad)
		return ORACLE_BAD_FIELD;
	for (int i = 0; i < ITEM_FIELDS; i++)
		text |= i != ITEM_SLUGLINE && item->fields[i].text.len;
	if (!item->uri.len)
		item->uri = item->url;
	if (!text && !(item->state == ITEM_CANCELED && item->uri.len))
		return ORACLE_NO_TEXT;
	if (!item->uri.len)
		name_by_content(state);
	return ORACLE_ITEM;
}

enum oracle oracle_decode(struct view message, struct arena *arena, struct item *ret_item)
{
	struct oracle_state state = {.arena = arena};
	json_t *root = json_loadb(message.ptr ? message.ptr : "", message.len,
				  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	enum oracle result;

	/* jansson 2.14 skips a NUL behind a number; no JSON text has that byte. */
	if (root && memchr(message.ptr, '\0', message.len)) {
		json_decref(root);
		return ORACLE_REFUSED;
	}
	if (!root)
		return ORACLE_REFUSED;
	result = json_is_object(root) ? read_root(&state, root) : ORACLE_BAD_FIELD;
	json_decref(root);
	*ret_item = state.item;
	return result;
}

/* --- comparing
 * --------------------------------------------------------------------------------------- */
static char told[400];

static const char *differ(const char *what, struct view ours, struct view theirs)
{
	snprintf(told, sizeof(told), "%s: \"%.*s\" is not \"%.*s\"", what,
		 (int)(ours.len < 120 ? ours.len : 120), ours.ptr ? ours.ptr : "",
		 (int)(theirs.len < 120 ? theirs.len : 120), theirs.ptr ? theirs.ptr : "");
	return told;
}

static const char *compare_numbers(const struct item *ours, const struct item *theirs)
{
	if (ours->published != theirs->published)
		return "published differs";
	if (ours->modified != theirs->modified)
		return "modified differs";
	if (ours->embargo != theirs->embargo)
		return "embargo differs";
	if (ours->state != theirs->state)
		return "state differs";
	return ours->urgency == theirs->urgency ? NULL : "urgency differs";
}

static const char *compare_items(const struct item *ours, const struct item *theirs)
{
	const struct {
		const char *name;
		struct view ours, theirs;
	} lines[] = {{"uri", ours->uri, theirs->uri},
		     {"version", ours->version, theirs->version},
		     {"language", ours->language, theirs->language},
		     {"source", ours->source, theirs->source},
		     {"url", ours->url, theirs->url}};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (!view_equal(lines[i].ours, lines[i].theirs) && !view_is(lines[i].theirs, "?"))
			return differ(lines[i].name, lines[i].ours, lines[i].theirs);
	for (int i = 0; i < ITEM_FIELDS; i++) {
		if (!view_equal(ours->fields[i].text, theirs->fields[i].text))
			return differ(item_field_name((enum item_field)i), ours->fields[i].text,
				      theirs->fields[i].text);
		if (ours->fields[i].html != theirs->fields[i].html)
			return "markup differs";
	}
	return compare_numbers(ours, theirs);
}

static bool of_a_list(const char *member)
{
	const struct member *found = member_find(view_of(member));

	return found && found->slot >= SLOT_SUBJECTS;
}

static const char *compare(enum reject reason, const struct reject_place *place,
			   enum oracle verdict)
{
	bool refused = verdict == ORACLE_REFUSED;

	switch (reason) {
	case REJECT_NOT_JSON:
	case REJECT_INVALID_UTF8:
	case REJECT_DUPLICATE_KEY:
		return refused ? NULL : "jansson accepts";
	case REJECT_NOT_OBJECT:
		return refused ? "jansson refuses" : NULL;
	case REJECT_TOO_MANY_SUBJECTS:
		return refused ? "jansson refuses" : NULL;
	case REJECT_BAD_FIELD:
		return verdict == ORACLE_BAD_FIELD || (!refused && of_a_list(place->member))
			       ? NULL
			       : "no field is bad";
	case REJECT_NO_TEXT:
		return verdict == ORACLE_NO_TEXT ? NULL : "it has text";
	case REJECT_NONE:
		return verdict == ORACLE_ITEM ? NULL : "it is no item";
	default: /* bounds that jansson does not have */
		return NULL;
	}
}

const char *oracle_compare(struct view message, enum reject *ret_reason)
{
	struct arena arena = {0}, other = {0};
	struct item ours = {0}, theirs = {0};
	struct reject_place place;
	enum oracle verdict;
	const char *difference;

	*ret_reason = wire_decode(message, &WIRE_LIMITS_DEFAULT, &arena, &ours, &place);
	verdict = oracle_decode(message, &other, &theirs);
	difference = compare(*ret_reason, &place, verdict);
	if (!difference && *ret_reason == REJECT_NONE)
		difference = compare_items(&ours, &theirs);
	if (difference && difference != told)
		difference = differ(difference, view_of(reject_name(*ret_reason)), message);
	arena_fini(&arena);
	arena_fini(&other);
	return difference;
}
