#include "base/file.h"
#include "conf/value.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct arena arena;
static struct diags diags;
static struct conf *conf;

static void setup(void)
{
	arena = (struct arena){0};
	diags = (struct diags){0};
	conf = NULL;
}

static void teardown(void)
{
	diags_fini(&diags);
	arena_fini(&arena);
	conf_free(conf);
}

static void read_with(const char *text, const char *const *overrides, size_t count)
{
	conf = conf_read("c.yaml", view_of(text), "/etc/newstagd", overrides, count, &diags);
}

/* "line:column code" of every diagnostic, joined by "; ". */
static const char *told(void)
{
	struct str out = {0};
	const char *text;

	for (size_t i = 0; i < diags.len; i++)
		str_printf(&out, "%s%u:%u %s", i ? "; " : "", diags.at[i].place.line,
			   diags.at[i].place.column, diags.at[i].code);
	text = arena_strndup(&arena, out.ptr, out.len);
	str_fini(&out);
	return text;
}

static const char *json_of(const struct conf *of)
{
	struct str out = {0};
	const char *text;

	conf_write_json(of, &out);
	text = arena_strndup(&arena, out.ptr, out.len);
	str_fini(&out);
	return text;
}

/* --- what is accepted ---------------------------------------------------------------------------
 */

static const struct {
	const char *text, *json; /* a part of what is printed */
} accepted[] = {
	{"", "{\"instance\":\"newstagd\",\"feed\":[{\"endpoint\":\"tcp://127.0.0.1:5556\","
	     "\"pattern\":\"sub\",\"mode\":\"connect\",\"topics\":[\"\"],\"name\":\"wire\","
	     "\"server_key\":\"\",\"high_water\":1000,\"silence\":\"1m\",\"reconnect\":\"1s\","
	     "\"reconnect_max\":\"10s\",\"handshake\":\"5s\",\"keepalive\":\"1m\"}]"},
	{"instance: a.B-c_1", "\"instance\":\"a.B-c_1\""},
	{"feed: [{endpoint: ipc:///tmp/x, pattern: pull, mode: bind}]",
	 "[{\"endpoint\":\"ipc:///tmp/x\",\"pattern\":\"pull\",\"mode\":\"bind\",\"topics\":[\"\"],"
	 "\"name\":\"feed0\",\"server_key\":\"\",\"high_water\":1000,\"silence\":\"1m\","
	 "\"reconnect\":\"1s\","
	 "\"reconnect_max\":\"10s\",\"handshake\":\"5s\",\"keepalive\":\"1m\"}]"},
	{"feed: [{endpoint: \"tcp://[fe80::1%eth0]:1\", topics: [a, 'ві']}, {endpoint: "
	 "tcp://h-1.x:9}]",
	 "\"topics\":[\"a\",\"ві\"],\"name\":\"feed0\""},
	{"output: {endpoint: \"tcp://*:*\", heartbeat: 0}", "\"heartbeat\":\"0\""},
	{"output: {endpoint: \"tcp://0.0.0.0:0\", prefix: ''}", "\"prefix\":\"\""},
	{"output: {heartbeat: 500ms}", "\"heartbeat\":\"500ms\""},
	{"output: {heartbeat: 60s}", "\"heartbeat\":\"1m\""},
	{"output: {heartbeat: 1h}", "\"heartbeat\":\"1h\""},
	{"output: {mode: connect, endpoint: tcp://a:1}", "\"mode\":\"connect\""},
	{"control: {endpoint: off}", "\"control\":{\"endpoint\":\"off\"}"},
	{"rules: {paths: [rules.d, /abs, ../x]}",
	 "\"paths\":[\"/etc/newstagd/rules.d\",\"/abs\",\"/etc/newstagd/../x\"]"},
	{"rules: {enable: [a.*, 'b?'], disable: [\"*\"]}",
	 "\"enable\":[\"a.*\",\"b?\"],\"disable\":[\"*\"]"},
	{"rules: {test_gate: false, language: uk}", "\"test_gate\":false,\"language\":\"uk\""},
	{"workers: auto", "\"workers\":\"auto\""},
	{"workers: 64", "\"workers\":64"},
	{"limits: {message: 256KiB, string: 4096}", "\"message\":\"256KiB\""},
	{"limits: {message: 1025B, string: 4096}", "\"string\":\"4KiB\""},
	{"limits: {message: 2000, depth: 16, subjects: 1, members: 100}",
	 "\"message\":\"2000B\",\"depth\":16,\"string\":\"512KiB\",\"subjects\":1,\"members\":100"},
	{"limits: {held: 5, held_size: 1024KiB, held_age: 5400s}",
	 "\"held\":5,\"held_size\":\"1MiB\",\"held_age\":\"90m\""},
	{"journal: {retain: 720h, segment: 262144KiB}",
	 "\"segment\":\"256MiB\",\"retain\":\"30d\""},
	{"security: {curve: off}", "\"curve\":false"},
	{"security: {curve: false}", "\"curve\":false"},
	{"log: {level: debug, format: json}", "\"level\":\"debug\",\"format\":\"json\""},
};

