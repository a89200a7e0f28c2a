#include "app/exposed.h"

#include <check.h>
#include <stdlib.h>

#define KEY "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define FEED_WITH(endpoint, key)                                                                   \
	"feed: [{name: a, server_key: \"" key "\", endpoint: \"" endpoint "\"}]\n"
#define FEED_AT(endpoint) "feed: [{name: a, endpoint: \"" endpoint "\"}]\n"

/* A configuration, and the beginnings of what is told of it. */
static const struct {
	const char *text;
	const char *told[3];
} cases[] = {
	{"{}", {NULL}},
	{"output: {endpoint: \"tcp://localhost:1\"}", {NULL}},
	{"output: {endpoint: \"tcp://LOCALHOST:1\"}", {NULL}},
	{"output: {endpoint: \"tcp://127.9.8.7:1\"}", {NULL}},
	{"output: {endpoint: \"tcp://[::1]:1\"}", {NULL}},
	{"output: {endpoint: \"ipc:///run/x\"}", {NULL}},
	{"output: {endpoint: \"tcp://*:1\"}", {"output at tcp://*:1 leaves"}},
	{"output: {endpoint: \"tcp://0.0.0.0:1\"}", {"output at tcp://0.0.0.0:1 leaves"}},
	{"output: {endpoint: \"tcp://[::]:1\"}", {"output at tcp://[::]:1 leaves"}},
	{"output: {endpoint: \"tcp://192.0.2.1:1\"}", {"output at"}},
	{"output: {endpoint: \"tcp://127.example.org:1\"}", {"output at"}},
	{"output: {endpoint: \"tcp://localhost.example.org:1\"}", {"output at"}},
	{"replay: {endpoint: \"tcp://*:1\"}\ncontrol: {endpoint: \"tcp://*:2\"}",
	 {"replay at", "control at"}},
	{"replay: {endpoint: off}\ncontrol: {endpoint: off}", {NULL}},
	{FEED_AT("tcp://feeds.example.org:1"), {"feed.a at tcp://feeds.example.org:1 leaves"}},
	{FEED_AT("tcp://127.0.0.1:1"), {NULL}},
	{FEED_AT("tcp://10.0.0.1:1") "security: {unprotected: [feed.a]}", {NULL}},
	{FEED_AT("tcp://10.0.0.1:1") "security: {unprotected: [output]}", {"feed.a at"}},
	{"output: {endpoint: \"tcp://*:1\"}\nsecurity: {unprotected: [output]}", {NULL}},
	{"output: {endpoint: \"tcp://*:1\"}\nreplay: {endpoint: \"tcp://*:2\"}\n"
	 "security: {unprotected: [output]}",
	 {"replay at"}},
	{"output: {endpoint: \"tcp://*:1\"}\nreplay: {endpoint: \"tcp://*:2\"}\nsecurity: {curve: "
	 "on}",
	 {NULL}},
	{FEED_AT("tcp://10.0.0.1:1") "security: {curve: on}", {"feed.a at"}},
	{FEED_WITH("tcp://10.0.0.1:1", KEY) "security: {curve: on}", {NULL}},
	{FEED_WITH("tcp://10.0.0.1:1", KEY), {"the server_key of feed.a wants", "feed.a at"}},
	{FEED_WITH("tcp://10.0.0.1:1", "x") "security: {curve: on}",
	 {"the server_key of feed.a is no public key"}},
	{FEED_WITH("tcp://*:1\", mode: \"bind", KEY) "security: {curve: on}",
	 {"the server_key of feed.a has no use"}},
	{"output: {endpoint: \"tcp://a:1\", mode: connect}\nsecurity: {curve: on}", {"output at"}},
	{"output: {endpoint: \"tcp://a:1\", mode: connect, server_key: \"" KEY
	 "\"}\nsecurity: {curve: on}",
	 {NULL}},
	{"security: {unprotected: [outputs]}", {"security.unprotected names \"outputs\""}},
	{"security: {unprotected: [feed.b]}", {"security.unprotected names \"feed.b\""}},
	{"security: {unprotected: [feed]}", {"security.unprotected names \"feed\""}},
};

START_TEST(asks_for_words)
{
	struct diags diags = {0};
	struct conf *conf = conf_read("x.yaml", view_of(cases[_i].text), "/", NULL, 0, &diags);
	size_t count = 0;

	ck_assert_msg(conf != NULL, "%s", diags.len ? diags.at[0].message : "");
	exposed_check(conf, "x.yaml", &diags);
	while (count < 3 && cases[_i].told[count]) {
		ck_assert_uint_gt(diags.len, count);
		ck_assert_msg(strstr(diags.at[count].message, cases[_i].told[count]) ==
				      diags.at[count].message,
			      "%s", diags.at[count].message);
		ck_assert_int_eq(diags.at[count].severity, DIAG_ERROR);
		count++;
	}
	ck_assert_uint_eq(diags.len, count);
	conf_free(conf);
	diags_fini(&diags);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("exposed");
	TCase *tcase = tcase_create("exposed");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, asks_for_words, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
