#include "base/clock.h"
#include "wire/decode.h"

#include <check.h>
#include <stdlib.h>

/* Items in the shapes that each dialect's producers write, and what is to come out of them. */
static struct arena arena;

static void setup(void)
{
	arena = (struct arena){0};
}

static void teardown(void)
{
	arena_fini(&arena);
}

static void tell(struct str *out, const char *name, struct view text)
{
	if (text.len)
		str_printf(out, "%s=%.*s|", name, VIEW_ARGS(text));
}

static void tell_time(struct str *out, const char *name, int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	if (time == CLOCK_NONE)
		return;
	clock_write(time, text);
	tell(out, name, view_of(text));
}

static void tell_names(struct str *out, const char *name, struct item_views list)
{
	for (size_t i = 0; i < list.len; i++)
		tell(out, name, list.at[i]);
}

/* `name=value|` of everything that the item says, in one order. */
static void tell_item(struct str *out, const struct item *item)
{
	static const char *const states[] = {"", "withheld", "canceled"};

	tell(out, "uri", item->uri);
	tell(out, "version", item->version);
	tell(out, "language", item->language);
	tell(out, "source", item->source);
	tell(out, "url", item->url);
	for (int i = 0; i < ITEM_FIELDS; i++) {
		if (item->fields[i].html)
			str_add_text(out, "html ");
		tell(out, item_field_name((enum item_field)i), item->fields[i].text);
	}
	tell_time(out, "published", item->published);
	tell_time(out, "modified", item->modified);
	tell_time(out, "embargo", item->embargo);
	tell(out, "state", view_of(states[item->state]));
	if (item->urgency)
		str_printf(out, "urgency=%d|", item->urgency);
	for (size_t i = 0; i < item->subject_count; i++)
		str_printf(out, "subject=%.*s/%.*s|", VIEW_ARGS(item->subjects[i].uri),
			   VIEW_ARGS(item->subjects[i].name));
	tell_names(out, "person", item->people);
	tell_names(out, "organisation", item->organisations);
	tell_names(out, "place", item->places);
}

