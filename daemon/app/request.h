#ifndef APP_REQUEST_H
#define APP_REQUEST_H

#include "app/control.h"
#include "wire/json.h"

/* The control endpoint from within: shared by the files that answer requests. */
struct control {
	struct app *app;
	struct bus_socket *socket;
	struct arena arena; /* of a request */
};

struct request {
	struct control *control;
	const struct asker *asker;
	const struct json *body;
	struct str *reply;
	bool later; /* the reply comes when the verdict is known */
};

void request_refuse(struct request *request, const char *sentence);
/* {"ok": true, … to be filled and ended. */
struct jsonw request_begin_good(struct request *request);

/* {"act": "retry" | "drop", "numbers": […] or none for all, "reason", "older_ms"}. */
void request_letters(struct request *request);
/* {"act": "release" | "drop", "numbers": […]}: of held items. */
void request_held(struct request *request);

#endif
