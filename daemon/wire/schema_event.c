#include "wire/schema.h"

#include "base/jsonw.h"

/* The schema of events: what wire_encode writes. A test validates emitted events against it. */
struct piece {
	const char *key;
	const char *schema;
};

static const struct piece event_head[] = {
	{"$id", "\"urn:newstagd:schema:event:v1\""},
	{"title", "\"An event of newstagd\""},
};

static const struct piece retracted_head[] = {
	{"$id", "\"urn:newstagd:schema:retracted:v1\""},
	{"title", "\"A retraction of newstagd: events that are withdrawn\""},
};

static const struct piece head[] = {
	{"$schema", "\"https://json-schema.org/draft/2020-12/schema\""},
	{"description", "\"CloudEvents 1.0, structured JSON. Consumers ignore members that they do"
			" not know.\""},
	{"type", "\"object\""},
	{"required",
	 "[\"specversion\",\"id\",\"source\",\"type\",\"subject\",\"time\",\"recordedtime\","
	 "\"datacontenttype\",\"dataschema\",\"sequence\",\"topicsequence\",\"streamid\","
	 "\"partitionkey\",\"data\"]"},
	{"additionalProperties", "false"},
};

static const struct piece attributes[] = {
	{"specversion", "{\"const\":\"1.0\"}"},
	{"id", "{\"description\":\"SHA-256 over item uri, item version, class,"
	       " status and merge key: equal for a replay.\",\"type\":\"string\","
	       "\"pattern\":\"^[0-9a-f]{32}$\"}"},
	{"source", "{\"description\":\"urn:newstagd: and the name of the instance.\","
		   "\"type\":\"string\",\"pattern\":\"^urn:newstagd:\"}"},
	{"subject", "{\"description\":\"The item's identifier, verbatim.\",\"type\":\"string\","
		    "\"minLength\":1}"},
	{"time", "{\"description\":\"When the item was reported.\",\"type\":\"string\","
		 "\"pattern\":\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-"
		 "9]{3,9})?Z$\"}"},
	{"recordedtime",
	 "{\"description\":\"When it was tagged.\",\"type\":\"string\","
	 "\"pattern\":\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-"
	 "9]{3,9})?Z$\"}"},
	{"datacontenttype", "{\"const\":\"application/json\"}"},
	{"sequence", "{\"description\":\"Counts up by one per stream, without holes.\","
		     "\"type\":\"string\",\"pattern\":\"^[0-9]{20}$\"}"},
	{"topicsequence", "{\"description\":\"Counts up by one per topic.\",\"type\":\"string\","
			  "\"pattern\":\"^[0-9]{20}$\"}"},
	{"streamid", "{\"description\":\"Of the journal; another one only with a new journal, "
		     "whose sequence begins anew.\","
		     "\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\"}"},
	{"partitionkey", "{\"description\":\"What subscribers that share the work may split by: "
			 "events of one item stay together.\","
			 "\"type\":\"string\",\"minLength\":1}"},
	{"data", "{\"description\":\"What was said: see below.\","
		 "\"$ref\":\"#/$defs/data\"}"},
};

static const struct piece event_attributes[] = {
	{"type", "{\"description\":\"newstag., the class, and the version of this form.\","
		 "\"type\":\"string\",\"pattern\":\"^newstag[.].+[.]v1$\"}"},
	{"dataschema", "{\"const\":\"urn:newstagd:schema:event:v1\"}"},
};

static const struct piece retracted_attributes[] = {
	{"type", "{\"const\":\"newstag.retracted.v1\"}"},
	{"dataschema", "{\"const\":\"urn:newstagd:schema:retracted:v1\"}"},
};

static const struct piece retracted_members[] = {
	{"reason", "{\"description\":\"A newer version said something else, or the item was "
		   "canceled.\",\"enum\":[\"corrected\",\"canceled\"]}"},
	{"old_version", "{\"description\":\"The version whose events are withdrawn; item.version "
			"is the one that withdraws them.\",\"type\":\"string\",\"minLength\":1}"},
	{"withdrawn",
	 "{\"description\":\"The events that count no more.\",\"type\":\"array\","
	 "\"minItems\":1,\"items\":{\"type\":\"object\",\"required\":[\"id\"],"
	 "\"additionalProperties\":false,\"properties\":{\"id\":{\"type\":\"string\","
	 "\"pattern\":\"^[0-9a-f]{32}$\"},\"successor\":{\"description\":\"The event of the newer "
	 "version that says the same; it follows. Without one, nothing takes its place.\","
	 "\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\"}}}}"},
};

