#include "base/jsonw.h"
#include "rules/expr_form.h"
#include "rules/loader.h"
#include "rules/read_rule.h"
#include "rules/read_vocabulary.h"

/*
 * The JSON Schema of a pack: objects from the tables that the readers read by, and what these
 * tables refer to from the table below. A schema cannot tell everything: patterns, names and
 * numbers that must agree are for `check`. Where another reader of YAML makes a boolean or a number
 * of a word (no, on, 164) the schema takes these too.
 */

#define REF(name) "\"$ref\":\"#/$defs/" name "\""
#define ONE_OR_LIST(name)                                                                          \
	"\"anyOf\":[{" REF(name) "},{\"type\":\"array\",\"minItems\":1,\"items\":{" REF(name) "}}" \
											      "]"
#define WORDLIKE "\"type\":[\"string\",\"number\",\"boolean\"]"
#define NAMED(names, values)                                                                       \
	"\"type\":\"object\",\"propertyNames\":{" REF(names) "},\"additionalProperties\":{" REF(   \
		values) "}"
#define SEVERAL(values)                                                                            \
	"\"anyOf\":[{" REF(values) "},{\"type\":\"array\",\"maxItems\":256,\"items\":{" REF(       \
		values) "}}]"

struct definition {
	const char *name;
	const struct read_form *form; /* an object with its keys; NULL: none */
	const char *json;	      /* members; of a form these are added */
	const char *property;	      /* one more property of a form, or NULL */
};

/* clang-format off */
static const struct definition definitions[] = {
	{"text", NULL, WORDLIKE ",\"minLength\":1", NULL},
	{"texts", NULL, SEVERAL("text"), NULL},
	{"name", NULL, WORDLIKE ",\"pattern\":\"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$\"", NULL},
	{"names", NULL, SEVERAL("name"), NULL},
	{"variable", NULL, WORDLIKE ",\"pattern\":\"^[A-Za-z_][A-Za-z0-9_]{0,127}$\"", NULL},
	{"language", NULL, "\"type\":[\"string\",\"boolean\"],\"minLength\":2", NULL},
	{"languages", NULL, ONE_OR_LIST("language"), NULL},
	{"pattern", NULL, WORDLIKE ",\"minLength\":1,\"maxLength\":4096", NULL},
	{"pattern_list", NULL, "\"anyOf\":[{" REF("pattern") "},{\"type\":\"array\",\"items\":{" REF("pattern") "}}]", NULL},
	{"patterns", NULL, "\"anyOf\":[{" REF("pattern_list") "},{" NAMED("language", "pattern_list") "}]", NULL},
	{"value", NULL, WORDLIKE ",\"minLength\":1", NULL},
	{"values", NULL, SEVERAL("value"), NULL},
	{"constants", NULL, NAMED("name", "values"), NULL},
	{"members", NULL, REF("expression"), NULL},
	{"expression", NULL, "\"anyOf\":[{" REF("pattern") "},{\"type\":\"array\",\"minItems\":1,\"items\":{" REF("expression") "}},{" REF("operation") "}]", NULL},
	{"operation", &expr_form, "\"oneOf\":[{\"required\":[\"any\"]},{\"required\":[\"all\"]},{\"required\":[\"none\"]},{\"required\":[\"atleast\"]},"
	 "{\"required\":[\"count\"]},{\"required\":[\"near\"]},{\"required\":[\"sum\"]},{\"required\":[\"meta\"]}]", NULL},
	{"atleast", &atleast_form, NULL, NULL},
	{"count", &count_form, NULL, NULL},
	{"near", &near_form, NULL, NULL},
	{"sum", &sum_form, NULL, NULL},
	{"meta", &meta_form, "\"minProperties\":1", NULL},
	{"urgency", NULL, "\"anyOf\":[{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},{\"type\":\"string\",\"pattern\":\"^([<>]=?|=)? *[1-9]$\"}]", NULL},
	{"field", NULL, "\"enum\":[\"headline\",\"subhead\",\"summary\",\"lede\",\"body\",\"caption\",\"slugline\"]", NULL},
	{"fields", NULL, ONE_OR_LIST("field"), NULL},
	{"condition", NULL, "\"type\":\"string\",\"pattern\":\"^(asserted|(not +)?(negated|hypothetical|future|historical|averted|denied|quoted))$\"", NULL},
	{"is", NULL, ONE_OR_LIST("condition"), NULL},
	{"adjust", &adjust_form, NULL, NULL},
	{"effect", NULL, "\"anyOf\":[{\"const\":\"drop\"},{" REF("constants") "}]", NULL},
	{"modality", NULL, "\"enum\":[\"negated\",\"hypothetical\",\"future\",\"historical\",\"averted\",\"denied\",\"quoted\"]", NULL},
	{"modal", NULL, NAMED("modality", "effect"), NULL},
	{"emit", NULL, "\"type\":\"object\",\"propertyNames\":{" REF("name") "},\"properties\":{\"class\":{" REF("name") "},\"status\":{" REF("name") "},"
	 "\"direction\":{\"enum\":[\"+\",\"0\",\"-\",0]},\"codes\":{" REF("constants") "}},\"additionalProperties\":{" REF("values") "}", NULL},
	{"grab", NULL, NAMED("name", "grab_value"), NULL},
	{"grab_value", NULL, "\"anyOf\":[{" REF("expression") "},{" REF("grab_operation") "}]", NULL},
	{"grab_operation", &expr_form, "\"required\":[\"speaker\"]", "\"speaker\":{\"enum\":[\"include\",\"exclude\"]}"},
	{"set_case", &set_case_form, NULL, NULL},
	{"tests", &tests_form, NULL, NULL},
	{"test", &test_form, "\"anyOf\":[{\"required\":[\"text\"]},{\"required\":[\"title\"]},{\"required\":[\"subhead\"]},"
	 "{\"required\":[\"summary\"]},{\"required\":[\"caption\"]},{\"required\":[\"slugline\"]}]", NULL},
	{"rule", &rule_form, NULL, NULL},
	{"entity", &entity_form, NULL, NULL},
	{"cue", &cue_form, NULL, NULL},
	{"lists", NULL, NAMED("variable", "patterns"), NULL},
	{"terms", NULL, NAMED("variable", "expression"), NULL},
	{"entities", NULL, NAMED("variable", "entity"), NULL},
	{"cues", NULL, NAMED("name", "cue"), NULL},
	{"rules", NULL, NAMED("name", "rule"), NULL},
	{"override", &override_form, "\"allOf\":[{\"oneOf\":[{\"required\":[\"rule\"]},{\"required\":[\"list\"]},{\"required\":[\"cue\"]},{\"required\":[\"entity\"]}]},"
	 "{\"oneOf\":[{\"required\":[\"append\"]},{\"required\":[\"replace\"]},{\"required\":[\"disable\"]}]}]", NULL},
};
/* clang-format on */

