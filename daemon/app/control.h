#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include "app/app.h"

/*
 * The control endpoint: one JSON object a request, {"verb": …}, one JSON object a reply, {"ok": …}.
 * Verbs: status, rules, reload (answered when the verdict is known), explain {"item", "rule",
 * "all", "json"}, deadletter {"act", "numbers", "reason", "older_ms"}, held {"act", "numbers"},
 * drain. A request that cannot be read gets a sentence in "error". Who may send is a matter of the
 * permissions of the endpoint's path.
 */
#define CONTROL_REQUEST_MAX ((size_t)1 << 20) /* bytes; larger ones are refused with a sentence */

struct control *control_open(struct app *app, struct err *err);
/* NULL is fine, as everywhere here: there is no control endpoint then. */
void control_close(struct control *control);
/* Sends what was asked for and is only known now, if it is. */
void control_answer_later(struct control *control);
/* To wait for; NULL without an endpoint. */
struct bus_socket *control_socket(struct control *control);
/* Answers what has come. */
void control_turn(struct control *control);
/* Sends a verdict to everybody who asked for the reload. */
void control_tell(struct control *control, const struct verdict *verdict);

#endif
