#include "text/script.h"

#include <stddef.h>

/* Blocks, in order. Marks and digits inside a block count with its letters: it is only for telling
 * scripts apart. */
static const struct block {
	uint32_t first, last;
	uint32_t script;
} blocks[] = {
	{'A', 'Z', SCRIPT_LATIN},	    {'a', 'z', SCRIPT_LATIN},
	{0x00AA, 0x00AA, SCRIPT_LATIN},	    {0x00BA, 0x00BA, SCRIPT_LATIN},
	{0x00C0, 0x00D6, SCRIPT_LATIN},	    {0x00D8, 0x00F6, SCRIPT_LATIN},
	{0x00F8, 0x02AF, SCRIPT_LATIN},	    {0x0370, 0x03FF, SCRIPT_GREEK},
	{0x0400, 0x052F, SCRIPT_CYRILLIC},  {0x0531, 0x058A, SCRIPT_ARMENIAN},
	{0x05D0, 0x05F2, SCRIPT_HEBREW},    {0x0620, 0x064A, SCRIPT_ARABIC},
	{0x066E, 0x06D3, SCRIPT_ARABIC},    {0x06D5, 0x06FF, SCRIPT_ARABIC},
	{0x0750, 0x077F, SCRIPT_ARABIC},    {0x0900, 0x097F, SCRIPT_DEVANAGARI},
	{0x0980, 0x09FF, SCRIPT_BENGALI},   {0x0A00, 0x0A7F, SCRIPT_GURMUKHI},
	{0x0A80, 0x0AFF, SCRIPT_GUJARATI},  {0x0B80, 0x0BFF, SCRIPT_TAMIL},
	{0x0C00, 0x0C7F, SCRIPT_TELUGU},    {0x0C80, 0x0CFF, SCRIPT_KANNADA},
	{0x0D00, 0x0D7F, SCRIPT_MALAYALAM}, {0x0D80, 0x0DFF, SCRIPT_SINHALA},
	{0x0E00, 0x0E7F, SCRIPT_THAI},	    {0x0E80, 0x0EFF, SCRIPT_LAO},
	{0x1000, 0x109F, SCRIPT_MYANMAR},   {0x10A0, 0x10FF, SCRIPT_GEORGIAN},
	{0x1100, 0x11FF, SCRIPT_HANGUL},    {0x1200, 0x139F, SCRIPT_ETHIOPIC},
	{0x1780, 0x17FF, SCRIPT_KHMER},	    {0x1C80, 0x1C8F, SCRIPT_CYRILLIC},
	{0x1C90, 0x1CBF, SCRIPT_GEORGIAN},  {0x1E00, 0x1EFF, SCRIPT_LATIN},
	{0x1F00, 0x1FFF, SCRIPT_GREEK},	    {0x2D00, 0x2D2F, SCRIPT_GEORGIAN},
	{0x2DE0, 0x2DFF, SCRIPT_CYRILLIC},  {0x3041, 0x309F, SCRIPT_KANA},
	{0x30A1, 0x30FF, SCRIPT_KANA},	    {0x3130, 0x318F, SCRIPT_HANGUL},
	{0x3400, 0x4DBF, SCRIPT_HAN},	    {0x4E00, 0x9FFF, SCRIPT_HAN},
	{0xA640, 0xA69F, SCRIPT_CYRILLIC},  {0xAC00, 0xD7AF, SCRIPT_HANGUL},
	{0xF900, 0xFAFF, SCRIPT_HAN},	    {0xFB1D, 0xFB4F, SCRIPT_HEBREW},
	{0xFB50, 0xFDFF, SCRIPT_ARABIC},    {0xFE70, 0xFEFC, SCRIPT_ARABIC},
	{0xFF21, 0xFF3A, SCRIPT_LATIN},	    {0xFF41, 0xFF5A, SCRIPT_LATIN},
	{0xFF66, 0xFF9D, SCRIPT_KANA},	    {0x20000, 0x3134F, SCRIPT_HAN},
};

uint32_t script_of(uint32_t code)
{
	const uint32_t cyrillic = 0x400;
	size_t low = 0, high = sizeof(blocks) / sizeof(blocks[0]);

	if (code - cyrillic < 0x130) /* the search is for what comes less often */
		return SCRIPT_CYRILLIC;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > blocks[middle].last)
			low = middle + 1;
		else if (code < blocks[middle].first)
			high = middle;
		else
			return blocks[middle].script;
	}
	return 0;
}
