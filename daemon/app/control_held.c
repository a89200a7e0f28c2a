#include "app/request.h"

#define NUMBERS_MAX 1000 /* of one request */

static bool act_on(struct request *request, bool drop, const struct json *number)
{
	double value = json_number(number, 0);

	return value >= 1 && value < 9e15 &&
	       hold_mark(request->control->app->pipeline.hold, (uint64_t)value, drop);
}

static void act_on_all(struct request *request, bool drop, const struct json *numbers)
{
	struct pipeline *pipeline = &request->control->app->pipeline;
	struct jsonw json = request_begin_good(request);
	size_t done = 0;

	jsonw_key(&json, "missing");
	jsonw_array(&json);
	for (size_t i = 0; i < json_size(numbers); i++) {
		if (act_on(request, drop, json_at(numbers, i)))
			done++;
		else
			jsonw_double(&json, json_number(json_at(numbers, i), 0));
	}
	jsonw_array_end(&json);
	jsonw_key(&json, "done");
	jsonw_int(&json, (int64_t)done);
	jsonw_object_end(&json);
	wake_force(drop ? ring_done_wake(pipeline->ring) : ring_room_wake(pipeline->ring));
}

void request_held(struct request *request)
{
	struct view act = json_text(json_get(request->body, "act"));
	const struct json *numbers = json_get(request->body, "numbers");
	bool drop = view_is(act, "drop");

	if (!drop && !view_is(act, "release"))
		request_refuse(request, "held wants \"act\": release or drop");
	else if (json_kind(numbers) != JSON_KIND_ARRAY || json_size(numbers) == 0 ||
		 json_size(numbers) > NUMBERS_MAX)
		request_refuse(request, "held wants \"numbers\": a list of 1,000 at most");
	else if (request->control->app->draining)
		request_refuse(request, "the daemon is draining; nothing is judged again any more");
	else
		act_on_all(request, drop, numbers);
}
