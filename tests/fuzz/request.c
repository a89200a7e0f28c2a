#include "fuzz.h"

#include "app/replay.h"
#include "base/own.h"
#include "client/inside.h"
#include "wire/json.h"

/* What anybody may send to the replay, and what a daemon may answer to a client. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct replay_request request;
	struct newstag_range ranges[ASK_MISSING_MAX];
	struct wanted wanted[] = {{.key = "next"}, {.key = "missing"}};
	struct view text = {(const char *)bytes, size};
	struct err err;
	struct json *json = json_read(text, &err);

	if (json && replay_parse(json, &request, &err) == 0 &&
	    (request.query.topic_count > REPLAY_TOPICS_MAX ||
	     request.query.limit > JOURNAL_READ_MAX))
		abort();
	json_free(json);
	if (client_scan_object((struct text){text.ptr, text.len}, wanted, 2))
		client_scan_ranges(wanted[1].value, ranges, ASK_MISSING_MAX);
	return 0;
}
