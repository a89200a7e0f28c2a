#include "text/reader.h"

#include <stdlib.h>

/*
 * Direct speech by paired marks. A stack holds the marks that may open one; a mark that closes one
 * of them makes a quotation and drops what was opened inside and never closed. An opening mark
 *   - whose closing one looks different („ “, « », ‘ ’ …) may stay open for a few paragraphs;
 *   - that is repeated at the beginning of the next paragraph goes on there (as English typesets
 * it);
 *   - is otherwise dropped at the end of its paragraph.
 * So a mark that nobody closes costs a quotation, never the rest of the item. A straight ' counts
 * only when it is clearly paired: before a word and behind white space, and closed in the same
 * paragraph.
 */
#define DEPTH_MAX 8
#define PARAGRAPHS_MAX 3 /* that a quotation may run over without repeating its mark */

struct open {
	uint32_t token;
	uint32_t code;
	uint32_t paragraph; /* where it was opened or repeated */
};

struct quoter {
	struct document *document;
	uint32_t first; /* the field's tokens */
	uint32_t end;
	struct open stack[DEPTH_MAX];
	size_t depth;
	size_t quotations; /* before the field */
};

/* Each opening mark with those that close it. */
static const struct {
	uint32_t open;
	uint32_t close[3];
} pairs[] = {
	{'"', {'"'}},
	{'\'', {'\'', 0x2019}},
	{0xAB, {0xBB}},
	{0xBB, {0xAB, 0xBB}},
	{0x2018, {0x2019, '\''}},
	{0x201A, {0x2018, 0x2019}},
	{0x201C, {0x201D, '"'}},
	{0x201D, {0x201D}},
	{0x201E, {0x201C, 0x201D, '"'}},
	{0x201F, {0x201D}},
	{0x2039, {0x203A}},
	{0x203A, {0x2039, 0x203A}},
	{0x300C, {0x300D}},
	{0x300E, {0x300F}},
	{0xFF02, {0xFF02}},
	{0xFF07, {0xFF07}},
};
#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

static bool closes(uint32_t open, uint32_t code)
{
	for (size_t i = 0; i < PAIRS; i++) {
		for (size_t k = 0; k < 3 && pairs[i].open == open; k++) {
			if (pairs[i].close[k] == code)
				return true;
		}
	}
	return false;
}

static bool is_opening(uint32_t code)
{
	for (size_t i = 0; i < PAIRS; i++) {
		if (pairs[i].open == code)
			return true;
	}
	return false;
}

/* A mark that opens and closes alike, so that only its neighbours tell which it does. */
static bool is_two_way(uint32_t code)
{
	return code == '"' || code == '\'' || code == 0xBB || code == 0x201D || code == 0x203A ||
	       code == 0xFF02 || code == 0xFF07;
}

static uint32_t paragraph_of(const struct quoter *quoter, uint32_t token)
{
	const struct document *document = quoter->document;

	return document->sentences.at[document->tokens.at[token].sentence].paragraph;
}

static bool begins_paragraph(const struct quoter *quoter, uint32_t token)
{
	return token == quoter->first ||
	       paragraph_of(quoter, token - 1) != paragraph_of(quoter, token);
}

/* Whether white space, or the paragraph's end, stands behind the token. */
static bool space_behind(const struct quoter *quoter, uint32_t token)
{
	return token + 1 == quoter->end || quoter->document->tokens.at[token + 1].space_before ||
	       begins_paragraph(quoter, token + 1);
}

static bool may_open(const struct quoter *quoter, uint32_t token, uint32_t code)
{
	const struct token *at = &quoter->document->tokens.at[token];
	bool single = code == '\'' || code == 0x2018 || code == 0xFF07;

	if (!is_opening(code) || token + 1 == quoter->end)
		return false;
	if (single && at[1].word->kind == WORD_DIGITS)
		return false; /* the '90s */
	if (!is_two_way(code))
		return true;
	if (space_behind(quoter, token))
		return false;
	if (at->space_before || begins_paragraph(quoter, token))
		return true;
	return !single && at[-1].punctuation && !at[1].punctuation;
}