START_TEST(accepts)
{
	read_with(accepted[_i].text, NULL, 0);
	ck_assert_str_eq(told(), "");
	ck_assert_ptr_nonnull(conf);
	ck_assert_msg(strstr(json_of(conf), accepted[_i].json), "no %s in %s", accepted[_i].json,
		      json_of(conf));
}
END_TEST

/* --- what is refused ----------------------------------------------------------------------------
 */

static const struct {
	const char *text, *told;
} refused[] = {
	{"- a", "1:1 wrong-type"},
	{"text", "1:1 wrong-type"},
	{"instance: [a]", "1:11 wrong-type"},
	{"instance:", "1:10 wrong-type"},
	{"instance: a b", "1:11 bad-value"},
	{"instance: ''", "1:11 out-of-range"},
	{"instence: a", "1:1 unknown-key"},
	{"output.mode: bind", "1:1 unknown-key"},
	{"feed: {endpoint: tcp://a:1}", "1:7 wrong-type"},
	{"feed: []", "1:7 out-of-range"},
	{"feed: [tcp://a:1]", "1:8 wrong-type"},
	{"feed: [{name: x}]", "1:8 missing-key"},
	{"feed:\n- {endpoint: tcp://a:1, nmae: x}\n- {patern: sub}",
	 "2:25 unknown-key; 3:4 unknown-key; 3:3 missing-key"},
	{"feed: [{endpoint: tcp://a:1, name: x}, {endpoint: tcp://a:2, name: x}]",
	 "1:40 duplicate-name"},
	{"feed: [{endpoint: inproc://a}]", "1:19 bad-value"},
	{"feed: [{endpoint: \"tcp://*:1\"}]", "1:8 bad-value"},
	{"feed: [{endpoint: \"tcp://a:*\"}]", "1:8 bad-value"},
	{"feed: [{endpoint: \"tcp://a:0\"}]", "1:8 bad-value"},
	{"feed: [{endpoint: \"tcp://a:65536\"}]", "1:19 bad-value"},
	{"feed: [{endpoint: \"tcp://a:\"}]", "1:19 bad-value"},
	{"feed: [{endpoint: \"tcp://:1\"}]", "1:19 bad-value"},
	{"feed: [{endpoint: \"tcp://a\"}]", "1:19 bad-value"},
	{"feed: [{endpoint: \"tcp://a/b:1\"}]", "1:19 bad-value"},
	{"feed: [{endpoint: \"tcp://[a]b:x\"}]", "1:19 bad-value"},
	{"feed: [{endpoint: ipc://rel}]", "1:19 bad-value"},
	{"feed: [{endpoint: "
	 "ipc:///aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]",
	 "1:19 bad-value"},
	{"feed: [{endpoint: udp://a:1}]", "1:19 bad-value"},
	{"feed: [{endpoint: tcp://a:1, pattern: Sub}]", "1:39 bad-value"},
	{"feed: [{endpoint: tcp://a:1, topics: a}]", "1:38 wrong-type"},
	{"feed: [{endpoint: tcp://a:1, topics: []}]", "1:38 out-of-range"},
	{"feed: [{endpoint: tcp://a:1, topics: [[a], b: c]}]", "1:39 wrong-type; 1:44 wrong-type"},
	{"output: tcp://a:1", "1:9 wrong-type"},
	{"output:", "1:8 wrong-type"},
	{"output: {endpoint: off}", "1:20 bad-value"},
	{"output: {mode: connect, endpoint: \"tcp://*:1\"}", "1:35 bad-value"},
	{"output: {heartbeat: 5}", "1:21 bad-value"},
	{"output: {heartbeat: 5 s}", "1:21 bad-value"},
	{"output: {heartbeat: -5s}", "1:21 bad-value"},
	{"output: {heartbeat: 61m}", "1:21 out-of-range"},
	{"output: {heartbeat: 99999999999999999999s}", "1:21 out-of-range"},
	{"output: {prefix: \"a\\nb\"}", "1:18 bad-value"},
	{"output: {prefix: \"a\\u2028b\"}", "1:18 bad-value"},
	{"feed: [{endpoint: ipc:///x, silence: 2d}]", "1:38 out-of-range"},
	{"feed: [{endpoint: ipc:///x, reconnect: 9ms}]", "1:40 out-of-range"},
	{"feed: [{endpoint: ipc:///x, reconnect_max: 2h}]", "1:44 out-of-range"},
	{"feed: [{endpoint: ipc:///x, handshake: 99ms}]", "1:40 out-of-range"},
	{"feed: [{endpoint: ipc:///x, keepalive: 5s}]", "1:40 out-of-range"},
	{"output: {high_water: 0}", "1:22 out-of-range"},
	{"output: {high_water: \"5\"}", "1:22 bad-value"},
	{"output: {high_water: 1e3}", "1:22 bad-value"},
	{"output: {high_water: 0x10}", "1:22 bad-value"},
	{"workers: 65", "1:10 out-of-range"},
	{"workers: 0", "1:10 out-of-range"},
	{"workers: many", "1:10 bad-value"},
	{"workers: 9223372036854775808", "1:10 out-of-range"},
	{"heartbeat: 5s", "1:1 unknown-key"},
	{"rules: {paths: []}", "1:16 out-of-range"},
	{"rules: {paths: [a, '']}", "1:20 out-of-range"},
	{"rules: {test_gate: yes}", "1:20 bad-value"},
	{"rules: {test_gate: \"true\"}", "1:20 bad-value"},
	{"limits: {message: 1KB}", "1:19 bad-value"},
	{"limits: {message: 1.5MiB}", "1:19 bad-value"},
	{"limits: {message: KiB}", "1:19 bad-value"},
	{"limits: {message: 1023}", "1:19 out-of-range"},
	{"limits: {held: 0}", "1:16 out-of-range"},
	{"limits: {held_size: 2GiB}", "1:21 out-of-range"},
	{"limits: {held_age: 10}", "1:20 bad-value"},
	{"limits: {message: 99999999TiB}", "1:19 out-of-range"},
	{"limits: {message: 65MiB}", "1:19 out-of-range"},
	{"journal: {durability: fulll}", "1:23 bad-value"},
	{"journal: {retain: 59s}", "1:19 out-of-range"},
	{"http: {listen: unix:x}", "1:16 bad-value"},
	{"http: {listen: \"9180\"}", "1:16 bad-value"},
	{"http: {listen: \"a:*\"}", "1:16 bad-value"},
	{"security: {keys: ''}", "1:18 out-of-range"},
	{"log: {level: warn, format: xml}", "1:14 bad-value; 1:28 bad-value"},
	{"log: {level: info, level: debug}", "1:20 duplicate-key"},
	{"log: &x {level: info}", "1:6 anchor"},
	{"log: [", "2:1 syntax"},
};

