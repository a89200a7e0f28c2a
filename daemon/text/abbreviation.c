#include "base/utf8.h"
#include "text/reader.h"

/*
 * Words that a stop behind them belongs to, and words that begin sentences. Small lists, by
 * language, as text with a space around each word; looked at only where a stop follows a short
 * word, which is once a sentence or so.
 */
enum abbreviation { /* what a stop behind the word makes of it */
		    ABBREVIATION_NONE,
		    ABBREVIATION_NEVER, /* Mr. — stands before a name, never ends a sentence */
		    ABBREVIATION_MAYBE, /* etc., U.S. — ends one before a capitalised function word
					 */
		    ABBREVIATION_NUMBER, /* No. 5, Jan. 5 — only before a number, and ends none */
};

struct words {
	const char *codes; /* languages, with a space around each; NULL: every other one */
	const char *never, *maybe, *number, *function;
};

static const struct words lists[] = {
	{" en ",
	 " mr mrs ms mx messrs dr prof gen lt col capt cmdr cpt maj sgt cpl pvt adm brig sen rep "
	 "gov "
	 "rev hon pres st mt ft vs fr supt insp cllr atty amb ",
	 " etc inc ltd co corp jr sr bros plc esq ave blvd rd approx dept est al viz ph.d m.d ",
	 " no nos pp p art fig vol sec ch par jan feb mar apr jun jul aug sept sep oct nov dec mon "
	 "tue "
	 "tues wed thu thur thurs fri sat sun cf ca ",
	 " the it he she they we i in on at a an this that these those his her their its our my "
	 "your "
	 "but and or as if when while after before for from by with to of there here however "
	 "meanwhile "
	 "also some many most no not all both such what who why how where which since until under "
	 "over "
	 "during despite although though because so yet then now last earlier later according one "
	 "two "
	 "officials asked speaking more another other each every still only even once "},
	{" uk be ",
	 " ул вул обл просп пров пл бул бульв буд корп кв смт м с сел ім проф акад доц гр гр-н ген "
	 "полк підполк кап майор лейт о св див рис табл стор т ст напр інж канд докт заст нач зав ",
	 " д п ін р рр зв н е н.е грн коп тис млн млрд трлн тощо км кг см га год хв сек руб ",
	 " ч п. № ",
	 " він вона воно вони ми я ви це цей ця ці той та так але або і й а у в на з із зі за до "
	 "від "
	 "при про після перед під по для через як якщо коли тим також однак проте водночас "
	 "натомість "
	 "раніше згодом тоді тут там усі всі його її їх наш ваш що хто де чому за за раніше зараз "
	 "нині "},
	{" ru bg sr mk ",
	 " ул обл пр просп пер пл бул д корп кв пгт г с им проф акад доц гр гр-н ген полк подполк "
	 "кап "
	 "майор лейт о св см рис табл стр т ст напр инж канд докт зам нач зав ",
	 " п р е др пр гг н э руб коп тыс млн млрд трлн км кг га час мин сек грн долл ", " ч № ",
	 " он она оно они мы я вы это этот эта эти тот та так но или и а у в на с со из за до от "
	 "при "
	 "о об после перед под по для через как если когда также однако тем между ранее позже "
	 "потом "
	 "тогда здесь там все его ее их наш ваш что кто где почему сейчас "},
	{" de lb ", " hr fr dr prof st nr z.b d.h bzw ca vgl gen hrsg dipl ing geb ggf inkl ",
	 " usw etc co ", " nr abs art s bd jan feb apr aug sept okt nov dez ",
	 " der die das er sie es wir ich ein eine in im am auf mit nach vor bei zu und aber doch "
	 "auch "
	 "dies diese dieser man "},
	{" fr ", " m mm mme mlle dr pr st ste me gén av bd ", " etc cie ", " n p art ",
	 " le la les il elle ils elles on nous un une ce cette ces dans en à au et mais "},
	{" es pt gl ca ", " sr sra srta dr dra d gen gral av ud uds prof ", " etc ee.uu cía ",
	 " n núm p pág art ", " el la los las un una en al y pero se su este esta "},
	{" it ", " sig dott prof on avv gen ing ", " ecc ", " n p art ",
	 " il la lo i gli le un una in e "},
	{" pl cs sk ", " p prof dr gen ul im ks inż mgr al pl św hr ing mudr ",
	 " itd itp tzn np tj mln mld ", " nr str art č ", " w na to on ona v je ten ta "},
	{NULL, " mr mrs ms dr prof gen st ", " etc ", " no nr p ", " "},
};

