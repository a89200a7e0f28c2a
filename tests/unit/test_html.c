#include "text_fixture.h"

#include "text/html.h"

static const struct {
	const char *html, *text;
} cases[] = {
	{"", ""},
	{"plain  text\n here", "plain text here"},
	{"<p>One</p><p>Two</p>", "One\n\nTwo"},
	{"One<br>Two<br/>Three", "One\n\nTwo\n\nThree"},
	{"a <b>bold</b> <i>w</i>ord", "a bold word"},
	{"<div><div>In</div>out</div>end", "In\n\nout\n\nend"},
	{"<ul><li>a<li>b</ul>", "a\n\nb"},
	{"a<!-- <p>no</p> -->b<!---->c<!-->d", "abcd"},
	{"a<script>if (a<b) '</p>'</script >b", "ab"},
	{"a<STYLE>p{}</STYLE>b<script>never closed <p>x", "ab"},
	{"<title>T</title><p>B", "B"},
	{"R&amp;D &lt;tag&gt; &eacute;&hellip; &quot;x&quot; &apos;", "R&D <tag> é… \"x\" '"},
	{"&#8217;&#x2019;&#X2019;&#146;", "\u2019\u2019\u2019\u2019"},
	{"&#0;&#xD800;&#99999999;", "\uFFFD\uFFFD\uFFFD"},
	{"AT&T &unknown; &; &# &#x; &copy", "AT&T &unknown; &; &# &#x; &copy"},
	{"600&nbsp;000 <p>&nbsp;</p> x", "600\u00A0000\n\nx"},
	{"a < b, 1<2 and <3", "a < b, 1<2 and <3"},
	{"ends with <a href", "ends with <a href"},
	{"<a title=\"1 > 0\" href='x'>link</a>", "link"},
	{"<a title=\"open>text <p>next", "text\n\nnext"},
	{"<![CDATA[<p>One</p>]]>two]]>", "One\n\ntwo]]>"},
	{"<?xml version=\"1.0\"?><!DOCTYPE html [<!ENTITY a \"b\">]>&a;", "]>&a;"},
	{"<tr><td>1</td><td>2</td></tr>", "1\n\n2"},
	{"</>x</ >y", "x</ >y"},
	{"a&#10;b&Tab;c", "a b c"},
};

START_TEST(reads_cases)
{
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view text = html_text(view_of(cases[i].html), &arena);

		ck_assert_str_eq(arena_strndup(&arena, text.ptr, text.len), cases[i].text);
	}
	ck_assert_ptr_null(html_text(VIEW_NONE, &arena).ptr);
	arena_fini(&arena);
}
END_TEST

/* Half a million bytes of each would take minutes if any part were quadratic. */
START_TEST(is_linear)
{
	static const char *const pieces[] = {"<b></i>", "<a b='", "<",		 "</",
					     "<!--",	"&#",	  "<svg>",	 "<script></scrip>",
					     "<a =\"",	"&lt",	  "<textarea></"};
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct str html = {0};

		while (html.len < 512 * 1024)
			str_add_text(&html, pieces[i]);
		ck_assert_uint_le(html_text(str_view(&html), &arena).len, html.len);
		str_fini(&html);
	}
	arena_fini(&arena);
}
END_TEST

int main(void)
{
	return RUN_SUITE("html", reads_cases, is_linear);
}
