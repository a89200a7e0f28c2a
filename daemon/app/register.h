#ifndef APP_REGISTER_H
#define APP_REGISTER_H

#include "conf/allow.h"

/*
 * The list of allowed keys in use: who may come in where, who did, and what follows for standing
 * connections when the list changes or a key's time is over. One thread's.
 */
enum refusal { REFUSED_UNKNOWN, REFUSED_EXPIRED, REFUSED_DOMAIN, REFUSED_CLEAR, REFUSALS };
/* A word for programs, a clause for people; by the enum. */
extern const struct refusal_text {
	const char *name, *clause;
} refusal_texts[REFUSALS];

struct allow_register {
	struct allow_list *list; /* owned; NULL before the first register_swap */
	unsigned *admitted;	 /* by the list's order: bits of domains where the key was let in */
};

/* Who lost a right; `name` is good during the call. */
typedef void register_lost(void *context, struct view name, const char *why);

void register_fini(struct allow_register *reg);
/*
 * Whether a key (Z85; "" for a client without one) may come in at `now`; REFUSALS: yes, which is
 * kept in mind. `ret_allowed` is its line, or NULL.
 */
enum refusal register_judge(struct allow_register *reg, const char *key, const char *domain,
			    int64_t now, const struct allowed **ret_allowed);
/* Takes over the list. Both return the domains (bits) whose connections must end. */
unsigned register_swap(struct allow_register *reg, struct allow_list *list, int64_t now,
		       register_lost *told, void *context);
unsigned register_expire(struct allow_register *reg, int64_t now, register_lost *told,
			 void *context);

#endif
