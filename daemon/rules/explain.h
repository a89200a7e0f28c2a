#ifndef RULES_EXPLAIN_H
#define RULES_EXPLAIN_H

#include "rules/judge.h"
#include "rules/report.h"
#include "rules/trace.h"

/* Inside rules/: an explanation made ready to be written. All in the judgement's arena. */
struct rule_account {
	const struct rule *rule;
	bool fired;
	const struct outcome *closest; /* NULL: nothing was judged */
	struct trace *traces;	       /* of every hit; without one, of the near misses */
	size_t trace_count;
	bool missed; /* the traces are near misses */
};

struct explanation {
	const struct explain_options *options;
	const struct ruleset *ruleset;
	struct match *match;
	const struct events *events;
	struct rule_account *accounts;
	size_t account_count;
	size_t silent; /* rules left out since nothing of them was found */
};

void explain_write_text(const struct explanation *explanation, struct str *out);
void explain_write_json(const struct explanation *explanation, struct str *out);

#endif