static const struct piece retracted_rest[] = {
	{"type", "\"object\""},
	{"required", "[\"reason\",\"withdrawn\",\"item\"]"},
	{"additionalProperties", "false"},
};

static const struct piece data_members[] = {
	{"parties", "{\"description\":\"Who takes part, by id.\","
		    "\"$ref\":\"#/$defs/identified\"}"},
	{"issues", "{\"description\":\"What it is about, by id.\","
		   "\"$ref\":\"#/$defs/identified\"}"},
	{"places", "{\"description\":\"Where, by id.\","
		   "\"$ref\":\"#/$defs/identified\"}"},
	{"class", "{\"description\":\"negotiation, blackout, or a class of one's own rules.\","
		  "\"type\":\"string\",\"minLength\":1}"},
	{"status", "{\"description\":\"The state that the item reports; none is the beginning of "
		   "another in its class.\","
		   "\"type\":\"string\",\"minLength\":1}"},
	{"direction", "{\"description\":\"Whether it moves forward, stays, or goes back.\","
		      "\"enum\":[\"+\",\"0\",\"-\"]}"},
	{"modality",
	 "{\"description\":\"Everything that cues and quotes put on the statement; as"
	 "serted stands alone.\",\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true,"
	 "\"items\":{\"enum\":[\"asserted\",\"negated\",\"hypothetical\",\"future\","
	 "\"historical\",\"averted\",\"denied\",\"quoted\"]},"
	 "\"if\":{\"contains\":{\"const\":\"asserted\"}},\"then\":{\"maxItems\":1}}"},
	{"score", "{\"description\":\"Points that the rule came to.\","
		  "\"type\":\"integer\"}"},
	{"confidence", "{\"description\":\"Rises with the score.\","
		       "\"type\":\"number\",\"minimum\":0,\"maximum\":1}"},
	{"attributed_to", "{\"description\":\"Who said so, where the item quotes somebody: an "
			  "entity's id, or the words.\","
			  "\"type\":\"string\",\"minLength\":1}"},
	{"codes", "{\"description\":\"The same in other vocabularies.\","
		  "\"type\":\"object\",\"required\":[\"plover\",\"cameo\",\"medtop\",\"gdelt\"],"
		  "\"additionalProperties\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
		  "\"minLength\":1}}}"},
	{"item", "{\"description\":\"The news item.\",\"$ref\":\"#/$defs/item\"}"},
	{"rule",
	 "{\"description\":\"The rule that won; others that were merged into it stand in why.\","
	 "\"type\":\"string\",\"minLength\":1}"},
	{"rev", "{\"description\":\"Of the rule: changes with its text.\","
		"\"type\":\"string\",\"pattern\":\"^[0-9a-f]{12}$\"}"},
	{"why", "{\"description\":\"Each condition that held, with the bytes that held it.\","
		"\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/why\"}}"},
	{"ruleset", "{\"description\":\"The hash of the rule set that judged the item.\","
		    "\"type\":\"string\",\"pattern\":\"^sha256:[0-9a-f]+$\"}"},
};

static const struct piece data_rest[] = {
	{"type", "\"object\""},
	{"required",
	 "[\"class\",\"modality\",\"score\",\"confidence\",\"codes\",\"item\",\"why\"]"},
	{"additionalProperties", "{\"description\":\"A field of the rules.\","
				 "\"anyOf\":[{\"$ref\":\"#/$defs/value\"},{\"type\":\"array\","
				 "\"items\":{\"$ref\":\"#/$defs/value\"}}]}"},
};

static const struct piece both[] = {
	{"item",
	 "{\"description\":\"The news item.\","
	 "\"type\":\"object\",\"required\":[\"uri\"],\"additionalProperties\":false,"
	 "\"properties\":{\"uri\":{\"type\":\"string\",\"minLength\":1},"
	 "\"version\":{\"type\":\"string\",\"minLength\":1},\"headline\":{\"type\":\"string\","
	 "\"minLength\":1},\"language\":{\"type\":\"string\",\"minLength\":1},"
	 "\"source\":{\"type\":\"string\",\"minLength\":1},\"published\":{\"type\":\"string\","
	 "\"pattern\":\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-"
	 "9]{3,9})?Z$\"},\"url\":{\"type\":\"string\",\"minLength\":1}}}"},
};