static bool may_close(const struct quoter *quoter, uint32_t token, uint32_t code)
{
	const struct token *at = &quoter->document->tokens.at[token];

	if (begins_paragraph(quoter, token))
		return false;
	if (!is_two_way(code) || code == 0xBB || code == 0x201D || code == 0x203A)
		return true;
	if (at->space_before)
		return code == '"' && space_behind(quoter, token);
	return space_behind(quoter, token) || at[1].punctuation || !at[-1].punctuation;
}

/* Drops what was left open in an earlier paragraph and cannot be open any more. */
static void leave_paragraph(struct quoter *quoter, uint32_t paragraph)
{
	size_t kept = 0;

	for (size_t i = 0; i < quoter->depth; i++) {
		const struct open *open = &quoter->stack[i];
		uint32_t most = closes(open->code, open->code) || open->code == '\''
					? 0
					: PARAGRAPHS_MAX;

		if (paragraph - open->paragraph <= most)
			quoter->stack[kept++] = *open;
	}
	quoter->depth = kept;
}

/* The mark at a paragraph's begin that only says: still the same speaker. */
static bool goes_on(struct quoter *quoter, uint32_t token, uint32_t code)
{
	uint32_t paragraph = paragraph_of(quoter, token);

	if (!begins_paragraph(quoter, token))
		return false;
	for (size_t i = 0; i < quoter->depth; i++) {
		if (quoter->stack[i].code == code && quoter->stack[i].paragraph + 1 == paragraph) {
			quoter->stack[i].paragraph = paragraph;
			return true;
		}
	}
	return false;
}

static bool close_one(struct quoter *quoter, uint32_t token, uint32_t code)
{
	for (size_t i = quoter->depth; i > 0; i--) {
		const struct open *open = &quoter->stack[i - 1];

		if (!closes(open->code, code))
			continue;
		vec_push(&quoter->document->quotations,
			 (struct quotation){.first = open->token, .end = token + 1});
		quoter->depth = i - 1;
		return true;
	}
	return false;
}

static void open_one(struct quoter *quoter, uint32_t token, uint32_t code)
{
	uint32_t paragraph = paragraph_of(quoter, token);

	/* the same mark left open in an earlier paragraph was never going to be closed */
	while (quoter->depth && quoter->stack[quoter->depth - 1].code == code &&
	       quoter->stack[quoter->depth - 1].paragraph < paragraph)
		quoter->depth--;
	if (quoter->depth < DEPTH_MAX)
		quoter->stack[quoter->depth++] = (struct open){token, code, paragraph};
}

static void read_quote(struct quoter *quoter, uint32_t token, uint32_t code)
{
	if (goes_on(quoter, token, code))
		return;
	leave_paragraph(quoter, paragraph_of(quoter, token));
	if (may_close(quoter, token, code) && close_one(quoter, token, code))
		return;
	if (may_open(quoter, token, code))
		open_one(quoter, token, code);
}

static int by_first(const void *a, const void *b)
{
	const struct quotation *one = a, *two = b;

	return (one->first > two->first) - (one->first < two->first);
}

/* Orders the field's quotations and writes depths into them and into their tokens. */
static void write_depths(struct quoter *quoter)
{
	struct document *document = quoter->document;
	size_t count = document->quotations.len - quoter->quotations;

	if (!count)
		return;
	qsort(document->quotations.at + quoter->quotations, count, sizeof(struct quotation),
	      by_first);
	for (size_t i = quoter->quotations; i < document->quotations.len; i++) {
		struct quotation *quotation = &document->quotations.at[i];

		for (uint32_t k = quotation->first; k < quotation->end; k++)
			document->tokens.at[k].quote_depth++;
		quotation->depth = document->tokens.at[quotation->first].quote_depth;
	}
}

void reader_quotations(struct reader *reader)
{
	struct quoter quoter = {.document = reader->document,
				.first = reader->first,
				.end = (uint32_t)reader->document->tokens.len,
				.quotations = reader->document->quotations.len};

	for (size_t i = 0; i < reader->document->marks.len; i++) {
		const struct text_mark *mark = &reader->document->marks.at[i];

		if (mark->kind == TEXT_QUOTE)
			read_quote(&quoter, mark->token, mark->code);
	}
	write_depths(&quoter);
}
