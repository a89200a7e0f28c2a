#include "rules/eval.h"
#include "rules/reading.h"

/*
 * Reported speech in a sentence: the verbs of the packs' list `say` (there may be none) and phrases
 * that name a source ("according to"), each with the speaker and the text that it attributes.
 *
 * A segment is the words between a verb and the next mark, linking word ("that", "and", "who") or
 * other verb of saying. It is the grammar of wire copy, no more:
 *
 *   The Kremlin said talks had collapsed.        subject | verb | text
 *   Talks collapsed, the Kremlin said on Monday.  text , subject | verb — and what follows
 *   "…", said Putin. · Talks failed, said Putin.  text , verb | subject
 *   Lavrov, the minister, said talks failed.      subject , apposition , verb | text
 *   The minister, Lavrov, said talks failed.      apposition , subject , verb | text
 *   Putin, who said talks failed, …               subject , link verb | text
 *   According to Kyiv, talks failed.              source | speaker: the whole sentence
 *
 * The speaker is the last person named in the subject's words, else the first other entity that is
 * not a mere place ("a U.S. official", "the Russian envoy to Kyiv"); a place that is all of the
 * subject stands for what it lies in ("Kyiv said"). A pronoun takes the only person named in the
 * sentence before; otherwise it stays unresolved.
 */
struct reader {
	struct match *match;
	uint32_t number;
	const struct sentence *sentence;
	const struct token *tokens;
	struct sayings sayings;
};

enum edge { EDGE_SENTENCE, EDGE_MARK, EDGE_LINK, EDGE_SAYING, EDGE_FAR };

struct segment {
	uint32_t first, end;
	unsigned words;
	enum edge edge; /* what stands at its outer end */
};

/* Words that join clauses, as far as English, Ukrainian and Russian wire copy needs them. */
static const char *const links[] = {
	"after",  "and",     "as",	 "because", "but",     "if",	  "since", "that",
	"though", "until",   "when",	 "where",   "which",   "while",	  "who",   "whom",
	"whose",  "because", "although", "або",	    "але",     "бо",	  "коли",  "однак",
	"після",  "та",	     "що",	 "щоб",	    "яка",     "які",	  "який",  "якщо",
	"і",	  "й",	     "что",	 "чтобы",   "если",    "и",	  "когда", "но",
	"однако", "после",   "которая",	 "а",	    "которые", "который",
};

static const char *const pronouns[] = {
	"he", "she", "they", "it", "він", "вона", "вони", "он", "она", "они",
};

/* What stands between a subject and its verb, or behind a verb, and is no subject. */
static const char *const helpers[] = {
	"also",	      "again", "earlier", "had",   "has",   "have",  "just",  "later",
	"reportedly", "since", "still",	  "then",  "today", "was",   "were",  "yesterday",
	"вже",	      "також", "тоді",	  "учора", "уже",   "также", "вчера",
};

/* A segment that begins with one of these tells when, where or how. */
static const char *const adverbials[] = {
	"at", "by", "during", "for", "from", "in", "into", "of", "on",	"to",  "via", "with",
	"в",  "во", "за",     "на",  "о",    "об", "під",  "по", "при", "про", "у",   "с",
};

#define SPEAKER_WORDS_MAX 10 /* of one who is no entity */

static const struct {
	const char *first, *second; /* NULL: one word */
} sources[] = {
	{"according", "to"}, {"за", "словами"}, {"за", "даними"},   {"згідно", "з"},
	{"по", "словам"},    {"по", "данным"},	{"согласно", NULL}, {"laut", NULL},
	{"selon", NULL},     {"según", NULL},
};

static bool is_among(const struct word *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (view_is(word->folded, words[i]))
			return true;
	return false;
}

#define IS_AMONG(word, words) is_among((word), (words), sizeof(words) / sizeof((words)[0]))

/* The token behind a source phrase that begins here, or `at`. */
static uint32_t source_phrase(const struct reader *reader, uint32_t at)
{
	struct view word = reader->tokens[at].word->folded;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (!view_is(word, sources[i].first))
			continue;
		if (!sources[i].second)
			return at + 1;
		if (at + 1 < reader->sentence->end &&
		    view_is(reader->tokens[at + 1].word->folded, sources[i].second))
			return at + 2;
	}
	return at;
}

