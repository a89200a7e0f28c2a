#include "base/utf8.h"
#include "text/language.h"
#include "text/speech.h"

/*
 * The language of a text: scripts first, which most often settle it or speak against a claim; then,
 * among the languages of the script, a vote of function words and of letters that few languages
 * have. Only a sample is read, since a claim has to be checked on every item.
 */
#define SAMPLE_CODES 300 /* letters and others, for the scripts */
#define SAMPLE_WORDS 120 /* for the vote */
#define WORD_BYTES 32
#define LETTER_POINTS 2 /* a letter of its own says as much as two function words */

/* Words and letters by language, a space around each. Letters are looked for anywhere in the text.
 */
static const struct voice {
	const char *code;
	const char *words;
	const char *letters;
} voices[] = {
	{"en",
	 " the of and to in is was that for with on at by from has have are said will not be it ",
	 " "},
	{"de",
	 " der die das und ist nicht ein eine mit von zu den dem im auf für sich auch wurde nach ",
	 " ß "},
	{"fr", " le la les des et est une un dans que pour qui sur pas au du avec par sont été ",
	 " œ "},
	{"es", " el la los las de que y en un una por con para del se no su al es como ",
	 " ñ ¿ ¡ "},
	{"it", " il la di che e è per un una del della con non sono le i gli nel alla ha ", " "},
	{"pt", " o a os as de que e em um uma para com não do da no na por se são ", " ã õ "},
	{"nl", " de het een en van is in op te dat niet zijn met voor aan er om ook bij naar ",
	 " "},
	{"sv", " och att det i en som är på av för med den till inte har om ett var från ", " "},
	{"da", " og at det i en som er på af for med den til ikke har om et var fra af blev ", " "},
	{"no", " og at det i en som er på av for med den til ikke har om et var fra etter ble ",
	 " "},
	{"fi", " ja on ei se että oli ovat mutta myös kun hän joka niin kuin sekä mukaan ", " "},
	{"is", " og að er í á sem til var um með ekki en hann það við af ", " ð þ "},
	{"pl", " i w z na do że się nie jest to o przez po od dla jak oraz ", " ł ż ź ś ń ę ą "},
	{"cs", " a v na se že je z do pro to s od ve po jsou by které podle ", " ř ě ů "},
	{"sk", " a v na sa že je z do pre to s od vo po sú by ktoré podľa ", " ľ ĺ ŕ ô "},
	{"hu", " a az és hogy nem egy is ez van volt meg már csak mint ", " ő ű "},
	{"ro", " și de la în a cu pe care din nu este o că un pentru au mai ", " ț ș ţ ş ă "},
	{"hr", " i u je na se da za su od s koji nije bi će kao što ", " đ "},
	{"sl", " in je v na se da za so od z ki ni bi kot tudi po ", " "},
	{"sq", " të e dhe në për një me është nga që se më ", " ë "},
	{"lt", " ir yra kad su iš į tai bet apie po už jo nuo ", " ė į ų "},
	{"lv", " un ir ka no ar uz par pēc kas bet tas gan lai ", " ķ ļ ņ ģ "},
	{"et", " ja on ei et see kui oma ka mis oli aga ning pärast ", " õ "},
	{"tr", " ve bir bu için da de ile olarak olan gibi daha çok sonra kadar ", " ğ ı "},
	{"az", " və bir bu üçün da də ilə olan kimi daha ", " ə "},
	{"id", " yang dan di untuk dengan dari ini pada itu tidak akan dalam telah oleh ", " "},
	{"ms",
	 " yang dan di untuk dengan dari ini pada itu tidak akan dalam telah oleh ialah kerana "
	 "beliau ",
	 " "},
	{"vi", " và của là các có được trong cho không với người một này ", " ơ ư đ ạ ế ộ "},
	{"ca", " el la els les de que i en un una per amb del no és al com ", " ŀ "},
	{"gl", " o a os as de que e en un una por con para do da no non é ao ", " "},
	{"eu", " eta da ez du bat dira ere izan zen dute baina ", " "},
	{"ga", " agus an na ar is ag le go sé bhí chun a i ní ", " "},
	{"cy", " y yr a yn i o ar ei mae wedi bod gan ", " ŵ ŷ "},
	{"sw", " na ya wa kwa ni katika za la kuwa hiyo ", " "},
	{"eo", " la kaj de en estas al ke por ne li ", " ĉ ĝ ŝ ŭ "},
	{"uk", " і в у на не що з та за до як це від про він є але для ", " і ї є ґ "},
	{"ru", " и в не на что с по как это за от из он для но его был о к ", " ы э ъ ё "},
	{"be", " і ў у на не што з да за гэта як ад яны ёсць але для ", " ў і ы э ё "},
	{"bg", " и на в за се от да са не с по е че при като ще ", " ъ "},
	{"sr", " и у је на се да за су од који није би ће као што ", " ј љ њ ђ ћ џ "},
	{"mk", " и на во се да за од со не е ќе што ги како ", " ѓ ќ ѕ "},
	{"kk", " және мен бұл үшін деп бір осы ", " қ ғ ә ң ұ "},
	{"ky", " жана менен бул үчүн деп бир эле ", " ң ө ү "},
	{"tt", " һәм белән бу өчен дип бер ", " җ һ ә "},
	{"mn", " нь юм энэ байна бол гэж болон ", " ө ү "},
	{"tg", " ва дар бо ки аз ба ин барои ", " ӣ ӯ ҳ ҷ "},
	{"ar", " في من على أن إلى عن مع هذا التي الذي بعد ما لا ", " ة ى أ إ "},
	{"fa", " در از به که این با را است برای آن می بر ", " گ چ پ ژ ک ی "},
	{"ur", " کے کی میں ہے نے سے کو اور پر یہ کہ ", " ٹ ڈ ڑ ں ے ہ "},
	{"ps", " د په چې او له کې ته دی ", " ښ ړ ټ ډ ې ۍ "},
	{"ku", " لە بە و کە بۆ لەگەڵ ئەو ", " ە ێ ۆ ڵ "},
	{"ug", " بۇ بىلەن ۋە ئۈچۈن ", " ۇ ۈ ۋ ې ى "},
	{"he", " של את על לא כי הוא עם זה גם אל היה ", " "},
	{"yi", " און די פון איז דער אין מיט צו ", " ײ ױ װ אַ "},
	{"hi", " के में है की से को का और ने पर यह कि ", " "},
	{"mr", " आहे या आणि च्या ते होते यांनी केली मध्ये ", " ळ "},
	{"ne", " छ र मा को ले भएको गर्न यो पनि हो ", " "},
};
#define VOICES (sizeof(voices) / sizeof(voices[0]))

