#include "text/document.h"

#include "base/clock.h"
#include "text/html.h"
#include "text/reader.h"

void document_fini(struct document *document)
{
	vec_fini(&document->tokens);
	vec_fini(&document->sentences);
	vec_fini(&document->quotations);
	vec_fini(&document->marks);
}

static void begin(struct document *document, language lang)
{
	document->lang = lang;
	document->reported = CLOCK_NONE;
	vec_reset(&document->tokens);
	vec_reset(&document->sentences);
	vec_reset(&document->quotations);
	memset(document->texts, 0, sizeof(document->texts));
	memset(document->field_first, 0, sizeof(document->field_first));
	memset(document->field_end, 0, sizeof(document->field_end));
}

static void read_field(struct reader *reader, enum item_field field, struct view text)
{
	struct document *document = reader->document;

	reader->text = text;
	reader->field = (uint8_t)field;
	document->texts[field] = text;
	reader_tokens(reader);
	reader_sentences(reader);
	reader_quotations(reader);
	document->field_first[field] = reader->first;
	document->field_end[field] = (uint32_t)document->tokens.len;
}

static struct reader reader_on(struct document *document, struct lexicon *lexicon)
{
	return (struct reader){.document = document,
			       .lexicon = lexicon,
			       .characters = lexicon_characters(lexicon),
			       .lang = document->lang};
}

/* The first paragraph of the body, or of the summary where there is no body. */
static void mark_lede(struct document *document)
{
	bool body = document->field_end[ITEM_BODY] > document->field_first[ITEM_BODY];
	enum item_field field = body ? ITEM_BODY : ITEM_SUMMARY;
	uint32_t first = document->field_first[field], paragraph;

	if (first == document->field_end[field])
		return;
	first = document->tokens.at[first].sentence;
	paragraph = document->sentences.at[first].paragraph;
	for (size_t i = first; i < document->sentences.len; i++) {
		if (document->sentences.at[i].paragraph != paragraph)
			break;
		document->sentences.at[i].lede = true;
	}
}

void document_read_text(struct document *document, struct view text, language lang,
			struct lexicon *lexicon, struct arena *arena)
{
	struct reader reader;

	(void)arena;
	begin(document, lang);
	reader = reader_on(document, lexicon);
	read_field(&reader, ITEM_BODY, text);
	mark_lede(document);
}

/* The longest text speaks for the item: a headline may be all names. */
static struct view longest(const struct view texts[ITEM_FIELDS])
{
	struct view most = VIEW_NONE;

	for (int i = 0; i < ITEM_FIELDS; i++) {
		if (texts[i].len > most.len)
			most = texts[i];
	}
	return most;
}

void document_read(struct document *document, const struct item *item, struct lexicon *lexicon,
		   language fallback, struct arena *arena)
{
	struct view texts[ITEM_FIELDS];
	struct reader reader;

	for (int i = 0; i < ITEM_FIELDS; i++)
		texts[i] = item->fields[i].html ? html_text(item->fields[i].text, arena)
						: item->fields[i].text;
	begin(document, language_detect(longest(texts), language_find(item->language)));
	if (document->lang == LANGUAGE_UNKNOWN)
		document->lang = fallback;
	document->reported = item->modified != CLOCK_NONE ? item->modified : item->published;
	reader = reader_on(document, lexicon);
	for (int i = 0; i < ITEM_FIELDS; i++)
		read_field(&reader, (enum item_field)i, texts[i]);
	mark_lede(document);
}

struct view document_words(const struct document *document, uint32_t first, uint32_t end)
{
	const struct token *tokens = document->tokens.at;
	enum item_field field;

	if (first >= end)
		return VIEW_NONE;
	field = (enum item_field)document->sentences.at[tokens[first].sentence].field;
	return view_slice(document->texts[field], tokens[first].from, tokens[end - 1].to);
}
