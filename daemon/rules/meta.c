#include "rules/eval.h"

/* meta: every member named must hold; a member holds when one of its values does. */
static char folded(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* Letters of ASCII in either case, `*` for any run. */
static bool text_matches(struct view glob, struct view text)
{
	size_t at = 0, star = SIZE_MAX, retry = 0, i = 0;

	while (i < text.len) {
		if (at < glob.len && glob.ptr[at] == '*') {
			star = at++;
			retry = i;
		} else if (at < glob.len && folded(glob.ptr[at]) == folded(text.ptr[i])) {
			at++;
			i++;
		} else if (star != SIZE_MAX) {
			at = star + 1;
			i = ++retry;
		} else {
			return false;
		}
	}
	while (at < glob.len && glob.ptr[at] == '*')
		at++;
	return at == glob.len;
}

static bool any_matches(const struct meta *meta, struct view text)
{
	for (size_t i = 0; i < meta->value_count && text.ptr; i++)
		if (text_matches(meta->values[i], text))
			return true;
	return false;
}

static bool any_of_views(const struct meta *meta, struct item_views views)
{
	for (size_t i = 0; i < views.len; i++)
		if (any_matches(meta, views.at[i]))
			return true;
	return false;
}

static bool any_of_subjects(const struct meta *meta, const struct item *item)
{
	for (size_t i = 0; i < item->subject_count; i++)
		if (any_matches(meta, item->subjects[i].uri) ||
		    any_matches(meta, item->subjects[i].name))
			return true;
	return false;
}

static bool urgency_holds(const struct meta *meta, int urgency)
{
	if (urgency == 0)
		return false;
	switch (meta->compare) {
	case COMPARE_LT:
		return urgency < meta->operand;
	case COMPARE_LE:
		return urgency <= meta->operand;
	case COMPARE_GE:
		return urgency >= meta->operand;
	case COMPARE_GT:
		return urgency > meta->operand;
	case COMPARE_NONE:
	case COMPARE_EQ:
		break;
	}
	return urgency == meta->operand;
}

static bool member_holds(const struct match *match, const struct meta *meta)
{
	const struct item *item = match->item;

	switch (meta->key) {
	case META_SUBJECTS:
		return any_of_subjects(meta, item);
	case META_SOURCE:
		return any_matches(meta, item->source);
	case META_URGENCY:
		return urgency_holds(meta, item->urgency);
	case META_LANG:
		return any_matches(meta, view_of(language_code(match->document->lang)));
	case META_PEOPLE:
		return any_of_views(meta, item->people);
	case META_ORGANISATIONS:
		return any_of_views(meta, item->organisations);
	case META_PLACES:
		return any_of_views(meta, item->places);
	case META_URI:
		return any_matches(meta, item->uri);
	}
	return false;
}

bool meta_holds(const struct match *match, const struct expr *expr)
{
	for (size_t i = 0; i < expr->meta_count; i++)
		if (!member_holds(match, &expr->metas[i]))
			return false;
	return true;
}