/* Where a script has one language here, or none of the others is likely. */
static const struct {
	uint32_t script;
	const char *code;
} sole[] = {
	{SCRIPT_GREEK, "el"},	  {SCRIPT_ARMENIAN, "hy"}, {SCRIPT_GEORGIAN, "ka"},
	{SCRIPT_BENGALI, "bn"},	  {SCRIPT_GURMUKHI, "pa"}, {SCRIPT_GUJARATI, "gu"},
	{SCRIPT_TAMIL, "ta"},	  {SCRIPT_TELUGU, "te"},   {SCRIPT_KANNADA, "kn"},
	{SCRIPT_MALAYALAM, "ml"}, {SCRIPT_SINHALA, "si"},  {SCRIPT_THAI, "th"},
	{SCRIPT_LAO, "lo"},	  {SCRIPT_MYANMAR, "my"},  {SCRIPT_KHMER, "km"},
	{SCRIPT_ETHIOPIC, "am"},  {SCRIPT_HANGUL, "ko"},   {SCRIPT_KANA, "ja"},
	{SCRIPT_HAN, "zh"},	  {SCRIPT_HEBREW, "he"},   {SCRIPT_DEVANAGARI, "hi"},
	{SCRIPT_ARABIC, "ar"},
};

struct tally {
	unsigned letters[SCRIPTS];
	unsigned all;
};

static uint32_t ascii_script(uint32_t code)
{
	return (code | 0x20) - 'a' < 26 ? SCRIPT_LATIN : 0;
}

static void count_scripts(struct view text, struct tally *tally)
{
	uint32_t code, script;

	for (size_t at = 0, seen = 0; at < text.len && seen < SAMPLE_CODES; seen++) {
		at += utf8_decode(text.ptr + at, &code);
		script = code < 0x80 ? ascii_script(code) : script_of(code);
		if (!script)
			continue;
		tally->letters[__builtin_ctz(script)]++;
		tally->all++;
	}
}

/* Letters of the scripts in the set. */
static unsigned letters_of(const struct tally *tally, uint32_t scripts)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < SCRIPTS; i++)
		sum += scripts >> i & 1 ? tally->letters[i] : 0;
	return sum;
}

