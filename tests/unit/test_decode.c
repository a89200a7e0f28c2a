#include "base/clock.h"
#include "base/file.h"
#include "wire/decode.h"
#include "wire/dialect.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct arena arena;

static void tidy(void)
{
	arena_fini(&arena);
}

static enum reject decode(struct view message, struct item *ret_item,
			  struct reject_place *ret_place)
{
	arena_reset(&arena);
	return wire_decode(message, &WIRE_LIMITS_DEFAULT, &arena, ret_item, ret_place);
}

/* --- reasons -----------------------------------------------------------------------------------
 */
#define SAID "\"text\":\"Talks resumed.\""

static const struct {
	const char *message;
	enum reject reason;
	long offset;	    /* -1: not looked at */
	const char *member; /* NULL: none */
} refusals[] = {
	{"", REJECT_NOT_JSON, 0, NULL},
	{" \n", REJECT_NOT_JSON, 2, NULL},
	{"Talks resume", REJECT_NOT_JSON, 0, NULL},
	{"{" SAID, REJECT_NOT_JSON, 24, NULL},
	{"{" SAID "} x", REJECT_NOT_JSON, 26, NULL},
	{"{" SAID "}{}", REJECT_NOT_JSON, 25, NULL},
	{"{" SAID ",}", REJECT_NOT_JSON, 25, NULL},
	{"{,}", REJECT_NOT_JSON, 1, NULL},
	{"{\"a\" 1}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":[1,]}", REJECT_NOT_JSON, 8, NULL},
	{"{\"a\":[1}", REJECT_NOT_JSON, 7, NULL},
	{"{\"a\":[1 2]}", REJECT_NOT_JSON, 8, NULL},
	{"{1:2}", REJECT_NOT_JSON, 1, NULL},
	{"{'a':1}", REJECT_NOT_JSON, 1, NULL},
	{"{\"a\":tru}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":nullx}", REJECT_NOT_JSON, 9, NULL},
	{"{\"a\":NaN}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":-}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":01}", REJECT_NOT_JSON, 6, NULL},
	{"{\"a\":1.}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":.5}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":1e}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":1e+}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":+1}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":1e400}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":1.7976931348623159e308}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":9223372036854775808}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":-9223372036854775809}", REJECT_NOT_JSON, 5, NULL},
	{"{\"a\":99999999999999999999999}", REJECT_NOT_JSON, 5, NULL},
	{"{/* x */" SAID "}", REJECT_NOT_JSON, 1, NULL},
	{"\xEF\xBB\xBF{" SAID "}", REJECT_NOT_JSON, 0, NULL},
	{"{\"text\":\"a\x01\"}", REJECT_NOT_JSON, 10, NULL},
	{"{\"text\":\"a\nb\"}", REJECT_NOT_JSON, 10, NULL},
	{"{\"text\":\"a\\x\"}", REJECT_NOT_JSON, 10, NULL},
	{"{\"text\":\"a\\u12g4\"}", REJECT_NOT_JSON, 10, NULL},
	{"{\"text\":\"a\\u0000\"}", REJECT_NOT_JSON, 10, NULL},
	{"{\"text\":\"a\\", REJECT_NOT_JSON, 10, NULL},
	{"{\"text\":\"a", REJECT_NOT_JSON, 10, NULL},
	{"{\"text\":\"\\ud83d\\u12g4\"}", REJECT_NOT_JSON, 9, NULL},
	{"{\"text\":\"\\ud83d x\"}", REJECT_INVALID_UTF8, 9, NULL},
	{"{\"text\":\"\\ud83d\\u0041\"}", REJECT_INVALID_UTF8, 9, NULL},
	{"{\"text\":\"\\udc00\"}", REJECT_INVALID_UTF8, 9, NULL},
	{"{\"text\":\"a\xFF\"}", REJECT_INVALID_UTF8, 10, NULL},
	{"{\"text\":\"\xC0\x80\"}", REJECT_INVALID_UTF8, 9, NULL},
	{"{\"text\":\"\xED\xA0\x80\"}", REJECT_INVALID_UTF8, 9, NULL},
	{"{\"text\":\"\xF4\x90\x80\x80\"}", REJECT_INVALID_UTF8, 9, NULL},
	{"{\"text\":\"a\xD0\"}", REJECT_INVALID_UTF8, 10, NULL},
	{"{\"text\":\"a\xD0\x01\"}", REJECT_INVALID_UTF8, 10, NULL},
	{"[{" SAID "}]", REJECT_NOT_OBJECT, 0, NULL},
	{" \"talks\"", REJECT_NOT_OBJECT, 2, NULL},
	{"42", REJECT_NOT_OBJECT, 0, NULL},
	{"null", REJECT_NOT_OBJECT, 0, NULL},
	{"{\"a\":1,\"b\":2,\"a\":3," SAID "}", REJECT_DUPLICATE_KEY, 13, NULL},
	{"{" SAID ",\"x\":[{\"y\":{\"n\":1,\"\\u006e\":2}}]}", REJECT_DUPLICATE_KEY, 42, NULL},
	{"{\"a\":1,\"a\":1", REJECT_DUPLICATE_KEY, 7, NULL},
	{"{}", REJECT_NO_TEXT, -1, NULL},
	{"{\"id\":\"x\"}", REJECT_NO_TEXT, -1, NULL},
	{"{\"slugline\":\"talks\"}", REJECT_NO_TEXT, -1, NULL},
	{"{\"title\":\"\",\"text\":\" \\u00a0\\u200b\\n\"}", REJECT_NO_TEXT, -1, NULL},
	{"{\"title\":null,\"headlines\":null}", REJECT_NO_TEXT, -1, NULL},
	{"{\"headlines\":[]}", REJECT_NO_TEXT, -1, NULL},
	{"{\"headlines\":[{\"role\":\"main\"}]}", REJECT_NO_TEXT, -1, NULL},
	{"{\"specversion\":\"1.0\",\"id\":\"1\"," SAID "}", REJECT_NO_TEXT, -1, NULL},
	{"{\"pubStatus\":\"canceled\"}", REJECT_NO_TEXT, -1, NULL},
	{"{\"text\":17}", REJECT_BAD_FIELD, 8, "text"},
	{"{\"text\":true}", REJECT_BAD_FIELD, 8, "text"},
	{"{\"text\":{\"a\":[1,2]}}", REJECT_BAD_FIELD, 8, "text"},
	{"{" SAID ",\"title\":{\"#text\":5}}", REJECT_BAD_FIELD, 33, "title"},
	{"{" SAID ",\"headlines\":\"x\"}", REJECT_BAD_FIELD, 37, "headlines"},
	{"{" SAID ",\"headlines\":[\"x\"]}", REJECT_BAD_FIELD, 38, "headlines"},
	{"{" SAID ",\"bodies\":17}", REJECT_BAD_FIELD, 34, "bodies"},
	{"{" SAID ",\"bodies\":[{\"value\":17}]}", REJECT_BAD_FIELD, 44, "bodies"},
	{"{" SAID ",\"uri\":true}", REJECT_BAD_FIELD, 31, "uri"},
	{"{" SAID ",\"language\":5}", REJECT_BAD_FIELD, 36, "language"},
	{"{" SAID ",\"url\":5}", REJECT_BAD_FIELD, 31, "url"},
	{"{" SAID ",\"firstCreated\":false}", REJECT_BAD_FIELD, 40, "firstCreated"},
	{"{" SAID ",\"embargoedUntil\":\"soon\"}", REJECT_BAD_FIELD, 42, "embargoedUntil"},
	{"{" SAID ",\"pubStatus\":\"maybe\"}", REJECT_BAD_FIELD, 37, "pubStatus"},
	{"{" SAID ",\"pubStatus\":\"draft\"}", REJECT_BAD_FIELD, 37, "pubStatus"},
	{"{" SAID ",\"status\":7}", REJECT_BAD_FIELD, 34, "status"},
	{"{" SAID ",\"urgency\":10}", REJECT_BAD_FIELD, 35, "urgency"},
	{"{" SAID ",\"urgency\":1.5}", REJECT_BAD_FIELD, 35, "urgency"},
	{"{" SAID ",\"urgency\":\"high\"}", REJECT_BAD_FIELD, 35, "urgency"},
	{"{" SAID ",\"subjects\":5}", REJECT_BAD_FIELD, 36, "subjects"},
	{"{" SAID ",\"subjects\":[[1]]}", REJECT_BAD_FIELD, 37, "subjects"},
	{"{" SAID ",\"subjects\":[{\"name\":1}]}", REJECT_BAD_FIELD, 45, "subjects"},
	{"{" SAID ",\"people\":[5]}", REJECT_BAD_FIELD, 35, "people"},
	{"{" SAID ",\"mentions\":[5]}", REJECT_BAD_FIELD, 37, "mentions"},
	{"{" SAID ",\"keywords\":5}", REJECT_BAD_FIELD, 36, "keywords"},
	{"{\"specversion\":\"1.0\",\"data\":\"x\"}", REJECT_BAD_FIELD, 28, "data"},
	{"{\"specversion\":\"1.0\",\"data_base64\":\"eA==\"}", REJECT_BAD_FIELD, 35, "data_base64"},
	{"{\"specversion\":\"1.0\",\"data\":{" SAID "},\"time\":true}", REJECT_BAD_FIELD, 61,
	 "time"},
};