static const struct {
	const char *message;
	const char *told;
} items[] = {
	/* ninjs 3 */
	{"{\"uri\":\"urn:a\",\"version\":\"2\",\"language\":\"en\",\"headlines\":[{\"role\":"
	 "\"short\",\"value\":"
	 "\"S\"},{\"role\":\"main\",\"value\":\"Talks\"},{\"role\":\"subhead\",\"value\":\"In "
	 "Geneva\"}],"
	 "\"descriptions\":[{\"role\":\"caption\",\"value\":\"Envoys\"},{\"value\":\"Sum\"}],"
	 "\"bodies\":[{\"role\":\"teaser\",\"value\":\"no\"},{\"role\":\"main\",\"contentType\":"
	 "\"text/html\","
	 "\"value\":\"plain\"}],\"slugline\":\"talks\",\"firstCreated\":\"2025-12-19T09:00:00Z\","
	 "\"versionCreated\":\"2025-12-19T11:30:00+02:00\",\"embargoedUntil\":\"2025-12-20T00:00:"
	 "00Z\","
	 "\"pubStatus\":\"withheld\",\"urgency\":3,\"infoSources\":[{\"name\":\"Wire\",\"uri\":"
	 "\"urn:w\"}],"
	 "\"subjects\":[{\"uri\":\"medtop:20000076\",\"name\":\"peace "
	 "talks\",\"confidence\":80},{\"name\":\"x\"}],"
	 "\"people\":[{\"name\":\"A. "
	 "Envoy\",\"uri\":\"urn:p\"}],\"organisations\":[{\"name\":\"UN\"}],"
	 "\"places\":[{\"name\":\"Geneva\"},null]}",
	 "uri=urn:a|version=2|language=en|source=Wire|headline=Talks|subhead=In "
	 "Geneva|summary=Sum|html body=plain|"
	 "caption=Envoys|slugline=talks|published=2025-12-19T09:00:00Z|modified=2025-12-19T09:30:"
	 "00Z|"
	 "embargo=2025-12-20T00:00:00Z|state=withheld|urgency=3|subject=medtop:20000076/peace "
	 "talks|subject=/x|"
	 "person=A. Envoy|organisation=UN|place=Geneva|"},
	/* ninjs 2 and 1 */
	{"{\"uri\":\"urn:b\",\"version\":1,\"headline\":\"H\",\"description_text\":\"D\","
	 "\"description_usage\":\"no\","
	 "\"body_xhtml\":\"<p>B</"
	 "p>\",\"firstcreated\":\"2025-12-19T09:00:00Z\",\"versioncreated\":\"2025-12-19\","
	 "\"pubstatus\":\"usable\",\"urgency\":\"5\",\"infosource\":[{\"name\":\"Agency\"}],"
	 "\"embargoed\":null,"
	 "\"subject\":[{\"code\":\"medtop:20000260\",\"name\":\"electricity\"}],\"person\":[{"
	 "\"name\":\"P\"}],"
	 "\"organisation\":[{\"name\":\"O\"}],\"place\":[{\"name\":\"L\"}]}",
	 "uri=urn:b|version=1|source=Agency|headline=H|summary=D|html "
	 "body=<p>B</p>|published=2025-12-19T09:00:00Z|"
	 "modified=2025-12-19T00:00:00Z|urgency=5|subject=medtop:20000260/"
	 "electricity|person=P|organisation=O|place=L|"},
	{"{\"uri\":\"c\",\"headline\":\"H\",\"body_text\":\"a < b\",\"body_xhtml\":\"<p>no</p>\"}",
	 "uri=c|headline=H|body=a < b|"},
	{"{\"uri\":\"c\",\"body_other\":\"B\",\"description_long\":\"D\"}",
	 "uri=c|summary=D|body=B|"},
	{"{\"uri\":\"c\",\"version\":\"3\",\"pubStatus\":\"canceled\"}",
	 "uri=c|version=3|state=canceled|"},
	{"{\"uri\":\"c\",\"pubStatus\":\"stat:canceled\"}", "uri=c|state=canceled|"},
	/* JSON Feed */
	{"{\"id\":7,\"url\":\"https://e.org/7\",\"external_url\":\"https://"
	 "x.org\",\"title\":\"T\",\"content_html\":\"x\","
	 "\"summary\":\"S\",\"date_published\":\"2025-12-19T09:00:00Z\",\"date_modified\":\"2025-"
	 "12-19T10:00:00Z\","
	 "\"tags\":[\"war\",\"peace\"],\"language\":\"uk\",\"feed\":{\"title\":\"The Feed\"}}",
	 "uri=7|language=uk|source=The Feed|url=https://e.org/7|headline=T|summary=S|html body=x|"
	 "published=2025-12-19T09:00:00Z|modified=2025-12-19T10:00:00Z|subject=/war|subject=/"
	 "peace|"},
	{"{\"id\":\"8\",\"content_html\":\"<p>no</p>\",\"content_text\":\"yes & no\"}",
	 "uri=8|body=yes & no|"},
	/* RSS and Atom by converters */
	{"{\"title\":[\"T\"],\"link\":[\"https://e.org/"
	 "a\"],\"guid\":[{\"_\":\"g1\",\"$\":{\"isPermaLink\":\"false\"}}],"
	 "\"pubDate\":[\"Fri, 19 Dec 2025 09:00:00 GMT\"],\"description\":[\"One &amp; two\"],"
	 "\"content:encoded\":[\"<p>Body</"
	 "p>\"],\"category\":[\"a\",{\"_\":\"b\",\"$\":{\"domain\":\"d\"}}]}",
	 "uri=g1|url=https://e.org/a|headline=T|html summary=One &amp; two|html body=<p>Body</p>|"
	 "published=2025-12-19T09:00:00Z|subject=/a|subject=/b|"},
	{"{\"title\":{\"@type\":\"text\",\"#text\":\"A <b> "
	 "c\"},\"link\":[{\"@rel\":\"self\",\"@href\":\"https://e.org/f\"},"
	 "{\"@rel\":\"alternate\",\"@href\":\"https://e.org/"
	 "a\"}],\"id\":\"tag:e.org,1\",\"updated\":"
	 "\"2025-12-19T09:00:00Z\",\"content\":{\"@type\":\"html\",\"#text\":\"B\"},\"summary\":{"
	 "\"@type\":\"html\"},"
	 "\"category\":{\"@term\":\"t\",\"@label\":\"L\"},\"source\":{\"title\":\"Atom\"}}",
	 "uri=tag:e.org,1|source=Atom|url=https://e.org/a|headline=A <b> c|html "
	 "body=B|modified=2025-12-19T09:00:00Z|"
	 "subject=/L|"},
	{"{\"title\":\"T\",\"link\":{\"$\":{\"href\":\"https://e.org/"
	 "x\",\"rel\":\"alternate\"}},\"summary\":{\"$t\":\"S\"}}",
	 "uri=https://e.org/x|url=https://e.org/x|headline=T|summary=S|"},
	{"{\"title\":\"T\",\"links\":[{\"rel\":\"enclosure\",\"href\":\"m.mp3\"},{\"href\":\"h\"}],"
	 "\"guid\":{\"#text\":\" g \"},"
	 "\"content\":[{\"type\":\"text/html\",\"value\":\"<i>a</i>\"},{\"type\":\"text/"
	 "plain\",\"value\":\"a\"}],"
	 "\"tags\":[{\"term\":\"war\",\"scheme\":null,\"label\":null}],\"isoDate\":\"2025-12-19T09:"
	 "00:00.000Z\"}",
	 "uri= g |url=h|headline=T|html "
	 "body=<i>a</i>|published=2025-12-19T09:00:00Z|subject=/war|"},
	{"{\"title\":{\"__cdata\":\"C\"},\"guid\":{\"@isPermaLink\":\"false\"},\"link\":\"\","
	 "\"description\":{},\"content\":[]}",
	 "uri=urn:sha256:X|headline=C|"},
	/* schema.org */
	{"{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\"@id\":\"https://e.org/"
	 "#a\",\"url\":\"https://e.org/\","
	 "\"headline\":[\"H1\",\"H2\"],\"alternativeHeadline\":\"Sub\",\"description\":\"D\","
	 "\"articleBody\":\"B\","
	 "\"datePublished\":\"2025-12-19\",\"dateModified\":\"2025-12-20\",\"inLanguage\":{\"@"
	 "type\":\"Language\","
	 "\"alternateName\":\"en\"},\"publisher\":{\"@type\":\"Organization\",\"name\":\"Pub\"},"
	 "\"author\":{\"name\":\"no\"},"
	 "\"about\":[{\"@id\":\"urn:t\",\"name\":\"topic\"}],\"keywords\":\"peace, war "
	 ",\",\"mentions\":[{\"@type\":\"Person\","
	 "\"name\":\"P\"},{\"@type\":\"Country\",\"name\":\"C\"},{\"@type\":\"Organization\","
	 "\"name\":\"O\"},"
	 "{\"@type\":\"Thing\",\"name\":\"no\"}],\"creativeWorkStatus\":\"Obsolete\",\"version\":"
	 "4}",
	 "uri=https://e.org/#a|version=4|language=en|source=Pub|url=https://e.org/"
	 "|headline=H1|subhead=Sub|summary=D|"
	 "body=B|published=2025-12-19T00:00:00Z|modified=2025-12-20T00:00:00Z|state=canceled|"
	 "subject=urn:t/topic|"
	 "subject=/peace|subject=/war|person=P|organisation=O|place=C|"},
	/* CloudEvents around an item: what the item does not say, the envelope says */
	{"{\"specversion\":\"1.0\",\"type\":\"x\",\"id\":\"e1\",\"source\":\"urn:s\",\"time\":"
	 "\"2025-12-19T09:00:00Z\","
	 "\"data\":{\"title\":\"T\",\"text\":\"B\"}}",
	 "uri=e1|source=urn:s|headline=T|body=B|published=2025-12-19T09:00:00Z|"},
	{"{\"data\":{\"uri\":\"u\",\"title\":\"T\",\"source\":\"in\",\"date\":\"2025-12-18\"},"
	 "\"specversion\":\"1.0\",\"id\":\"e1\","
	 "\"source\":\"urn:s\",\"time\":\"2025-12-19T09:00:00Z\"}",
	 "uri=u|source=in|headline=T|published=2025-12-18T00:00:00Z|"},
	{"{\"specversion\":\"1.0\",\"id\":\"e1\",\"data\":{\"url\":\"https://e.org/"
	 "\",\"title\":\"T\"}}",
	 "uri=https://e.org/|url=https://e.org/|headline=T|"},
	/* lenient */
	{"{\"id\":\"x\",\"title\":\"T\",\"text\":\"B\",\"lang\":\"ru\",\"date\":1734600000,"
	 "\"source\":\"s\",\"rev\":2,"
	 "\"priority\":1,\"status\":\"whatever\",\"topics\":[\"t\"],\"updated_at\":1734600000500,"
	 "\"unknown\":{\"a\":[1]}}",
	 "uri=x|version=2|language=ru|source=s|headline=T|body=B|published=2024-12-19T09:20:00Z|"
	 "modified=2024-12-19T09:20:00.500Z|urgency=1|subject=/t|"},
	{"{\"id\":\"x\",\"text\":\"B\",\"date\":\"NaN\",\"status\":\"deleted\",\"abstract\":\"A\","
	 "\"timestamp\":\"1734600000\"}",
	 "uri=x|summary=A|body=B|published=2024-12-19T09:20:00Z|state=canceled|"},
	{"{\"id\":\"x\",\"text\":[\"One.\",\"Two.\"]}", "uri=x|body=One.\n\nTwo.|"},
	{"{\"id\":\"x\",\"text\":[\"One \",{\"type\":\"bold\",\"text\":\"two\"},\".\"]}",
	 "uri=x|body=One two.|"},
	{"{\"text\":\"\\u0421\\u0432\\u0456\\u0442\\u043b\\u043e \\ud83d\\ude00 "
	 "\\\"\\\\\\/\\b\\f\\r\\t\"}",
	 "uri=urn:sha256:X|body=Світло 😀 \"\\/\b\f\r\t|"},
	{"{\"text\":\"B\",\"headline\":null,\"urgency\":null,\"subjects\":null,\"pubStatus\":null,"
	 "\"people\":null,"
	 "\"embargoed\":\"\",\"language\":\" "
	 "\",\"mentions\":null,\"keywords\":null,\"version\":{}}",
	 "uri=urn:sha256:X|body=B|"},
	/* what is markup */
	{"{\"id\":\"x\",\"text\":\"if a<b and c>d then\"}", "uri=x|body=if a<b and c>d then|"},
	{"{\"id\":\"x\",\"text\":\"two<br/>lines\"}", "uri=x|html body=two<br/>lines|"},
	{"{\"id\":\"x\",\"text\":\"Q&amp;A\"}", "uri=x|html body=Q&amp;A|"},
	{"{\"id\":\"x\",\"text\":\"Q&#38;A\"}", "uri=x|html body=Q&#38;A|"},
	{"{\"id\":\"x\",\"text\":\"Q&amp;A\\nplain\"}", "uri=x|body=Q&amp;A\nplain|"},
	{"{\"id\":\"x\",\"text\":\"AT&T; R&D\"}", "uri=x|body=AT&T; R&D|"},
	{"{\"id\":\"x\",\"text\":\"a <!-- c -->\"}", "uri=x|html body=a <!-- c -->|"},
	{"{\"id\":\"x\",\"text\":\"end </p>\"}", "uri=x|html body=end </p>|"},
	{"{\"id\":\"x\",\"text\":\"price <p\"}", "uri=x|body=price <p|"},
};