static bool among(const char *list, struct view word)
{
	const char *at = list;
	size_t rest = strlen(list);
	const char *hit;

	while (word.len && (hit = memmem(at, rest, word.ptr, word.len))) {
		if (hit[-1] == ' ' && hit[word.len] == ' ')
			return true;
		rest -= (size_t)(hit + 1 - at);
		at = hit + 1;
	}
	return false;
}

static const struct words *words_of(language lang)
{
	const struct words *words = lists;

	while (words->codes && !among(words->codes, view_of(language_code(lang))))
		words++;
	return words;
}

static enum abbreviation abbreviation_find(struct view folded, const struct words *words)
{
	if (folded.len > 16)
		return ABBREVIATION_NONE;
	if (among(words->number, folded))
		return ABBREVIATION_NUMBER;
	if (among(words->never, folded))
		return ABBREVIATION_NEVER;
	return among(words->maybe, folded) ? ABBREVIATION_MAYBE : ABBREVIATION_NONE;
}

void word_find_role(struct word *word)
{
	const struct words *words = words_of(word->lang);

	word->abbreviation = (uint8_t)abbreviation_find(word->folded, words);
	word->function = among(words->function, word->folded);
}

/* U.S, e.g, т.д: letters with a stop between each two. */
static bool is_dotted(struct view word)
{
	uint32_t code;
	size_t count = 0;

	for (size_t at = 0; at < word.len; count++) {
		at += utf8_decode(word.ptr + at, &code);
		if ((code == '.') != (count % 2 == 1))
			return false;
	}
	return count >= 3;
}

/* An initial: one capital, and behind its stop a capitalised name or another initial. */
static bool is_initial(const struct reader *reader, struct view word, size_t stop_end)
{
	struct glyph glyph = reader_glyph(reader, stop_end);
	uint32_t code;

	if (utf8_decode(word.ptr, &code) != word.len || !is_capital(code))
		return false;
	if (glyph.class == CHAR_SPACE)
		glyph = reader_glyph(reader, glyph.end);
	return is_capital(glyph.code);
}

static bool number_follows(const struct reader *reader, size_t at)
{
	struct glyph glyph = reader_glyph(reader, at);

	if (glyph.class == CHAR_SPACE)
		glyph = reader_glyph(reader, glyph.end);
	return glyph.class == CHAR_DIGIT;
}

static enum abbreviation abbreviation_of(struct reader *reader, struct view word, size_t stop_end)
{
	const struct word *known;
	enum abbreviation kind;

	if (is_dotted(word))
		return ABBREVIATION_MAYBE;
	if (word.len > 16)
		return ABBREVIATION_NONE;
	known = lexicon_word(reader->lexicon, reader->lang, word);
	kind = (enum abbreviation)known->abbreviation;
	if (kind == ABBREVIATION_NUMBER)
		return number_follows(reader, stop_end) ? ABBREVIATION_NEVER : ABBREVIATION_NONE;
	if (kind == ABBREVIATION_NEVER && !known->capital && word.ptr[0] > 0)
		return ABBREVIATION_NONE; /* "the rep." is no title */
	if (kind == ABBREVIATION_NONE && is_initial(reader, word, stop_end))
		return ABBREVIATION_MAYBE;
	return kind;
}

size_t reader_with_stop(struct reader *reader, size_t from, size_t end)
{
	enum abbreviation kind;

	if (reader_glyph(reader, end).code != '.' || reader_glyph(reader, end + 1).code == '.')
		return end;
	kind = abbreviation_of(reader, view_slice(reader->text, from, end), end + 1);
	if (kind == ABBREVIATION_NONE)
		return end;
	if (kind == ABBREVIATION_MAYBE)
		reader_note(reader, TEXT_ABBREVIATION, '.');
	return end + 1;
}