START_TEST(test_refusal)
{
	struct item item = {.urgency = 77};
	struct reject_place place;
	enum reject reason = decode(view_of(refusals[_i].message), &item, &place);

	ck_assert_msg(reason == refusals[_i].reason, "%s: %s at %zu", refusals[_i].message,
		      reject_name(reason), place.offset);
	if (refusals[_i].offset >= 0)
		ck_assert_msg((long)place.offset == refusals[_i].offset, "%s: at %zu",
			      refusals[_i].message, place.offset);
	if (refusals[_i].member)
		ck_assert_str_eq(place.member, refusals[_i].member);
	else
		ck_assert_ptr_null(place.member);
	ck_assert_int_eq(item.urgency, 77);
}
END_TEST

START_TEST(test_names)
{
	for (int i = 0; i < REJECT_REASONS; i++)
		ck_assert_ptr_nonnull(reject_name((enum reject)i));
	ck_assert_str_eq(reject_name(REJECT_NONE), "none");
	ck_assert_str_eq(reject_name(REJECT_TOO_MANY_SUBJECTS), "too_many_subjects");
}
END_TEST

/* --- bounds: the last that fits, the first that does not
 * ------------------------------------------ */
static enum reject decode_bounded(struct str *message, struct wire_limits limits)
{
	struct item item;
	enum reject reason;