/* An identifier made from the content is told as X, its digits checked. */
static void hide_digest(struct str *told)
{
	char *digest = strstr(told->ptr, "urn:sha256:");
	size_t digits;

	if (!digest)
		return;
	digest += strlen("urn:sha256:");
	digits = strspn(digest, "0123456789abcdef");
	ck_assert_uint_eq(digits, 64);
	*digest = 'X';
	memmove(digest + 1, digest + digits, strlen(digest + digits) + 1);
}

START_TEST(test_item)
{
	struct item item;
	struct reject_place place;
	struct str told = {0};
	enum reject reason = wire_decode(view_of(items[_i].message), &WIRE_LIMITS_DEFAULT, &arena,
					 &item, &place);

	ck_assert_msg(reason == REJECT_NONE, "%s: %s of %s at %zu", items[_i].message,
		      reject_name(reason), place.member ? place.member : "-", place.offset);
	tell_item(&told, &item);
	hide_digest(&told);
	ck_assert_str_eq(told.ptr, items[_i].told);
	str_fini(&told);
}
END_TEST

static struct view uri_of(const char *message)
{
	struct item item;

	ck_assert_int_eq(wire_decode(view_of(message), &WIRE_LIMITS_DEFAULT, &arena, &item, NULL),
			 REJECT_NONE);
	return item.uri;
}

