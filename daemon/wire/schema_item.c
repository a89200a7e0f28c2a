#include "wire/schema.h"

#include "base/jsonw.h"
#include "wire/reading.h"

/*
 * The schema of items, made from the table of members: a member that is read is described, in the
 * shapes that its reader takes. It is a little wider than the decoder: text of nothing but white
 * space, a key given twice and the bounds are beyond a schema.
 */
#define NOTHING_OR_STRING "{\"type\":[\"null\",\"string\"]}"
#define NOTHING_STRING_OR_NUMBER "{\"type\":[\"null\",\"string\",\"number\"]}"

static const struct definition {
	const char *name;
	const char *scalar; /* the schema of the value when it is neither list nor object */
	const struct holders *holders;
	bool lists; /* may be a list of the same */
} definitions[SHAPES] = {
	[SHAPE_TEXT] = {"text", NOTHING_OR_STRING, &text_holders, true},
	[SHAPE_PARTS] = {"parts", "{\"type\":\"null\"}", NULL, false},
	[SHAPE_LINE] = {"line", NOTHING_OR_STRING, &line_holders, true},
	[SHAPE_NUMBERED] = {"numbered", NOTHING_STRING_OR_NUMBER, &number_holders, true},
	[SHAPE_LINK] = {"link", NOTHING_OR_STRING, &link_holders, true},
	[SHAPE_TIME] = {"time", NOTHING_STRING_OR_NUMBER, &word_holders, true},
	[SHAPE_STATE] =
		{"state",
		 "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"pattern\":\"^\\\\s*(stat:)"
		 "?"
		 "([Uu]sable|[Ww]ithheld|[Cc]ancell?ed|USABLE|WITHHELD|CANCELL?ED)?\\\\s*$\"}]}",
		 &word_holders, true},
	[SHAPE_STATUS] = {"status", NOTHING_OR_STRING, &word_holders, true},
	[SHAPE_URGENCY] =
		{"urgency",
		 "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"integer\",\"minimum\":0,"
		 "\"maximum\":9},{\"type\":\"string\",\"pattern\":\"^\\\\s*[0-9]?\\\\s*$\"}]}",
		 NULL, false},
	[SHAPE_SUBJECTS] = {"subjects", NOTHING_OR_STRING, &name_holders, true},
	[SHAPE_KEYWORDS] = {"keywords", NOTHING_OR_STRING, &name_holders, true},
	[SHAPE_NAMES] = {"names", NOTHING_OR_STRING, &name_holders, true},
	[SHAPE_MENTIONS] = {"mentions", NOTHING_OR_STRING, &name_holders, true},
};

static void write_raw(struct jsonw *json, const char *key, const char *text)
{
	jsonw_key(json, key);
	jsonw_raw(json, view_of(text));
}

static void write_ref(struct jsonw *json, const char *definition)
{
	struct str ref = {0};

	str_printf(&ref, "#/$defs/%s", definition);
	jsonw_object(json);
	jsonw_key(json, "$ref");
	jsonw_string(json, ref.ptr);
	jsonw_object_end(json);
	str_fini(&ref);
}

static void write_required(struct jsonw *json, const char *member)
{
	jsonw_object(json);
	jsonw_key(json, "required");
	jsonw_array(json);
	jsonw_string(json, member);
	jsonw_array_end(json);
	jsonw_object_end(json);
}

static bool wants_holder(enum shape shape)
{
	return shape < SHAPE_SUBJECTS;
}

/* An object that holds the value in one of its members, or nothing but attributes. */
static void write_holding(struct jsonw *json, enum shape shape)
{
	const struct definition *definition = &definitions[shape];

	jsonw_object(json);
	write_raw(json, "type", "\"object\"");
	jsonw_key(json, "properties");
	jsonw_object(json);
	for (size_t i = 0; i < definition->holders->count; i++) {
		jsonw_key(json, definition->holders->names[i]);
		write_ref(json, definition->name);
	}
	jsonw_object_end(json);
	if (wants_holder(shape)) {
		jsonw_key(json, "anyOf");
		jsonw_array(json);
		jsonw_raw(json, VIEW("{\"propertyNames\":{\"pattern\":\"^[@$]\"}}"));
		for (size_t i = 0; i < definition->holders->count; i++)
			write_required(json, definition->holders->names[i]);
		jsonw_array_end(json);
	}
	jsonw_object_end(json);
}

static void write_single(struct jsonw *json, enum shape shape)
{
	jsonw_raw(json, view_of(definitions[shape].scalar));
	if (definitions[shape].holders)
		write_holding(json, shape);
}

/* Lists of what has a holder may be nested; the others are lists of single values. */
static void write_list(struct jsonw *json, enum shape shape)
{
	jsonw_object(json);
	write_raw(json, "type", "\"array\"");
	jsonw_key(json, "items");
	if (wants_holder(shape)) {
		write_ref(json, definitions[shape].name);
	} else {
		jsonw_object(json);
		jsonw_key(json, "anyOf");
		jsonw_array(json);
		write_single(json, shape);
		jsonw_array_end(json);
		jsonw_object_end(json);
	}
	jsonw_object_end(json);
}