/* --- where something is said --- */

VEC_TYPE(found_sayings, struct saying);

static int compare_sayings(const void *left, const void *right)
{
	const struct saying *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->end == b->end ? 0 : a->end > b->end ? -1 : 1;
}

static void find_verbs(struct reader *reader, struct found_sayings *found)
{
	const struct packs *packs = ruleset_packs(reader->match->ruleset);
	const struct list *say = table_get(&packs->list_names, VIEW("say"));
	const struct sentence *sentence = reader->sentence;
	const struct hit *hits = NULL;
	size_t count = 0;

	if (say)
		hits = list_hits(reader->match, say, sentence->first, sentence->end, &count);
	for (size_t i = 0; i < count; i++)
		vec_push(found,
			 (struct saying){
				 .first = hits[i].first,
				 .end = hits[i].end,
				 .source = source_phrase(reader, hits[i].first) > hits[i].first,
			 });
}

static void find_sources(struct reader *reader, struct found_sayings *found)
{
	for (uint32_t at = reader->sentence->first; at < reader->sentence->end; at++) {
		uint32_t end = source_phrase(reader, at);

		if (end > at)
			vec_push(found, (struct saying){.first = at, .end = end, .source = true});
	}
}

/* All of the sentence, in order, the longer of two that overlap. */
static void find_sayings(struct reader *reader)
{
	struct found_sayings found = {0};
	struct sayings *kept = &reader->sayings;

	find_verbs(reader, &found);
	find_sources(reader, &found);
	if (found.len > 0) {
		qsort(found.at, found.len, sizeof(*found.at), compare_sayings);
		kept->at = arena_array(reader->match->arena,
				       found.len < SAYINGS_MAX ? found.len : SAYINGS_MAX,
				       sizeof(*kept->at));
	}
	for (size_t i = 0; i < found.len && kept->len < SAYINGS_MAX; i++)
		if (kept->len == 0 || found.at[i].first >= kept->at[kept->len - 1].end)
			kept->at[kept->len++] = found.at[i];
	vec_fini(&found);
}

/* --- segments --- */

static bool says(const struct reader *reader, uint32_t at)
{
	for (size_t i = 0; i < reader->sayings.len; i++)
		if (at >= reader->sayings.at[i].first && at < reader->sayings.at[i].end)
			return true;
	return false;
}

static bool is_edge(const struct reader *reader, uint32_t at, enum edge *ret_edge)
{
	const struct token *token = &reader->tokens[at];

	if (token->punctuation)
		*ret_edge = EDGE_MARK;
	else if (IS_AMONG(token->word, links))
		*ret_edge = EDGE_LINK;
	else if (says(reader, at))
		*ret_edge = EDGE_SAYING;
	else
		return false;
	return true;
}

static struct segment segment_before(const struct reader *reader, uint32_t end)
{
	struct segment segment = {end, end, 0, EDGE_SENTENCE};

	while (segment.first > reader->sentence->first) {
		if (is_edge(reader, segment.first - 1, &segment.edge))
			return segment;
		if (segment.words == SUBJECT_WORDS) {
			segment.edge = EDGE_FAR;
			return segment;
		}
		segment.words++;
		segment.first--;
	}
	return segment;
}

static struct segment segment_after(const struct reader *reader, uint32_t first)
{
	struct segment segment = {first, first, 0, EDGE_SENTENCE};

	while (segment.end < reader->sentence->end) {
		if (is_edge(reader, segment.end, &segment.edge))
			return segment;
		if (segment.words == SUBJECT_WORDS) {
			segment.edge = EDGE_FAR;
			return segment;
		}
		segment.words++;
		segment.end++;
	}
	return segment;
}

/* --- who speaks --- */