START_TEST(test_content_uri)
{
	struct view one = uri_of("{\"title\":\"a\",\"text\":\"b\"}");

	ck_assert(view_equal(
		one, uri_of("{\"body\":\"\\u0062\", \"headline\":\"a\", \"lang\":\"en\"}")));
	ck_assert(!view_equal(one, uri_of("{\"title\":\"ab\"}")));
	ck_assert(!view_equal(one, uri_of("{\"title\":\"b\",\"text\":\"a\"}")));
}
END_TEST

/* Text without escapes is not copied. */
START_TEST(test_views)
{
	const char *message = "{\"uri\":\"u\",\"title\":\"plain\",\"text\":\"\\u0062\"}";
	struct item item;

	wire_decode(view_of(message), &WIRE_LIMITS_DEFAULT, &arena, &item, NULL);
	ck_assert_ptr_eq(item.fields[ITEM_HEADLINE].text.ptr, strstr(message, "plain"));
	ck_assert_ptr_eq(item.uri.ptr, strstr(message, "u\",\"title"));
	ck_assert(view_is(item.fields[ITEM_BODY].text, "b"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dialect");
	TCase *tcase = tcase_create("dialect");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test_item, 0, sizeof(items) / sizeof(*items));
	tcase_add_test(tcase, test_content_uri);
	tcase_add_test(tcase, test_views);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