static void write_definition(struct jsonw *json, enum shape shape)
{
	static const struct view part = VIEW(
		"{\"type\":\"array\",\"items\":{\"type\":[\"null\",\"object\"],"
		"\"properties\":{\"value\":{\"type\":[\"null\",\"string\"]}}}}");

	jsonw_key(json, definitions[shape].name);
	jsonw_object(json);
	jsonw_key(json, "anyOf");
	jsonw_array(json);
	write_single(json, shape);
	if (definitions[shape].lists)
		write_list(json, shape);
	if (shape == SHAPE_PARTS)
		jsonw_raw(json, part);
	jsonw_array_end(json);
	jsonw_object_end(json);
}

static void write_properties(struct jsonw *json)
{
	const struct member *member;

	jsonw_key(json, "properties");
	jsonw_object(json);
	for (size_t i = 0; (member = member_at(i)); i++) {
		jsonw_key(json, member->name);
		write_ref(json, definitions[member->shape].name);
	}
	jsonw_object_end(json);
	write_raw(json, "patternProperties",
		  "{\"^(description|body)_\":{\"$ref\":\"#/$defs/text\"}}");
}

static bool gives_text(const struct member *member)
{
	return member->slot < ITEM_FIELDS && member->slot != SLOT_SLUGLINE;
}

/* Some text, or a cancellation that says of what. */
static void write_text_wanted(struct jsonw *json)
{
	static const char canceled[] = "\"stat:canceled\",\"canceled\",\"cancelled\"";
	const struct member *member;
	struct str cancellation = {0};

	str_printf(&cancellation,
		   "{\"anyOf\":[{\"required\":[\"pubStatus\"],\"properties\":{\"pubStatus\":{"
		   "\"enum\":[%s]}}},"
		   "{\"required\":[\"pubstatus\"],\"properties\":{\"pubstatus\":{\"enum\":[%s]}}},"
		   "{\"required\":[\"status\"],\"properties\":{\"status\":{\"enum\":[%s]}}}]}",
		   canceled, canceled, canceled);
	jsonw_key(json, "anyOf");
	jsonw_array(json);
	for (size_t i = 0; (member = member_at(i)); i++)
		if (gives_text(member))
			write_required(json, member->name);
	jsonw_raw(json, VIEW("{\"patternProperties\":{\"^(description|body)_\":true},"
			     "\"not\":{\"propertyNames\":{\"not\":{\"pattern\":\"^(description|"
			     "body)_\"}}}}"));
	jsonw_raw(json, str_view(&cancellation));
	jsonw_array_end(json);
	str_fini(&cancellation);
}

static void write_item_definition(struct jsonw *json)
{
	jsonw_key(json, "item");
	jsonw_object(json);
	write_raw(json, "type", "\"object\"");
	write_properties(json);
	write_text_wanted(json);
	jsonw_object_end(json);
}

void wire_write_item_schema(struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	jsonw_object(&json);
	write_raw(&json, "$schema", "\"https://json-schema.org/draft/2020-12/schema\"");
	write_raw(&json, "$id", "\"urn:newstagd:schema:item:v1\"");
	write_raw(&json, "title", "\"A news item as newstagd takes it\"");
	write_raw(&json, "description",
		  "\"ninjs 3, 2 and 1, JSON Feed, RSS and Atom as JSON, schema.org NewsArticle, "
		  "{id, title, text}; or any of these as the data of a CloudEvents envelope. "
		  "Members that "
		  "are not named here are ignored. Some text is required.\"");
	write_raw(&json, "type", "\"object\"");
	write_raw(&json, "if",
		  "{\"required\":[\"specversion\"],\"properties\":{\"specversion\":{\"type\":"
		  "\"string\"}}}");
	write_raw(&json, "then", "{\"$ref\":\"#/$defs/envelope\"}");
	write_raw(&json, "else", "{\"$ref\":\"#/$defs/item\"}");
	jsonw_key(&json, "$defs");
	jsonw_object(&json);
	write_item_definition(&json);
	write_raw(&json, "envelope",
		  "{\"required\":[\"data\"],\"properties\":{\"data\":{\"$ref\":\"#/$defs/item\"},"
		  "\"data_base64\":{\"type\":\"null\"},\"id\":{\"$ref\":\"#/$defs/numbered\"},"
		  "\"source\":{\"$ref\":\"#/$defs/line\"},\"time\":{\"$ref\":\"#/$defs/time\"}}}");
	for (int shape = 0; shape < SHAPES; shape++)
		write_definition(&json, (enum shape)shape);
	jsonw_object_end(&json);
	jsonw_object_end(&json);
}