static const struct mention *named_in(const struct reader *reader, struct segment segment)
{
	const struct mention *other = NULL, *person = NULL, *at;
	size_t count;

	at = match_mentions(reader->match, reader->number, &count);
	for (size_t i = 0; i < count; i++) {
		const struct mention *mention = &at[i];
		bool whole = mention->first == segment.first && mention->end == segment.end;

		if (mention->first < segment.first || mention->end > segment.end)
			continue;
		if (view_is(mention->entity->type, "person"))
			person = mention;
		else if (!other && (whole || !view_is(mention->entity->type, "place")))
			other = mention;
	}
	return person ? person : other;
}

/* The only person that the sentence before names, as the same field has it; NULL. */
static const struct entity *person_before(const struct reader *reader)
{
	const struct entity *person = NULL;
	const struct mention *at;
	size_t count;

	if (reader->number == 0 || reader->sentence[-1].field != reader->sentence->field)
		return NULL;
	at = match_mentions(reader->match, reader->number - 1, &count);
	for (size_t i = 0; i < count; i++) {
		if (!view_is(at[i].entity->type, "person"))
			continue;
		if (person && person != at[i].entity)
			return NULL;
		person = at[i].entity;
	}
	return person;
}

static bool has_pronoun(const struct reader *reader, struct segment segment)
{
	for (uint32_t i = segment.first; i < segment.end; i++)
		if (IS_AMONG(reader->tokens[i].word, pronouns))
			return segment.words <= 2;
	return false;
}

/* Whether words without a name that we know may be somebody. */
static bool may_be_speaker(const struct reader *reader, struct segment subject)
{
	const struct word *first;

	if (subject.words == 0 || subject.words > SPEAKER_WORDS_MAX || subject.edge == EDGE_FAR)
		return false;
	first = reader->tokens[subject.first].word;
	return !IS_AMONG(first, adverbials) && !IS_AMONG(first, pronouns);
}

static struct segment without_helpers(const struct reader *reader, struct segment segment)
{
	while (segment.words > 0 && IS_AMONG(reader->tokens[segment.end - 1].word, helpers)) {
		segment.end--;
		segment.words--;
	}
	while (segment.words > 0 && IS_AMONG(reader->tokens[segment.first].word, helpers)) {
		segment.first++;
		segment.words--;
	}
	return segment;
}

static void name_speaker(const struct reader *reader, struct segment words,
			 struct attribution *said)
{
	struct segment subject = without_helpers(reader, words);
	const struct mention *mention = named_in(reader, subject);

	said->speaker_first = subject.first;
	said->speaker_end = subject.end;
	if (mention) {
		said->speaker = mention->entity;
		if (view_is(said->speaker->type, "place") && said->speaker->within)
			said->speaker = said->speaker->within;
	} else if (has_pronoun(reader, subject)) {
		said->speaker = person_before(reader);
		if (!said->speaker)
			said->speaker_end = said->speaker_first;
	} else if (!may_be_speaker(reader, subject)) {
		said->speaker_end = said->speaker_first;
	}
}

static bool is_comma(const struct token *token)
{
	return token->punctuation && view_is(token->word->folded, ",");
}

static bool names_person(const struct reader *reader, struct segment segment)
{
	const struct mention *mention = named_in(reader, segment);

	return mention && view_is(mention->entity->type, "person");
}

/* "said Putin", "said a U.S. official": words that begin with somebody's name. */
static bool looks_like_subject(const struct reader *reader, struct segment segment)
{
	const struct mention *mention = named_in(reader, segment);

	return mention && mention->first - segment.first <= 2;
}

static bool is_name(const struct reader *reader, struct segment segment)
{
	return segment.words > 0 && segment.words <= 4 &&
	       reader->tokens[segment.first].word->capital &&
	       reader->tokens[segment.end - 1].word->capital;
}

/*
 * "Lavrov, the minister, said" and "The minister, Lavrov, said": which of the two is the name;
 * false when what stands between the commas looks like neither.
 */
static bool find_apposition(const struct reader *reader, uint32_t verb, struct segment after,
			    struct segment *ret)
{
	uint32_t first = reader->sentence->first;
	struct segment inner;
	uint32_t begin;