START_TEST(refuses)
{
	read_with(refused[_i].text, NULL, 0);
	ck_assert_str_eq(told(), refused[_i].told);
	ck_assert_ptr_null(conf);
}
END_TEST

static const struct {
	const char *text, *told, *message, *hint;
} sentences[] = {
	{"workers: 65", "1:10 out-of-range", "workers must be from 1 to 64", NULL},
	{"limits: {message: 1}", "1:19 out-of-range", "limits.message must be from 1KiB to 64MiB",
	 NULL},
	{"instance: ''", "1:11 out-of-range", "instance must have from 1 to 64 bytes", NULL},
	{"log: {level: waring}", "1:14 bad-value",
	 "log.level wants one of error, warning, info, debug", "did you mean \"warning\"?"},
	{"log: {levl: info}", "1:7 unknown-key", "there is no key \"levl\" here",
	 "did you mean \"level\"?"},
	{"heartbeat: 1s", "1:1 unknown-key", "there is no key \"heartbeat\" here",
	 "there is output.heartbeat"},
	{"log.level: info", "1:1 unknown-key", "there is no key \"log.level\" here",
	 "dots are for --set; in a file it stands in a mapping"},
	{"workers: [1]", "1:10 wrong-type", "workers wants a whole number or auto, not a list",
	 NULL},
	{"feed: [{endpoint: 5}]", "1:19 bad-value",
	 "feed.0.endpoint wants an endpoint: tcp://HOST:PORT or ipc:///PATH", NULL},
	{"control: {endpoint: 5}", "1:21 bad-value",
	 "control.endpoint wants an endpoint: tcp://HOST:PORT or ipc:///PATH or \"off\"", NULL},
	{"instance: no", "1:11 plain-word", "no is taken as a text here", "write it in quotes"},
};

