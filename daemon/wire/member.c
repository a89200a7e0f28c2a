#include "wire/dialect.h"

/*
 * The names of members in all dialects. Rows are in order of length, then of bytes: that is how
 * member_find searches, and a test holds it. A name that several dialects share stands once.
 */
#define MEMBER(name, slot, shape, rank, markup, dialect)                                           \
	{                                                                                          \
		name, sizeof(name) - 1, SLOT_##slot, SHAPE_##shape, rank, MARKUP_##markup, dialect \
	}

static const struct member members[] = {
	MEMBER("id", URI, NUMBERED, 40, GUESS, "JSON Feed"),
	MEMBER("@id", URI, NUMBERED, 38, GUESS, "schema.org"),
	MEMBER("rev", VERSION, NUMBERED, 40, GUESS, "lenient"),
	MEMBER("uri", URI, NUMBERED, 50, GUESS, "ninjs 3"),
	MEMBER("url", URL, LINK, 50, GUESS, "JSON Feed"),
	MEMBER("body", BODY, TEXT, 35, GUESS, "lenient"),
	MEMBER("date", PUBLISHED, TIME, 30, GUESS, "lenient"),
	MEMBER("feed", SOURCE, LINE, 20, GUESS, "JSON Feed"),
	MEMBER("guid", URI, NUMBERED, 36, GUESS, "RSS"),
	MEMBER("lang", LANGUAGE, LINE, 40, GUESS, "lenient"),
	MEMBER("link", URL, LINK, 46, GUESS, "RSS"),
	MEMBER("tags", SUBJECTS, SUBJECTS, 50, GUESS, "JSON Feed"),
	MEMBER("text", BODY, TEXT, 34, GUESS, "lenient"),
	MEMBER("about", SUBJECTS, SUBJECTS, 50, GUESS, "schema.org"),
	MEMBER("links", URL, LINK, 40, GUESS, "RSS"),
	MEMBER("place", PLACES, NAMES, 50, GUESS, "ninjs 1"),
	MEMBER("title", HEADLINE, TEXT, 30, GUESS, "JSON Feed"),
	MEMBER("bodies", BODY, PARTS, 50, GUESS, "ninjs 3"),
	MEMBER("people", PEOPLE, NAMES, 50, GUESS, "ninjs 3"),
	MEMBER("person", PEOPLE, NAMES, 50, GUESS, "ninjs 1"),
	MEMBER("places", PLACES, NAMES, 50, GUESS, "ninjs 3"),
	MEMBER("source", SOURCE, LINE, 35, GUESS, "lenient"),
	MEMBER("status", STATE, STATUS, 30, GUESS, "lenient"),
	MEMBER("topics", SUBJECTS, SUBJECTS, 50, GUESS, "lenient"),
	MEMBER("caption", CAPTION, TEXT, 40, GUESS, "lenient"),
	MEMBER("content", BODY, TEXT, 36, GUESS, "RSS"),
	MEMBER("dc:date", PUBLISHED, TIME, 35, GUESS, "RSS"),
	MEMBER("isoDate", PUBLISHED, TIME, 42, GUESS, "RSS"),
	MEMBER("pubDate", PUBLISHED, TIME, 40, GUESS, "RSS"),
	MEMBER("subhead", SUBHEAD, TEXT, 35, GUESS, "lenient"),
	MEMBER("subject", SUBJECTS, SUBJECTS, 50, GUESS, "ninjs 1"),
	MEMBER("summary", SUMMARY, TEXT, 40, GUESS, "JSON Feed"),
	MEMBER("updated", MODIFIED, TIME, 41, GUESS, "RSS"),
	MEMBER("urgency", URGENCY, URGENCY, 50, GUESS, "ninjs 3"),
	MEMBER("version", VERSION, NUMBERED, 50, GUESS, "ninjs 3"),
	MEMBER("abstract", SUMMARY, TEXT, 38, GUESS, "lenient"),
	MEMBER("category", SUBJECTS, SUBJECTS, 50, GUESS, "RSS"),
	MEMBER("headline", HEADLINE, TEXT, 40, GUESS, "ninjs 1"),
	MEMBER("keywords", SUBJECTS, KEYWORDS, 50, GUESS, "schema.org"),
	MEMBER("language", LANGUAGE, LINE, 50, GUESS, "ninjs 3"),
	MEMBER("mentions", MENTIONS, MENTIONS, 50, GUESS, "schema.org"),
	MEMBER("priority", URGENCY, URGENCY, 30, GUESS, "lenient"),
	MEMBER("provider", SOURCE, LINE, 36, GUESS, "lenient"),
	MEMBER("slugline", SLUGLINE, TEXT, 50, NONE, "ninjs 3"),
	MEMBER("subjects", SUBJECTS, SUBJECTS, 50, GUESS, "ninjs 3"),
	MEMBER("subtitle", SUBHEAD, TEXT, 30, GUESS, "JSON Feed"),
	MEMBER("body_html", BODY, TEXT, 43, HTML, "ninjs 1"),
	MEMBER("body_text", BODY, TEXT, 45, NONE, "ninjs 1"),
	MEMBER("embargoed", EMBARGO, TIME, 49, GUESS, "ninjs 1"),
	MEMBER("headlines", HEADLINE, PARTS, 50, GUESS, "ninjs 3"),
	MEMBER("pubStatus", STATE, STATE, 50, GUESS, "ninjs 3"),
	MEMBER("published", PUBLISHED, TIME, 41, GUESS, "RSS"),
	MEMBER("publisher", SOURCE, LINE, 40, GUESS, "schema.org"),
	MEMBER("pubstatus", STATE, STATE, 49, GUESS, "ninjs 1"),
	MEMBER("timestamp", PUBLISHED, TIME, 20, GUESS, "lenient"),
	MEMBER("updatedAt", MODIFIED, TIME, 31, GUESS, "lenient"),
	MEMBER("body_xhtml", BODY, TEXT, 44, HTML, "ninjs 1"),
	MEMBER("categories", SUBJECTS, SUBJECTS, 50, GUESS, "RSS"),
	MEMBER("created_at", PUBLISHED, TIME, 19, GUESS, "lenient"),
	MEMBER("dc:subject", SUBJECTS, SUBJECTS, 50, GUESS, "RSS"),
	MEMBER("feed_title", SOURCE, LINE, 21, GUESS, "JSON Feed"),
	MEMBER("identifier", URI, NUMBERED, 32, GUESS, "schema.org"),
	MEMBER("inLanguage", LANGUAGE, LINE, 45, GUESS, "schema.org"),
	MEMBER("infosource", SOURCE, LINE, 49, GUESS, "ninjs 1"),
	MEMBER("updated_at", MODIFIED, TIME, 30, GUESS, "lenient"),
	MEMBER("articleBody", BODY, TEXT, 41, GUESS, "schema.org"),
	MEMBER("dateCreated", PUBLISHED, TIME, 15, GUESS, "schema.org"),
	MEMBER("dc:language", LANGUAGE, LINE, 30, GUESS, "RSS"),
	MEMBER("description", SUMMARY, TEXT, 36, GUESS, "RSS"),
	MEMBER("infoSources", SOURCE, LINE, 50, GUESS, "ninjs 3"),
	MEMBER("publishedAt", PUBLISHED, TIME, 38, GUESS, "lenient"),
	MEMBER("content_html", BODY, TEXT, 39, HTML, "JSON Feed"),
	MEMBER("content_text", BODY, TEXT, 40, NONE, "JSON Feed"),
	MEMBER("dateModified", MODIFIED, TIME, 45, GUESS, "schema.org"),
	MEMBER("descriptions", SUMMARY, PARTS, 50, GUESS, "ninjs 3"),
	MEMBER("external_url", URL, LINK, 30, GUESS, "JSON Feed"),
	MEMBER("firstCreated", PUBLISHED, TIME, 50, GUESS, "ninjs 3"),
	MEMBER("firstcreated", PUBLISHED, TIME, 49, GUESS, "ninjs 1"),
	MEMBER("organisation", ORGANISATIONS, NAMES, 50, GUESS, "ninjs 1"),
	MEMBER("organization", ORGANISATIONS, NAMES, 50, GUESS, "lenient"),
	MEMBER("published_at", PUBLISHED, TIME, 39, GUESS, "lenient"),
	MEMBER("datePublished", PUBLISHED, TIME, 45, GUESS, "schema.org"),
	MEMBER("date_modified", MODIFIED, TIME, 46, GUESS, "JSON Feed"),
	MEMBER("dc:identifier", URI, NUMBERED, 30, GUESS, "RSS"),
	MEMBER("organisations", ORGANISATIONS, NAMES, 50, GUESS, "ninjs 3"),
	MEMBER("organizations", ORGANISATIONS, NAMES, 50, GUESS, "lenient"),
	MEMBER("contentSnippet", SUMMARY, TEXT, 20, NONE, "RSS"),
	MEMBER("date_published", PUBLISHED, TIME, 46, GUESS, "JSON Feed"),
	MEMBER("embargoedUntil", EMBARGO, TIME, 50, GUESS, "ninjs 3"),
	MEMBER("versionCreated", MODIFIED, TIME, 50, GUESS, "ninjs 3"),
	MEMBER("versioncreated", MODIFIED, TIME, 49, GUESS, "ninjs 1"),
	MEMBER("content:encoded", BODY, TEXT, 38, GUESS, "RSS"),
	MEMBER("contentLocation", PLACES, NAMES, 50, GUESS, "schema.org"),
	MEMBER("content_encoded", BODY, TEXT, 37, GUESS, "RSS"),
	MEMBER("description_html", SUMMARY, TEXT, 43, HTML, "ninjs 1"),
	MEMBER("description_text", SUMMARY, TEXT, 45, NONE, "ninjs 1"),
	MEMBER("mainEntityOfPage", URL, LINK, 20, GUESS, "schema.org"),
	MEMBER("description_xhtml", SUMMARY, TEXT, 44, HTML, "ninjs 1"),
	MEMBER("creativeWorkStatus", STATE, STATUS, 40, GUESS, "schema.org"),
	MEMBER("alternativeHeadline", SUBHEAD, TEXT, 40, GUESS, "schema.org"),
	MEMBER("description_caption", CAPTION, TEXT, 45, GUESS, "ninjs 1"),
};

#define MEMBERS (sizeof(members) / sizeof(*members))

/* ninjs 1 and 2 allow any ending behind these. */
static const struct member families[] = {
	MEMBER("description_", SUMMARY, TEXT, 42, GUESS, "ninjs 1"),
	MEMBER("body_", BODY, TEXT, 42, GUESS, "ninjs 1"),
};

static int compare(struct view name, const struct member *member)
{
	if (name.len != member->len)
		return name.len < member->len ? -1 : 1;
	if (name.len && name.ptr[0] != member->name[0])
		return (unsigned char)name.ptr[0] < (unsigned char)member->name[0] ? -1 : 1;
	return memcmp(name.ptr, member->name, name.len);
}

static const struct member *find_family(struct view name)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (view_starts(name, view_of(families[i].name)))
			return &families[i];
	return NULL;
}

const struct member *member_find(struct view name)
{
	size_t from = 0, to = MEMBERS;

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = compare(name, &members[middle]);

		if (order == 0)
			return &members[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return find_family(name);
}

const struct member *member_at(size_t index)
{
	return index < MEMBERS ? &members[index] : NULL;
}