/* Members into an object that is open, behind a comma where one is due. */
static void write_members(struct str *out, const char *members)
{
	if (!members)
		return;
	if (out->ptr[out->len - 1] != '{')
		str_add_char(out, ',');
	str_add_text(out, members);
}

static void write_text(struct str *out, const char *text)
{
	struct jsonw json = jsonw_begin(out);

	jsonw_string(&json, text);
}

/* "off" is false to other readers. */
static void write_choice(const struct read_key *key, struct str *out)
{
	bool off = false;

	write_members(out, "\"enum\":[");
	for (size_t i = 0; key->words[i]; i++) {
		if (i)
			str_add_char(out, ',');
		write_text(out, key->words[i]);
		off |= strcmp(key->words[i], "off") == 0;
	}
	str_add_text(out, off ? ",false]" : "]");
}

static void write_key(const struct read_key *key, struct str *out)
{
	write_text(out, key->name);
	str_add_text(out, ":{");
	if (key->help) {
		write_members(out, "\"description\":");
		write_text(out, key->help);
	}
	if (key->schema) {
		write_members(out, key->schema);
	} else if (key->words) {
		write_choice(key, out);
	} else {
		write_members(out, "\"type\":\"integer\"");
		str_printf(out, ",\"minimum\":%d,\"maximum\":%d", key->least, key->most);
	}
	str_add_char(out, '}');
}

static void write_required(const struct read_form *form, struct str *out)
{
	bool any = false;

	for (size_t i = 0; i < form->count; i++) {
		if (!form->keys[i].required)
			continue;
		write_members(out, any ? NULL : "\"required\":[");
		if (any)
			str_add_char(out, ',');
		write_text(out, form->keys[i].name);
		any = true;
	}
	if (any)
		str_add_char(out, ']');
}

static void write_form(const struct read_form *form, const char *property, struct str *out)
{
	write_members(out, "\"type\":\"object\",\"additionalProperties\":false");
	write_required(form, out);
	write_members(out, "\"properties\":{");
	for (size_t i = 0; i < form->count; i++) {
		if (i)
			str_add_char(out, ',');
		write_key(&form->keys[i], out);
	}
	write_members(out, property);
	str_add_char(out, '}');
}

void packs_write_schema(struct str *out)
{
	str_add_text(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
			  "\"title\":\"A pack of rules\"");
	write_form(&pack_form, NULL, out);
	str_add_text(out, ",\"$defs\":{");
	for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++) {
		const struct definition *definition = &definitions[i];

		if (i)
			str_add_char(out, ',');
		write_text(out, definition->name);
		str_add_text(out, ":{");
		if (definition->form)
			write_form(definition->form, definition->property, out);
		write_members(out, definition->json);
		str_add_char(out, '}');
	}
	str_add_text(out, "}}");
}