START_TEST(says_why)
{
	read_with(sentences[_i].text, NULL, 0);
	ck_assert_str_eq(told(), sentences[_i].told);
	ck_assert_str_eq(diags.at[0].message, sentences[_i].message);
	ck_assert_pstr_eq(diags.at[0].hint, sentences[_i].hint);
	ck_assert_str_eq(diags.at[0].source, sentences[_i].text);
}
END_TEST

/* --- overrides ----------------------------------------------------------------------------------
 */

static const struct {
	const char *overrides[3];
	const char *told, *json;
} overridden[] = {
	{{"workers=3"}, "", "\"workers\":3"},
	{{"workers=3", "workers=auto"}, "", "\"workers\":\"auto\""},
	{{"rules.paths=a,/b"}, "", "\"paths\":[\"a\",\"/b\"]"},
	{{"rules.enable=x.*,y", "rules.enable="}, "", "\"enable\":[]"},
	{{"feed.0.endpoint=tcp://x:1"}, "", "\"endpoint\":\"tcp://x:1\",\"pattern\":\"sub\""},
	{{"feed.1.endpoint=tcp://x:1", "feed.1.topics=a,,b"},
	 "",
	 "\"topics\":[\"a\",\"\",\"b\"],\"name\":\"feed1\""},
	{{"feed.0.topics="}, "", "\"topics\":[\"\"]"},
	{{"output.prefix=a=b"}, "", "\"prefix\":\"a=b\""},
	{{"instance=no"}, "", "\"instance\":\"no\""},
	{{"feed.2.name=x"}, "0:0 unknown-key", NULL},
	{{"feed.x.name=x"}, "0:0 unknown-key", NULL},
	{{"feed.18446744073709551616.name=x"}, "0:0 unknown-key", NULL},
	{{"feed.0.nam=x"}, "0:0 unknown-key", NULL},
	{{"feed.0=x"}, "0:0 unknown-key", NULL},
	{{"feed=x"}, "0:0 bad-override", NULL},
	{{"feed.1.name=x"}, "0:0 missing-key", NULL},
	{{"workers"}, "0:0 bad-override", NULL},
	{{"=x"}, "0:0 unknown-key", NULL},
	{{"worker=1"}, "0:0 unknown-key", NULL},
	{{"workers=x", "log.level=x"}, "0:0 bad-value; 0:0 bad-value", NULL},
	{{"rules.paths="}, "0:0 out-of-range", NULL},
	{{"output.prefix=\xff"}, "0:0 bad-character", NULL},
};