static const struct piece shared[] = {
	{"identified", "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\"],"
		       "\"properties\":{\"id\":{\"type\":\"string\",\"minLength\":1}}}}"},
	{"value",
	 "{\"description\":\"One value of a field: words, a number, a truth value,"
	 " an entity, a quantity or a date.\",\"anyOf\":[{\"type\":[\"string\",\"number\","
	 "\"boolean\"]},{\"type\":\"object\",\"required\":[\"id\"],"
	 "\"properties\":{\"id\":{\"type\":\"string\",\"minLength\":1},"
	 "\"type\":{\"type\":\"string\",\"minLength\":1},\"name\":{\"type\":\"string\","
	 "\"minLength\":1},\"in\":{\"type\":\"string\",\"minLength\":1},"
	 "\"qid\":{\"type\":\"string\",\"minLength\":1},\"text\":{\"type\":\"string\","
	 "\"minLength\":1}},\"additionalProperties\":false},{\"type\":\"object\","
	 "\"required\":[\"value\",\"bound\"],\"properties\":{\"value\":{\"type\":[\"number\","
	 "\"null\"]},\"bound\":{\"enum\":[\"exact\",\"about\",\"at_least\",\"at_most\"]},"
	 "\"unit\":{\"type\":\"string\",\"minLength\":1},\"text\":{\"type\":\"string\","
	 "\"minLength\":1}},\"additionalProperties\":false},{\"type\":\"object\","
	 "\"required\":[\"text\"],\"properties\":{\"text\":{\"type\":\"string\","
	 "\"minLength\":1},\"from\":{\"type\":\"string\",\"minLength\":1},"
	 "\"until\":{\"type\":\"string\",\"minLength\":1}},\"additionalProperties\":false}]}"},
	{"why", "{\"type\":\"object\",\"required\":[\"rule\",\"node\",\"field\",\"bytes\",\"text\","
		"\"points\"],\"additionalProperties\":false,"
		"\"properties\":{\"rule\":{\"type\":\"string\",\"minLength\":1},"
		"\"rev\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{12}$\","
		"\"description\":\"Of the rule that won.\"},\"node\":{\"type\":\"string\"},"
		"\"field\":{\"enum\":[\"headline\",\"subhead\",\"summary\",\"body\",\"caption\","
		"\"slugline\"]},\"bytes\":{\"description\":\"From and to,"
		" into the extracted text of the field, UTF-8.\",\"type\":\"array\","
		"\"prefixItems\":[{\"type\":\"integer\",\"minimum\":0},{\"type\":\"integer\","
		"\"minimum\":0}],\"items\":false,\"minItems\":2},\"text\":{\"type\":\"string\"},"
		"\"points\":{\"type\":\"integer\"}}}"},
};

#define WRITE(json, pieces) write_pieces(json, pieces, sizeof(pieces) / sizeof(*(pieces)))

static void write_pieces(struct jsonw *json, const struct piece *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		jsonw_key(json, pieces[i].key);
		jsonw_raw(json, view_of(pieces[i].schema));
	}
}

static void begin(struct jsonw *json, const char *key)
{
	jsonw_key(json, key);
	jsonw_object(json);
}

void wire_write_event_schema(struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	jsonw_object(&json);
	WRITE(&json, event_head);
	WRITE(&json, head);
	begin(&json, "properties");
	WRITE(&json, attributes);
	WRITE(&json, event_attributes);
	jsonw_object_end(&json);
	begin(&json, "$defs");
	begin(&json, "data");
	WRITE(&json, data_rest);
	begin(&json, "properties");
	WRITE(&json, data_members);
	jsonw_object_end(&json);
	jsonw_object_end(&json);
	WRITE(&json, both);
	WRITE(&json, shared);
	jsonw_object_end(&json);
	jsonw_object_end(&json);
}

void wire_write_retracted_schema(struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	jsonw_object(&json);
	WRITE(&json, retracted_head);
	WRITE(&json, head);
	begin(&json, "properties");
	WRITE(&json, attributes);
	WRITE(&json, retracted_attributes);
	jsonw_object_end(&json);
	begin(&json, "$defs");
	begin(&json, "data");
	WRITE(&json, retracted_rest);
	begin(&json, "properties");
	WRITE(&json, retracted_members);
	begin(&json, "item");
	jsonw_key(&json, "$ref");
	jsonw_string(&json, "#/$defs/item");
	jsonw_object_end(&json);
	jsonw_object_end(&json);
	jsonw_object_end(&json);
	WRITE(&json, both);
	jsonw_object_end(&json);
	jsonw_object_end(&json);
}