	if (looks_like_subject(reader, after) || verb == first ||
	    !is_comma(&reader->tokens[verb - 1]))
		return false;
	inner = segment_before(reader, verb - 1);
	begin = inner.edge == EDGE_LINK ? inner.first - 1 : inner.first;
	if (inner.words == 0 || begin == first || !is_comma(&reader->tokens[begin - 1]))
		return false;
	*ret = inner;
	if (begin == inner.first && (names_person(reader, inner) || is_name(reader, inner)))
		return true;
	*ret = segment_before(reader, begin - 1);
	if (begin < inner.first)
		return named_in(reader, *ret) || may_be_speaker(reader, *ret);
	return ret->words > 0 && ret->words <= 6 &&
	       (named_in(reader, *ret) ||
		(is_name(reader, *ret) && !may_be_speaker(reader, after)));
}

/* "Putin, who said", "Putin met Modi and said": what was named last before the linking word. */
static struct segment before_link(const struct reader *reader, uint32_t verb)
{
	struct segment subject = {verb, verb, 0, EDGE_LINK};
	const struct mention *at;
	size_t count;

	at = match_mentions(reader->match, reader->number, &count);
	for (size_t i = 0; i < count && at[i].end <= verb; i++)
		if (!view_is(at[i].entity->type, "place"))
			subject = (struct segment){at[i].first, at[i].end, 1, EDGE_LINK};
	return subject;
}

/* --- what is attributed --- */

/* Text inside direct speech attributes nothing outside of it. */
static void keep_in_speech(const struct reader *reader, const struct saying *saying,
			   struct attribution *said)
{
	uint8_t depth = reader->tokens[saying->first].quote_depth;
	uint32_t first = saying->first, end = saying->end;

	while (first > said->first && reader->tokens[first - 1].quote_depth >= depth)
		first--;
	while (end < said->end && reader->tokens[end].quote_depth >= depth)
		end++;
	if (said->first < first)
		said->first = first;
	if (said->end > end)
		said->end = end;
}

static void read_source(const struct reader *reader, struct saying *saying)
{
	saying->said.first = reader->sentence->first;
	saying->said.end = reader->sentence->end;
	name_speaker(reader, segment_after(reader, saying->end), &saying->said);
}

/* The verb has no words directly before it. */
static void read_bare_verb(const struct reader *reader, struct saying *saying, enum edge edge)
{
	struct segment after = segment_after(reader, saying->end), subject = after;
	bool closes = after.end + 1 >= reader->sentence->end && after.words > 0;
	uint32_t first = reader->sentence->first;

	saying->said.first = saying->end;
	saying->said.end = reader->sentence->end;
	if (edge == EDGE_LINK || edge == EDGE_SAYING) {
		subject = before_link(reader, saying->first);
	} else if (!find_apposition(reader, saying->first, after, &subject)) {
		subject = after;
		saying->said.first = saying->first > first ? first : after.end;
		if (saying->first > first && closes)
			saying->said.end = saying->first;
	}
	name_speaker(reader, subject, &saying->said);
}

static void read_verb(const struct reader *reader, struct saying *saying)
{
	struct segment subject = without_helpers(reader, segment_before(reader, saying->first));
	bool postposed = subject.edge == EDGE_MARK && subject.first > reader->sentence->first;
	bool closes = saying->end + 1 >= reader->sentence->end;

	if (subject.words == 0) {
		read_bare_verb(reader, saying, subject.edge);
		return;
	}
	saying->said.first = postposed ? reader->sentence->first : saying->end;
	saying->said.end = postposed && closes ? subject.first : reader->sentence->end;
	name_speaker(reader, subject, &saying->said);
}

void speech_read(struct match *match, uint32_t sentence, struct sayings *ret_sayings)
{
	struct reader reader = {
		.match = match,
		.number = sentence,
		.sentence = &match->document->sentences.at[sentence],
		.tokens = match->document->tokens.at,
	};

	find_sayings(&reader);
	for (size_t i = 0; i < reader.sayings.len; i++) {
		struct saying *saying = &reader.sayings.at[i];

		if (saying->source)
			read_source(&reader, saying);
		else
			read_verb(&reader, saying);
		keep_in_speech(&reader, saying, &saying->said);
	}
	*ret_sayings = reader.sayings;
}
