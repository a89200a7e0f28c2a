#include "app/request.h"
#include "base/clock.h"

#include <stdio.h>

/* A wish about dead letters, as far as it can be refused at once. */

static bool read_numbers(const struct json *list, struct letters_wish *wish)
{
	size_t count = json_size(list);

	if (count > LETTERS_NUMBERS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		double number = json_number(json_at(list, i), 0);

		if (number < 1 || number > 9e15)
			return false;
		wish->numbers[wish->count++] = (int64_t)number;
	}
	return true;
}

/* What is wrong with it, or NULL. */
static const char *read_wish(const struct request *request, struct letters_wish *wish)
{
	struct view act = json_text(json_get(request->body, "act"));
	struct view reason = json_text(json_get(request->body, "reason"));
	const struct json *numbers = json_get(request->body, "numbers");
	double older_ms = json_number(json_get(request->body, "older_ms"), 0);

	wish->drop = view_is(act, "drop");
	if (!wish->drop && !view_is(act, "retry"))
		return "deadletter wants \"act\": retry or drop";
	if (reason.len >= sizeof(wish->reason))
		return "there is no such reason";
	memcpy(wish->reason, reason.len ? reason.ptr : "", reason.len);
	if (older_ms < 0 || older_ms > 9e12)
		return "\"older_ms\" is out of range";
	wish->before = clock_now() - (int64_t)older_ms * (CLOCK_SECOND / 1000);
	if (numbers && (json_kind(numbers) != JSON_KIND_ARRAY || json_size(numbers) == 0))
		return "\"numbers\" is a list of numbers; without it, all are meant";
	return read_numbers(numbers, wish) ? NULL : "\"numbers\" holds 1,000 whole numbers at most";
}

void request_letters(struct request *request)
{
	struct app *app = request->control->app;
	struct letters *letters = app->pipeline.letters;
	struct letters_wish wish = {.asker = *request->asker};
	const char *wrong = read_wish(request, &wish);

	if (wrong)
		request_refuse(request, wrong);
	else if (!letters)
		request_refuse(request, "no dead letters are kept: there is no journal");
	else if (app->draining)
		request_refuse(request, "the daemon is draining; nothing is judged again any more");
	else if (!letters_ask(letters, &wish))
		request_refuse(request, "another such request is being worked on; try again later");
	else
		request->later = true;
	if (request->later) {
		wake_force(ring_room_wake(app->pipeline.ring));
		wake_force(ring_done_wake(app->pipeline.ring));
	}
}
