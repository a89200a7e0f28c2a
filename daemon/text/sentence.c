#include "base/utf8.h"
#include "text/reader.h"

/*
 * Sentences as UAX #29 (revision 41) breaks them, from the marks that the tokenizer noted. The
 * tailorings:
 *   - the stop of an abbreviation ends a sentence only before a capitalised function word, that of
 * a title (Mr.) or before a number (No. 5) never;
 *   - a stop behind a word of four letters or more, or behind a closing mark, ends one before a
 *     number too (the annex looks for the next letter, and "45 people died." would not begin one);
 *   - ! and ? before a closing quotation mark and a small letter do not end one ("Why?" he asked);
 *   - a single line break ends one, unless it only wraps the text or stands beside a line without a
 *     word (line.c); in a field without blank lines it ends the paragraph as well.
 */
struct cutter {
	struct reader *reader;
	const struct token *tokens;
	uint32_t begin;	    /* of the sentence at hand */
	uint32_t paragraph; /* where the one at hand begins */
	uint32_t limit;	    /* the next line break's token, or the field's end */
	size_t line;	    /* the mark that gave the limit */
};

static enum sentence_mark mark_at(const struct cutter *cutter, uint32_t at)
{
	const struct token *token = &cutter->tokens[at];
	uint32_t code;

	if (!token->punctuation)
		return SENTENCE_NONE;
	utf8_decode(cutter->reader->text.ptr + token->from, &code);
	return sentence_mark_of(code);
}

static void end_sentence(struct cutter *cutter, uint32_t end)
{
	struct document *document = cutter->reader->document;
	struct sentence sentence = {.first = cutter->begin,
				    .end = end,
				    .paragraph = cutter->reader->paragraph,
				    .field = cutter->reader->field};

	if (end <= cutter->begin)
		return;
	for (uint32_t i = cutter->begin; i < end; i++)
		document->tokens.at[i].sentence = (uint32_t)document->sentences.len;
	vec_push(&document->sentences, sentence);
	cutter->begin = end;
}

static bool is_small_word(const struct word *word)
{
	return word->kind == WORD_LETTERS && !word->capital && !word->uncased;
}

/* The token behind the closing marks that follow `at` without a space. */
static uint32_t behind_closing(const struct cutter *cutter, uint32_t at)
{
	for (at++; at < cutter->limit && !cutter->tokens[at].space_before;) {
		if (mark_at(cutter, at) != SENTENCE_CLOSE)
			break;
		at++;
	}
	return at;
}

static bool ends_before_number(const struct cutter *cutter, uint32_t stop, uint32_t next)
{
	const struct token *before = &cutter->tokens[stop - (stop > cutter->begin)];

	if (!cutter->tokens[next].space_before)
		return false;
	return next > stop + 1 || before->punctuation || utf8_count(before->word->folded) >= 4;
}

/* SB8: whether the next letter, whatever marks stand before it, is a small one. */
static bool goes_on_small(const struct cutter *cutter, uint32_t stop, uint32_t next)
{
	for (uint32_t at = next; at < cutter->limit; at++) {
		const struct word *word = cutter->tokens[at].word;
		enum sentence_mark mark = mark_at(cutter, at);

		if (mark == SENTENCE_STOP || mark == SENTENCE_END)
			return false;
		if (word->kind == WORD_DIGITS && ends_before_number(cutter, stop, next))
			return false;
		if (word->kind == WORD_LETTERS)
			return is_small_word(word);
	}
	return false;
}

/* SB6 and SB7: 3.5, .com, and letters around a stop without a space. */
static bool is_inside(const struct cutter *cutter, uint32_t stop)
{
	const struct token *next = &cutter->tokens[stop + 1];

	if (next->space_before || next->punctuation)
		return false;
	if (next->word->kind == WORD_DIGITS)
		return true;
	return next->word->capital && stop > cutter->begin && !cutter->tokens[stop].space_before &&
	       cutter->tokens[stop - 1].word->kind == WORD_LETTERS;
}

static void cut_at_stop(struct cutter *cutter, const struct text_mark *mark)
{
	uint32_t next = behind_closing(cutter, mark->token);
	enum sentence_mark follows;

	if (next >= cutter->limit)
		return;
	follows = mark_at(cutter, next);
	if (follows == SENTENCE_STOP || follows == SENTENCE_END || follows == SENTENCE_GOES_ON)
		return;
	if (mark->kind == TEXT_STOP &&
	    (is_inside(cutter, mark->token) || goes_on_small(cutter, mark->token, next)))
		return;
	if (mark->kind == TEXT_END && next > mark->token + 1 &&
	    is_small_word(cutter->tokens[next].word))
		return;
	end_sentence(cutter, next);
}

static bool begins_sentence(const struct cutter *cutter, uint32_t at)
{
	const struct token *token = &cutter->tokens[at];

	return token->word->capital && token->word->function &&
	       cutter->reader->text.ptr[token->to - 1] != '.';
}

static void cut_at_abbreviation(struct cutter *cutter, uint32_t at)
{
	uint32_t next = behind_closing(cutter, at), word = next;

	if (next < cutter->limit && mark_at(cutter, next) == SENTENCE_CLOSE)
		word++;
	if (word < cutter->limit && cutter->tokens[next].space_before &&
	    begins_sentence(cutter, word))
		end_sentence(cutter, next);
}

/* Looks for the next line break behind the mark; never goes back, so that the whole is linear. */
static void find_limit(struct cutter *cutter, uint32_t token)
{
	const struct document *document = cutter->reader->document;

	while (cutter->line < document->marks.len &&
	       (document->marks.at[cutter->line].kind > TEXT_PARAGRAPH ||
		document->marks.at[cutter->line].token <= token))
		cutter->line++;
	cutter->limit = cutter->line < document->marks.len ? document->marks.at[cutter->line].token
							   : (uint32_t)document->tokens.len;
}

static bool has_blank_line(const struct document *document)
{
	for (size_t i = 0; i < document->marks.len; i++) {
		if (document->marks.at[i].kind == TEXT_PARAGRAPH)
			return true;
	}
	return false;
}

/* The next sentence is of another paragraph, if this one has any: their numbers have no holes. */
static void end_paragraph(struct cutter *cutter)
{
	cutter->reader->paragraph += cutter->begin > cutter->paragraph;
	cutter->paragraph = cutter->begin;
}

void reader_sentences(struct reader *reader)
{
	struct document *document = reader->document;
	struct cutter cutter = {.reader = reader,
				.tokens = document->tokens.at,
				.begin = reader->first,
				.paragraph = reader->first};
	bool blank = has_blank_line(document);

	for (size_t i = 0; i < document->marks.len; i++) {
		const struct text_mark *mark = &document->marks.at[i];

		if (mark->kind == TEXT_LINE || mark->kind == TEXT_PARAGRAPH) {
			end_sentence(&cutter, mark->token);
			if (!blank || mark->kind == TEXT_PARAGRAPH)
				end_paragraph(&cutter);
			continue;
		}
		find_limit(&cutter, mark->token);
		if (mark->kind == TEXT_ABBREVIATION)
			cut_at_abbreviation(&cutter, mark->token);
		else if (mark->kind != TEXT_QUOTE)
			cut_at_stop(&cutter, mark);
	}
	end_sentence(&cutter, (uint32_t)document->tokens.len);
	end_paragraph(&cutter);
}