START_TEST(overrides)
{
	size_t count = 0;

	while (overridden[_i].overrides[count])
		count++;
	read_with("workers: 2\n", overridden[_i].overrides, count);
	ck_assert_str_eq(told(), overridden[_i].told);
	if (!overridden[_i].json) {
		ck_assert_ptr_null(conf);
		ck_assert_str_eq(diags.at[0].place.file, overridden[_i].overrides[0]);
		return;
	}
	ck_assert_msg(strstr(json_of(conf), overridden[_i].json), "no %s in %s",
		      overridden[_i].json, json_of(conf));
}
END_TEST

/* --- bounds --------------------------------------------------------------------------------------
 */

START_TEST(bounds_feeds_and_lists)
{
	struct str text = {0};

	str_add_text(&text, "feed: [");
	for (int i = 0; i < CONF_FEEDS_MAX + 1; i++)
		str_printf(&text, "{endpoint: tcp://a:%d},", i + 1);
	str_add_text(&text, "]\nrules: {enable: [");
	for (int i = 0; i < CONF_TEXTS_MAX + 1; i++)
		str_add_text(&text, "a,");
	str_add_text(&text, "]}\noutput: {prefix: ");
	for (int i = 0; i < 65; i++)
		str_add_text(&text, "p");
	str_add_text(&text, "}\n");
	read_with(text.ptr, NULL, 0);
	str_fini(&text);
	ck_assert_str_eq(told(), "1:1471 out-of-range; 2:17 out-of-range; 3:18 out-of-range");
}
END_TEST

/* --- what is written reads back equal ------------------------------------------------------------
 */

static const char *const round_trips[] = {
	"",
	"instance: \"yes\"\nworkers: 7\n",
	"feed: [{endpoint: tcp://a:1, topics: ['\"', '\\', 'a: b', ' #', 'ї', '']}, {endpoint: "
	"ipc:///x y, name: z, high_water: 5}]",
	"output: {prefix: '*&!', heartbeat: 1ms}\ncontrol: {endpoint: off}",
	"rules: {paths: ['- a', \"{b}\", c], enable: ['*'], disable: ['?', no], test_gate: false}",
	"journal: {path: '', durability: off, segment: 1048577, retain: 61s, retain_size: 3TiB}",
	"http: {listen: off}\nlog: {level: error, format: json}\nreplay: {endpoint: off}",
	"limits: {message: 1025, depth: 7, string: 2MiB, subjects: 3, members: 17}",
};

static void check_same(const struct conf *again, const char *text)
{
	ck_assert_msg(again != NULL, "%s: %s", diags.len ? diags.at[0].message : "", text);
	ck_assert_str_eq(json_of(again), json_of(conf));
}

START_TEST(writes_what_reads_back)
{
	for (int form = 0; form < 3; form++) {
		struct str out = {0};
		struct conf *again;

		conf_free(conf);
		read_with(round_trips[_i], NULL, 0);
		ck_assert_ptr_nonnull(conf);
		if (form == 2)
			conf_write_json(conf, &out);
		else
			conf_write(conf, form == 1, &out);
		again = conf_read("again", str_view(&out), "/other", NULL, 0, &diags);
		check_same(again, out.ptr);
		conf_free(again);
		str_fini(&out);
	}
	ck_assert_uint_eq(diags.errors, 0);
}
END_TEST

START_TEST(marks_keys_in_comments)
{
	struct str out = {0};

	read_with("", NULL, 0);
	conf_write(conf, true, &out);
	for (size_t i = 0; i < conf_key_count; i++)
		ck_assert_ptr_nonnull(strstr(out.ptr, conf_keys[i].help));
	ck_assert_ptr_nonnull(
		strstr(out.ptr, "# Default: auto; a change needs a restart\nworkers"));
	ck_assert_ptr_nonnull(strstr(out.ptr, "# Default: info\n  level"));
	str_fini(&out);
}
END_TEST

/* --- what a reload cannot change -----------------------------------------------------------------
 */

