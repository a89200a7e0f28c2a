#include "model/item.h"

static const char *const names[ITEM_FIELDS] = {
	[ITEM_HEADLINE] = "headline", [ITEM_SUBHEAD] = "subhead", [ITEM_SUMMARY] = "summary",
	[ITEM_BODY] = "body",	      [ITEM_CAPTION] = "caption", [ITEM_SLUGLINE] = "slugline",
};

const char *item_field_name(enum item_field field)
{
	return names[field];
}

int item_field_find(struct view name)
{
	for (int i = 0; i < ITEM_FIELDS; i++)
		if (view_is(name, names[i]))
			return i;
	return -1;
}
