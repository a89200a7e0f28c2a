#ifndef UNIT_TEXT_FIXTURE_H
#define UNIT_TEXT_FIXTURE_H

#include "text/document.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* One document read from text, and its tokens written down for comparison. */
struct fixture {
	struct lexicon *lexicon;
	struct document document;
	struct arena arena;
	struct str out;
};

static inline void fixture_read(struct fixture *fixture, const char *lang, const char *text)
{
	if (!fixture->lexicon)
		fixture->lexicon = lexicon_new(LEXICON_WORDS_MAX);
	document_read_text(&fixture->document, view_of(text), language_find(view_of(lang)),
			   fixture->lexicon, &fixture->arena);
}

static inline void fixture_fini(struct fixture *fixture)
{
	document_fini(&fixture->document);
	lexicon_free(fixture->lexicon);
	arena_fini(&fixture->arena);
	str_fini(&fixture->out);
}

/* "the talk-s end |": folded forms with a space between; ` | ` ends a sentence, ` || ` a paragraph.
 */
static inline const char *fixture_tokens(struct fixture *fixture)
{
	const struct document *document = &fixture->document;

	str_reset(&fixture->out);
	str_add_text(&fixture->out, "");
	for (size_t s = 0; s < document->sentences.len; s++) {
		const struct sentence *sentence = &document->sentences.at[s];

		for (uint32_t i = sentence->first; i < sentence->end; i++) {
			str_add_text(&fixture->out, i > sentence->first ? " " : "");
			str_add_view(&fixture->out, document->tokens.at[i].word->folded);
		}
		if (s + 1 < document->sentences.len)
			str_add_text(&fixture->out,
				     sentence[1].paragraph == sentence->paragraph ? " | " : " || ");
	}
	return str_view(&fixture->out).ptr;
}

static inline int run_suite(const char *name, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define RUN_SUITE(name, ...)                                                                       \
	run_suite(name, (const TTest *const[]){__VA_ARGS__},                                       \
		  sizeof((const TTest *const[]){__VA_ARGS__}) / sizeof(const TTest *))

#endif