/* The script with most letters; a few kana or hangul among Han letters speak for their language. */
static uint32_t main_script(const struct tally *tally)
{
	unsigned best = 0;

	if (letters_of(tally, SCRIPT_KANA) * 10 >= tally->all && tally->all)
		return SCRIPT_KANA;
	for (unsigned i = 1; i < SCRIPTS; i++) {
		if (tally->letters[i] > tally->letters[best])
			best = i;
	}
	return tally->letters[best] ? UINT32_C(1) << best : 0;
}

/* Small letters of one word, a space on both sides; what is not a letter ends it. */
struct sample {
	char word[WORD_BYTES + 8];
	size_t len;
	bool asked[VOICES]; /* those of the script */
	unsigned points[VOICES];
	unsigned words;
};

#define LEAD_ENOUGH 6 /* points: no need to read on */

static uint32_t small(uint32_t code)
{
	if ((code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7) ||
	    (code >= 0x410 && code <= 0x42F))
		return code + 0x20;
	if (code >= 0x400 && code <= 0x40F)
		return code + 0x50;
	if ((code >= 0x100 && code <= 0x137) || (code >= 0x14A && code <= 0x177) ||
	    (code >= 0x218 && code <= 0x21B) || (code >= 0x48A && code <= 0x4BF) ||
	    (code >= 0x4D0 && code <= 0x52F))
		return code | 1;
	return code;
}

static void vote(struct sample *sample)
{
	if (sample->len > 1) {
		sample->word[sample->len++] = ' ';
		sample->word[sample->len] = '\0';
		for (size_t i = 0; i < VOICES; i++) {
			if (sample->asked[i] && strstr(voices[i].words, sample->word))
				sample->points[i]++;
		}
		sample->words++;
	}
	sample->len = 1;
}

static void add_letter(struct sample *sample, uint32_t code)
{
	char letter[8] = " ";
	size_t len = utf8_encode(code, letter + 1);

	if (sample->len < WORD_BYTES) {
		memcpy(sample->word + sample->len, letter + 1, len);
		sample->len += len;
	}
	if (code < 0x80)
		return;
	memcpy(letter + 1 + len, " ", 2);
	for (size_t i = 0; i < VOICES; i++) {
		if (sample->asked[i] && strstr(voices[i].letters, letter))
			sample->points[i] += LETTER_POINTS;
	}
}

/* The voice with most points; *ret_lead is how far it is ahead of the next. */
static size_t leader(const struct sample *sample, unsigned *ret_lead)
{
	size_t best = 0;
	unsigned second = 0;

	for (size_t i = 1; i < VOICES; i++) {
		if (sample->points[i] > sample->points[best]) {
			second = sample->points[best];
			best = i;
		} else if (sample->points[i] > second) {
			second = sample->points[i];
		}
	}
	*ret_lead = sample->points[best] - second;
	return best;
}

static language by_words(struct view text, uint32_t script)
{
	struct sample sample = {.word = " ", .len = 1};
	unsigned lead = 0;
	size_t best;
	uint32_t code;

	for (size_t i = 0; i < VOICES; i++)
		sample.asked[i] = language_scripts(language_find(view_of(voices[i].code))) & script;
	for (size_t at = 0; at < text.len && sample.words < SAMPLE_WORDS;) {
		at += utf8_decode(text.ptr + at, &code);
		if (script_of(code) == script) {
			add_letter(&sample, small(code));
			continue;
		}
		vote(&sample);
		if (sample.words % 16 == 15 && (leader(&sample, &lead), lead >= LEAD_ENOUGH))
			break;
	}
	vote(&sample);
	best = leader(&sample, &lead);
	return sample.points[best] ? language_find(view_of(voices[best].code)) : LANGUAGE_UNKNOWN;
}

static language by_script(uint32_t script)
{
	for (size_t i = 0; i < sizeof(sole) / sizeof(sole[0]); i++) {
		if (sole[i].script == script)
			return language_find(view_of(sole[i].code));
	}
	return LANGUAGE_UNKNOWN;
}

language language_detect(struct view text, language claim)
{
	struct tally tally = {0};
	uint32_t script;
	language found = LANGUAGE_UNKNOWN;

	count_scripts(text, &tally);
	if (!tally.all)
		return claim;
	if (claim != LANGUAGE_UNKNOWN &&
	    letters_of(&tally, language_scripts(claim)) * 2 >= tally.all)
		return claim;
	script = main_script(&tally);
	if (script)
		found = by_words(text, script);
	return found != LANGUAGE_UNKNOWN ? found : by_script(script);
}
