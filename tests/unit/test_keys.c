#include "base/clock.h"
#include "conf/allow.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define KEY_B "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

/* --- key files ----------------------------------------------------------------------------------
 */

static const struct {
	const char *text;
	bool secret;
	const char *wrong; /* a part of the sentence; NULL: good */
} files[] = {
	{"curve\n    public-key = \"" KEY_A "\"\n", false, NULL},
	{"# a comment\nmetadata\n  name = \"x\"\ncurve\n    public-key = \"" KEY_A
	 "\"\n    secret-key = \"" KEY_B "\"\n",
	 true, NULL},
	{"public-key=" KEY_A "\r\nsecret-key=" KEY_B, true, NULL},
	{"curve\n    public-key = \"" KEY_A "\"\n", true, "is it the public file"},
	{"curve\n    secret-key = \"" KEY_A "\"\n", true, "public-key"},
	{"public-key = \"short\"\n", false, "k:1: a key is 40 characters"},
	{"\n\npublic-key = \"" KEY_A "1\"\n", false, "k:3: a key is 40 characters"},
	{"public-key = \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI|\"\n", false, "40 characters"},
	{"public-keys = \"" KEY_A "\"\n", false, "there is no line"},
	{"", false, "there is no line"},
};

START_TEST(reads_key_files)
{
	struct curve_keys keys = {0};
	struct err err = {0};
	int good = key_file_parse("k", view_of(files[_i].text), files[_i].secret, &keys, &err);

	if (files[_i].wrong) {
		ck_assert_int_eq(good, -1);
		ck_assert_msg(strstr(err.text, files[_i].wrong) != NULL, "%s", err.text);
		ck_assert_str_eq(keys.public_key, "");
		return;
	}
	ck_assert_int_eq(good, 0);
	ck_assert_str_eq(keys.public_key, KEY_A);
	ck_assert_str_eq(keys.secret_key, files[_i].secret ? KEY_B : "");
}
END_TEST

START_TEST(writes_what_it_reads)
{
	struct curve_keys keys = {KEY_A, KEY_B}, again;
	struct str text = {0};

	key_file_write(&keys, true, &text);
	ck_assert_int_eq(key_file_parse("k", str_view(&text), true, &again, NULL), 0);
	ck_assert_mem_eq(&keys, &again, sizeof(keys));
	str_reset(&text);
	key_file_write(&keys, false, &text);
	ck_assert_ptr_null(strstr(text.ptr, KEY_B));
	ck_assert_int_eq(key_file_parse("k", str_view(&text), false, &again, NULL), 0);
	ck_assert_str_eq(again.secret_key, "");
	str_fini(&text);
}
END_TEST

START_TEST(a_secret_is_for_its_owner)
{
	char path[] = "/tmp/newstag-key-XXXXXX";
	int fd = mkstemp(path);
	struct curve_keys keys = {KEY_A, KEY_B};
	struct str text = {0};
	struct err err;

	key_file_write(&keys, true, &text);
	ck_assert_int_eq(write(fd, text.ptr, text.len), (ssize_t)text.len);
	ck_assert_int_eq(key_file_read(path, true, &keys, &err), 0);
	for (unsigned mode = 0604; mode <= 0640; mode += 0640 - 0604) {
		ck_assert_int_eq(chmod(path, mode), 0);
		ck_assert_int_eq(key_file_read(path, true, &keys, &err), -1);
		ck_assert_msg(strstr(err.text, "chmod 600") != NULL, "%s", err.text);
	}
	ck_assert_int_eq(key_file_read(path, false, &keys, &err), 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)KEY_FILE_MAX + 1), 0);
	ck_assert_int_eq(key_file_read(path, false, &keys, &err), -1);
	close(fd);
	unlink(path);
	ck_assert_int_eq(key_file_read(path, true, &keys, &err), -1);
	str_fini(&text);
}
END_TEST

/* --- the list -----------------------------------------------------------------------------------
 */