	arena_reset(&arena);
	reason = wire_decode(str_view(message), &limits, &arena, &item, NULL);
	str_fini(message);
	return reason;
}

static struct str repeated(const char *head, const char *unit, size_t count, const char *tail)
{
	struct str out = {0};

	str_add_text(&out, head);
	for (size_t i = 0; i < count; i++)
		str_add_text(&out, unit);
	str_add_text(&out, tail);
	return out;
}

START_TEST(test_size)
{
	for (size_t more = 0; more < 2; more++) {
		struct str text = repeated("{" SAID "}", " ", ((size_t)1 << 20) - 25 + more, "");

		ck_assert_int_eq(decode_bounded(&text, WIRE_LIMITS_DEFAULT),
				 more ? REJECT_TOO_LARGE : REJECT_NONE);
	}
}
END_TEST

START_TEST(test_depth)
{
	for (size_t more = 0; more < 2; more++) {
		struct str lists = repeated("{" SAID ",\"x\":", "[", 31 + more, "1");

		for (size_t i = 0; i < 31 + more; i++)
			str_add_char(&lists, ']');
		str_add_char(&lists, '}');
		ck_assert_int_eq(decode_bounded(&lists, WIRE_LIMITS_DEFAULT),
				 more ? REJECT_TOO_DEEP : REJECT_NONE);
	}
	struct str unclosed = repeated("", "[", 200000, "");
	struct str objects = repeated("", "{\"a\":", 3000, "");

	ck_assert_int_eq(decode_bounded(&unclosed, WIRE_LIMITS_DEFAULT), REJECT_TOO_DEEP);
	ck_assert_int_eq(decode_bounded(&objects, WIRE_LIMITS_DEFAULT), REJECT_TOO_DEEP);
}
END_TEST

START_TEST(test_string_length)
{
	size_t most = (size_t)512 << 10;

	for (size_t more = 0; more < 2; more++) {
		struct str plain = repeated("{\"text\":\"", "t", most + more, "\"}");
		struct str escaped = repeated("{\"text\":\"\\n", "t", most - 1 + more, "\"}");
		struct str unknown = repeated("{" SAID ",\"x\":[\"", "t", most + more, "\"]}");
		struct str key = repeated("{" SAID ",\"", "t", most + more, "\":1}");
		enum reject wanted = more ? REJECT_STRING_TOO_LONG : REJECT_NONE;

		ck_assert_int_eq(decode_bounded(&plain, WIRE_LIMITS_DEFAULT), wanted);
		ck_assert_int_eq(decode_bounded(&escaped, WIRE_LIMITS_DEFAULT), wanted);
		ck_assert_int_eq(decode_bounded(&unknown, WIRE_LIMITS_DEFAULT), wanted);
		ck_assert_int_eq(decode_bounded(&key, WIRE_LIMITS_DEFAULT), wanted);
	}
}
END_TEST