static const struct {
	const char *text, *keys;
} restarts[] = {
	{"", ""},
	{"rules: {paths: [x], enable: [a], test_gate: false}\nlog: {level: debug}", ""},
	{"instance: x\nworkers: 2\noutput: {mode: connect}", "instance, output.mode, workers"},
	{"feed: [{endpoint: tcp://a:1}, {endpoint: tcp://a:2}]\nworkers: 2", "feed, workers"},
	{"feed: [{endpoint: tcp://127.0.0.1:5556, name: y, topics: [a]}]",
	 "feed.0.topics, feed.0.name"},
	{"limits: {depth: 31}\nhttp: {listen: off}", "limits.depth, http.listen"},
};

START_TEST(names_restart_keys)
{
	struct conf *running = conf_load(NULL, NULL, 0, &diags);
	struct str out = {0};

	read_with(restarts[_i].text, NULL, 0);
	conf_restart_keys(running, conf, &out);
	ck_assert_str_eq(out.ptr ? out.ptr : "", restarts[_i].keys);
	str_fini(&out);
	conf_free(running);
}
END_TEST

/* --- files ---------------------------------------------------------------------------------------
 */

START_TEST(loads_a_file)
{
	char folder[] = "/tmp/conf-XXXXXX", path[64];
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/c.yaml", folder);
	file = fopen(path, "w");
	fputs("rules: {paths: [r]}\njournal: {path: j}\n", file);
	fclose(file);
	conf = conf_load(path, (const char *const[]){"security.keys=k"}, 1, &diags);
	unlink(path);
	rmdir(folder);
	ck_assert_ptr_nonnull(conf);
	ck_assert_str_eq(conf->rules.paths.at[0], arena_printf(&arena, "%s/r", folder));
	ck_assert_str_eq(conf->journal.path, arena_printf(&arena, "%s/j", folder));
	ck_assert_str_eq(conf->security.keys, "k");
}
END_TEST

START_TEST(says_what_it_cannot_read)
{
	conf = conf_load("/nonexistent/c.yaml", NULL, 0, &diags);
	ck_assert_ptr_null(conf);
	ck_assert_str_eq(told(), "0:0 cannot-read");
	ck_assert_ptr_nonnull(strstr(diags.at[0].message, "/nonexistent/c.yaml"));
}
END_TEST

/* The shipped file: every key of the table, nothing to complain of, and the defaults. */
START_TEST(ships_the_defaults)
{
	const char *path = SOURCE_FOLDER "/config/newstagd.yaml";
	struct str text = {0};
	const struct node *root, *feed;
	struct conf *standard;

	ck_assert_int_eq(file_read(path, YAML_FILE_MAX, &text, NULL), 0);
	root = yaml_read(path, str_view(&text), &arena, &diags);
	conf = conf_load(path, NULL, 0, &diags);
	ck_assert_str_eq(told(), "");
	for (size_t i = 0; i < conf_key_count; i++) {
		char *key = arena_printf(&arena, "%s", conf_keys[i].path), *rest = key;
		const struct node *node = root;

		while (node && rest)
			node = node_get(node, strsep(&rest, "."));
		ck_assert_msg(node != NULL, "%s is not there", conf_keys[i].path);
	}
	feed = node_get(root, "feed")->first;
	for (size_t i = 0; i < feed_key_count; i++)
		ck_assert_ptr_nonnull(node_get(feed, feed_keys[i].path));
	standard = conf_load(NULL, NULL, 0, &diags);
	check_same(standard, "");
	conf_free(standard);
	str_fini(&text);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("conf");
	TCase *tcase = tcase_create("conf");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, accepts, 0, COUNT(accepted));
	tcase_add_loop_test(tcase, refuses, 0, COUNT(refused));
	tcase_add_loop_test(tcase, says_why, 0, COUNT(sentences));
	tcase_add_loop_test(tcase, overrides, 0, COUNT(overridden));
	tcase_add_test(tcase, bounds_feeds_and_lists);
	tcase_add_loop_test(tcase, writes_what_reads_back, 0, COUNT(round_trips));
	tcase_add_test(tcase, marks_keys_in_comments);
	tcase_add_loop_test(tcase, names_restart_keys, 0, COUNT(restarts));
	tcase_add_test(tcase, loads_a_file);
	tcase_add_test(tcase, says_what_it_cannot_read);
	tcase_add_test(tcase, ships_the_defaults);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
