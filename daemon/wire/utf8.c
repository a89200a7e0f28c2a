#include "base/utf8.h"
#include "wire/scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/*
 * UTF-8 at 32 bytes a step: J. Keiser and D. Lemire, "Validating UTF-8 In Less Than One Instruction
 * Per Byte", 2020, the lookup algorithm. Every pair of neighbouring bytes is classed by three
 * tables of 16 entries (high and low half of the first byte, high half of the second); a bit that
 * stays set in all three is a mistake. What the second byte alone cannot tell, that a third or
 * fourth byte continues a character, is compared with the bytes two and three places before.
 *
 * The vector form only says whether 32 bytes more are sound. Where they are not, the scalar twin in
 * base/ goes on from the begin of the last character before them and names the byte.
 */
#if defined(__x86_64__)
#define TOO_SHORT 0x01	    /* lead byte, then no continuation */
#define TOO_LONG 0x02	    /* ASCII, then a continuation */
#define OVERLONG_3 0x04	    /* E0, then less than A0 */
#define TOO_LARGE_1000 0x40 /* F5 and above */
#define OVERLONG_4 0x40	    /* F0, then less than 90 */
#define SURROGATE 0x10	    /* ED, then A0 and above */
#define OVERLONG_2 0x20	    /* C0, C1 */
#define TOO_LARGE 0x08	    /* F4, then 90 and above */
#define TWO_CONTINUE 0x80   /* two continuations: right only in longer characters */
#define CARRY (TOO_SHORT | TOO_LONG | TWO_CONTINUE)

#define TABLE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)
#define B(value) ((char)(value))

/* Byte i of the result is byte i - n of the text. */
#define SHIFTED(bytes, before, n)                                                                  \
	_mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(before, bytes, 0x21), 16 - (n))

__attribute__((target("avx2"))) static inline __m256i high_half(__m256i bytes)
{
	return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

/* Mistakes that a byte and the one before it show. */
__attribute__((target("avx2"))) static inline __m256i pair_mistakes(__m256i bytes, __m256i before)
{
	const __m256i first_high = TABLE(TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
					 TOO_LONG, TOO_LONG, B(TWO_CONTINUE), B(TWO_CONTINUE),
					 B(TWO_CONTINUE), B(TWO_CONTINUE), TOO_SHORT | OVERLONG_2,
					 TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
					 TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4);
	const __m256i first_low = TABLE(
		B(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4), B(CARRY | OVERLONG_2), B(CARRY),
		B(CARRY), B(CARRY | TOO_LARGE), B(CARRY | TOO_LARGE | TOO_LARGE_1000),
		B(CARRY | TOO_LARGE | TOO_LARGE_1000), B(CARRY | TOO_LARGE | TOO_LARGE_1000),
		B(CARRY | TOO_LARGE | TOO_LARGE_1000), B(CARRY | TOO_LARGE | TOO_LARGE_1000),
		B(CARRY | TOO_LARGE | TOO_LARGE_1000), B(CARRY | TOO_LARGE | TOO_LARGE_1000),
		B(CARRY | TOO_LARGE | TOO_LARGE_1000),
		B(CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE),
		B(CARRY | TOO_LARGE | TOO_LARGE_1000), B(CARRY | TOO_LARGE | TOO_LARGE_1000));
	const __m256i second_high = TABLE(
		TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
		TOO_SHORT,
		B(TOO_LONG | OVERLONG_2 | TWO_CONTINUE | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4),
		B(TOO_LONG | OVERLONG_2 | TWO_CONTINUE | OVERLONG_3 | TOO_LARGE),
		B(TOO_LONG | OVERLONG_2 | TWO_CONTINUE | SURROGATE | TOO_LARGE),
		B(TOO_LONG | OVERLONG_2 | TWO_CONTINUE | SURROGATE | TOO_LARGE), TOO_SHORT,
		TOO_SHORT, TOO_SHORT, TOO_SHORT);
	__m256i first = SHIFTED(bytes, before, 1);
	__m256i low = _mm256_and_si256(first, _mm256_set1_epi8(0x0F));

	return _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(first_high, high_half(first)),
						 _mm256_shuffle_epi8(first_low, low)),
				_mm256_shuffle_epi8(second_high, high_half(bytes)));
}

__attribute__((target("avx2"))) static inline bool block_sound(__m256i bytes, __m256i before)
{
	__m256i mistakes = pair_mistakes(bytes, before);
	__m256i third = _mm256_subs_epu8(SHIFTED(bytes, before, 2), _mm256_set1_epi8(0x60));
	__m256i fourth = _mm256_subs_epu8(SHIFTED(bytes, before, 3), _mm256_set1_epi8(0x70));
	/* 0x80 where a third or fourth byte must be, and only there two continuations are right */
	__m256i wanted = _mm256_and_si256(_mm256_or_si256(third, fourth),
					  _mm256_set1_epi8(B(0x80)));

	mistakes = _mm256_xor_si256(mistakes, wanted);
	return _mm256_testz_si256(mistakes, mistakes);
}

__attribute__((target("avx2"))) size_t utf8_check_vector(struct view text)
{
	__m256i before = _mm256_setzero_si256();
	size_t done = 0, rest;

	while (text.len - done >= sizeof(before)) {
		__m256i bytes = _mm256_loadu_si256(
			(const __m256i *)(const void *)(text.ptr + done));

		if (!block_sound(bytes, before))
			break;
		before = bytes;
		done += sizeof(before);
	}
	/* back to the begin of the character that the sound blocks may end within */
	for (int i = 0; i < 4 && done > 0; i++)
		if (((unsigned char)text.ptr[--done] & 0xC0) != 0x80)
			break;
	rest = utf8_valid(view_slice(text, done, text.len));
	return done + rest;
}

bool utf8_vectors(void)
{
	return __builtin_cpu_supports("avx2");
}
#else
size_t utf8_check_vector(struct view text)
{
	return utf8_valid(text);
}

bool utf8_vectors(void)
{
	return false;
}
#endif

#define VECTOR_FROM 32 /* shorter text is as quick byte by byte */

size_t utf8_check(struct view text)
{
	if (text.len < VECTOR_FROM || !utf8_vectors())
		return utf8_valid(text);
	return utf8_check_vector(text);
}