static const struct {
	const char *text;
	const char *told; /* "LINE:COLUMN CODE" joined by "; " */
} lists[] = {
	{"", ""},
	{"# nobody\n\n   \n", ""},
	{"desk " KEY_A " *\n", ""},
	{"desk " KEY_A " events,replay 2027-01-31\r\n  ops\t" KEY_B "\tcontrol,feed -", ""},
	{"desk\n", "1:1 missing-field"},
	{"desk " KEY_A "\n", "1:1 missing-field"},
	{"desk " KEY_A " * - x\n", "1:51 surplus-field"},
	{"d/sk " KEY_A " *\n", "1:1 bad-name"},
	{"desk abc *\n# x\nops " KEY_A " all\n", "1:6 bad-key; 3:46 bad-domain"},
	{"desk " KEY_A " events,\n", "1:47 bad-domain"},
	{"desk " KEY_A " ,events\n", "1:47 bad-domain"},
	{"desk " KEY_A " *,events\n", "1:47 bad-domain"},
	{"desk " KEY_A " * tomorrow\n", "1:49 bad-time"},
	{"desk " KEY_A " *\ndesk " KEY_B " *\n", "2:1 duplicate-name"},
	{"desk " KEY_A " *\nops " KEY_A " *\n", "2:5 duplicate-key"},
	{"de\xff", "0:0 bad-encoding"},
};

static const char *told(const struct diags *diags, struct str *out)
{
	for (size_t i = 0; i < diags->len; i++)
		str_printf(out, "%s%u:%u %s", i ? "; " : "", diags->at[i].place.line,
			   diags->at[i].place.column, diags->at[i].code);
	return str_view(out).ptr;
}

START_TEST(reads_lists)
{
	struct diags diags = {0};
	struct str out = {0};
	struct allow_list *list = allow_parse("f", view_of(lists[_i].text), &diags);

	ck_assert_str_eq(told(&diags, &out), lists[_i].told);
	ck_assert_int_eq(list != NULL, !*lists[_i].told);
	allow_free(list);
	diags_fini(&diags);
	str_fini(&out);
}
END_TEST

START_TEST(finds_keys)
{
	struct diags diags = {0};
	struct str out = {0};
	const char *text = "desk " KEY_A " events,replay 2027-01-31\nops " KEY_B " *\n";
	struct allow_list *list = allow_parse("f", view_of(text), &diags);
	const struct allowed *desk = allow_find(list, VIEW(KEY_A));

	ck_assert(view_is(desk->name, "desk") && desk == allow_named(list, VIEW("desk")));
	ck_assert_uint_eq(desk->domains, 1U << ALLOW_EVENTS | 1U << ALLOW_REPLAY);
	ck_assert_int_eq(desk->until, clock_days(2027, 1, 31) * 86400 * CLOCK_SECOND);
	ck_assert_uint_eq(allow_named(list, VIEW("ops"))->domains, (1U << ALLOW_DOMAINS) - 1);
	ck_assert_ptr_null(allow_find(list, VIEW("x")));
	allow_write(desk, &out);
	ck_assert_str_eq(out.ptr, "desk " KEY_A " events,replay 2027-01-31T00:00:00Z\n");
	allow_free(list);
	str_fini(&out);
}
END_TEST

static size_t read_so_many(size_t count)
{
	struct diags diags = {0};
	struct str text = {0};
	struct allow_list *list;
	size_t errors;

	for (size_t i = 0; i < count; i++)
		str_printf(&text, "n%zu %040zu *\n", i, i);
	list = allow_parse("f", str_view(&text), &diags);
	errors = diags.errors;
	allow_free(list);
	diags_fini(&diags);
	str_fini(&text);
	return errors;
}

START_TEST(bounds)
{
	struct diags diags = {0};
	struct str text = {0};

	ck_assert_uint_eq(read_so_many(ALLOW_KEYS_MAX), 0);
	ck_assert_uint_eq(read_so_many(ALLOW_KEYS_MAX + 1), 1);
	while (text.len <= ALLOW_FILE_MAX)
		str_add_text(&text, "# comment\n");
	ck_assert_ptr_null(allow_parse("f", str_view(&text), &diags));
	ck_assert_str_eq(diags.at[0].code, "too-large");
	ck_assert_ptr_null(allow_read("/nowhere/at/all", &diags));
	ck_assert_str_eq(diags.at[1].code, "unreadable");
	diags_fini(&diags);
	str_fini(&text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("keys");
	TCase *cases = tcase_create("keys");
	SRunner *runner;
	int failed;

	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, reads_key_files, 0, sizeof(files) / sizeof(files[0]));
	tcase_add_test(cases, writes_what_it_reads);
	tcase_add_test(cases, a_secret_is_for_its_owner);
	tcase_add_loop_test(cases, reads_lists, 0, sizeof(lists) / sizeof(lists[0]));
	tcase_add_test(cases, finds_keys);
	tcase_add_test(cases, bounds);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
