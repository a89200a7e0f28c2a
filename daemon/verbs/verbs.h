#ifndef VERBS_VERBS_H
#define VERBS_VERBS_H

#include "verbs/verb.h"

/* Each in the file of its name. */
extern const struct verb bench_verb;
extern const struct verb check_verb;
extern const struct verb test_verb;
extern const struct verb explain_verb;
extern const struct verb classify_verb;
extern const struct verb rules_verb;
extern const struct verb config_verb;
extern const struct verb keygen_verb;
extern const struct verb keys_verb;
extern const struct verb publish_verb;
extern const struct verb journal_verb;
extern const struct verb deadletter_verb;
extern const struct verb held_verb;
extern const struct verb history_verb;
extern const struct verb reload_verb;
extern const struct verb replay_verb;
extern const struct verb schema_verb;
extern const struct verb status_verb;
extern const struct verb tail_verb;
extern const struct verb top_verb;
extern const struct verb version_verb;

#endif