START_TEST(test_subjects)
{
	for (size_t more = 0; more < 2; more++) {
		struct str list = repeated("{" SAID
					   ",\"tags\":[\"a\",\"b\"],\"subjects\":[{\"name\":\"s\"}",
					   ",{\"name\":\"s\"}", 253 + more, "]}");
		struct str words = repeated("{" SAID ",\"keywords\":\"a", ",b", 255 + more, "\"}");
		enum reject wanted = more ? REJECT_TOO_MANY_SUBJECTS : REJECT_NONE;

		ck_assert_int_eq(decode_bounded(&list, WIRE_LIMITS_DEFAULT), wanted);
		ck_assert_int_eq(decode_bounded(&words, WIRE_LIMITS_DEFAULT), wanted);
	}
}
END_TEST

START_TEST(test_members)
{
	for (size_t more = 0; more < 2; more++) {
		struct str keys = repeated("{" SAID, "", 0, "");
		struct str list = repeated("{" SAID ",\"x\":[1", ",1", 19997 + more, "]}");
		enum reject wanted = more ? REJECT_TOO_MANY_MEMBERS : REJECT_NONE;

		for (size_t i = 0; i < 19999 + more; i++)
			str_printf(&keys, ",\"k%zu\":1", i);
		str_add_char(&keys, '}');
		ck_assert_int_eq(decode_bounded(&keys, WIRE_LIMITS_DEFAULT), wanted);
		ck_assert_int_eq(decode_bounded(&list, WIRE_LIMITS_DEFAULT), wanted);
	}
}
END_TEST

START_TEST(test_many_keys_doubled)
{
	for (size_t doubled = 0; doubled < 40; doubled += 3) {
		struct str keys = {0};

		str_add_text(&keys, "{" SAID);
		for (size_t i = 0; i < 40; i++)
			str_printf(&keys, ",\"k%zu\":{\"k%zu\":[]}", i, i);
		str_printf(&keys, ",\"k%zu\":1}", doubled);
		ck_assert_int_eq(decode_bounded(&keys, WIRE_LIMITS_DEFAULT), REJECT_DUPLICATE_KEY);
	}
}
END_TEST

/* Size comes before everything, then what the pass meets first. */
START_TEST(test_first_reason)
{
	struct wire_limits small = WIRE_LIMITS_DEFAULT;
	struct str large = repeated("nonsense", " ", 100, "");
	struct str two = repeated("{\"a\":[[[[1]]]],\"text\":\"\xFF\"", "", 0, "");

	small.message = 50;
	small.depth = 3;
	ck_assert_int_eq(decode_bounded(&large, small), REJECT_TOO_LARGE);
	ck_assert_int_eq(decode_bounded(&two, small), REJECT_TOO_DEEP);
}
END_TEST

/* --- the table of members ------------------------------------------------------------------------
 */
START_TEST(test_member_order)
{
	const struct member *member, *before = NULL;

	for (size_t i = 0; (member = member_at(i)); i++) {
		ck_assert_uint_eq(member->len, strlen(member->name));
		if (before)
			ck_assert_msg(before->len < member->len ||
					      (before->len == member->len &&
					       strcmp(before->name, member->name) < 0),
				      "%s, %s", before->name, member->name);
		ck_assert_ptr_eq(member_find(view_of(member->name)), member);
		before = member;
	}
	ck_assert_ptr_null(member_find(VIEW("nothing")));
	ck_assert_ptr_null(member_find(VIEW("")));
	ck_assert_ptr_nonnull(member_find(VIEW("body_whatever")));
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("decode");
	TCase *reasons = tcase_create("reasons"), *bounds = tcase_create("bounds");

	tcase_add_loop_test(reasons, test_refusal, 0, sizeof(refusals) / sizeof(*refusals));
	tcase_add_test(reasons, test_names);
	tcase_add_test(reasons, test_member_order);
	suite_add_tcase(suite, reasons);
	tcase_add_test(bounds, test_size);
	tcase_add_test(bounds, test_depth);
	tcase_add_test(bounds, test_string_length);
	tcase_add_test(bounds, test_subjects);
	tcase_add_test(bounds, test_members);
	tcase_add_test(bounds, test_many_keys_doubled);
	tcase_add_test(bounds, test_first_reason);
	suite_add_tcase(suite, bounds);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	tidy();
	return failed != 0;
}
