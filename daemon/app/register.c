#include "app/register.h"

#include "base/clock.h"
#include "base/own.h"

#include <stdlib.h>

const struct refusal_text refusal_texts[] = {
	[REFUSED_UNKNOWN] = {"unknown", "its key is not on the list of allowed keys"},
	[REFUSED_EXPIRED] = {"expired", "its key has expired"},
	[REFUSED_DOMAIN] = {"domain", "its key is not allowed for this endpoint"},
	[REFUSED_CLEAR] = {"mechanism", "it has no CURVE key"},
};

void register_fini(struct allow_register *reg)
{
	allow_free(reg->list);
	free(reg->admitted);
	*reg = (struct allow_register){0};
}

/* Whether an entry gives the right now. */
static bool holds(const struct allowed *allowed, unsigned domain, int64_t now)
{
	return (allowed->domains & domain) &&
	       (allowed->until == CLOCK_NONE || now < allowed->until);
}

enum refusal register_judge(struct allow_register *reg, const char *key, const char *domain,
			    int64_t now, const struct allowed **ret_allowed)
{
	unsigned bit = allow_domains_read(view_of(domain));
	const struct allowed *allowed = allow_find(reg->list, view_of(key));

	*ret_allowed = allowed;
	if (!*key)
		return REFUSED_CLEAR;
	if (!allowed)
		return REFUSED_UNKNOWN;
	if (!(allowed->domains & bit))
		return REFUSED_DOMAIN;
	if (!holds(allowed, bit, now))
		return REFUSED_EXPIRED;
	reg->admitted[allowed - reg->list->at] |= bit;
	return REFUSALS;
}

/* Of the domains where the key was let in, those where it may not be any more. */
static unsigned lost_domains(unsigned admitted, const struct allowed *allowed, int64_t now)
{
	unsigned lost = 0;

	for (unsigned i = 0; i < ALLOW_DOMAINS; i++)
		if ((admitted & (1U << i)) && !(allowed && holds(allowed, 1U << i, now)))
			lost |= 1U << i;
	return lost;
}

unsigned register_swap(struct allow_register *reg, struct allow_list *list, int64_t now,
		       register_lost *told, void *context)
{
	unsigned *admitted = xcalloc(list->len + 1, sizeof(*admitted)), all = 0;

	for (size_t i = 0; reg->list && i < reg->list->len; i++) {
		const struct allowed *old = &reg->list->at[i];
		const struct allowed *same = allow_find(list, old->key);
		unsigned lost = lost_domains(reg->admitted[i], same, now);

		if (lost)
			told(context, old->name, same ? "its line changed" : "it left the list");
		if (same)
			admitted[same - list->at] = reg->admitted[i] & ~lost;
		all |= lost;
	}
	register_fini(reg);
	*reg = (struct allow_register){list, admitted};
	return all;
}

unsigned register_expire(struct allow_register *reg, int64_t now, register_lost *told,
			 void *context)
{
	unsigned all = 0;

	for (size_t i = 0; i < reg->list->len; i++) {
		unsigned lost = lost_domains(reg->admitted[i], &reg->list->at[i], now);

		if (lost)
			told(context, reg->list->at[i].name, "its key has expired");
		reg->admitted[i] &= ~lost;
		all |= lost;
	}
	return all;
}
