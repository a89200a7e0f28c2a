#include <newstag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A subscriber as somebody outside would write one: of the installed header and library alone. It
 * prints a line for each message: "event SEQUENCE live|replayed PAYLOAD", "missed FIRST LAST",
 * "stream NAME", "trouble TEXT". usage: follow OUTPUT REPLAY|- FROM SINCE|- COUNT HIGHWATER
 * [TOPIC…]
 */
static void print(const struct newstag_message *message)
{
	switch (message->kind) {
	case NEWSTAG_EVENT:
		printf("event %llu %s %.*s\n", (unsigned long long)message->sequence,
		       message->replayed ? "replayed" : "live", (int)message->payload_size,
		       message->payload);
		break;
	case NEWSTAG_MISSED:
		printf("missed %llu %llu %s\n", (unsigned long long)message->first,
		       (unsigned long long)message->last, message->text);
		break;
	case NEWSTAG_STREAM:
		printf("stream %s\n", message->text);
		break;
	case NEWSTAG_TROUBLE:
		printf("trouble %s\n", message->text);
		break;
	}
	fflush(stdout);
}

static char own_public[NEWSTAG_KEY_SIZE], own_secret[NEWSTAG_KEY_SIZE];
static char server_key[NEWSTAG_KEY_SIZE], next_key[NEWSTAG_KEY_SIZE];

/* Files named by NEWSTAG_KEY, NEWSTAG_SERVER_KEY and NEWSTAG_NEXT_KEY. */
static int read_keys(struct newstag_keys *keys)
{
	const char *own = getenv("NEWSTAG_KEY"), *server = getenv("NEWSTAG_SERVER_KEY");
	const char *next = getenv("NEWSTAG_NEXT_KEY");

	*keys = (struct newstag_keys){own_public, own_secret, server_key, next ? next_key : NULL};
	if (newstag_key_file(own, own_public, own_secret) < 0 ||
	    newstag_key_file(server, server_key, NULL) < 0)
		return -1;
	return next ? newstag_key_file(next, next_key, NULL) : 0;
}

static int follow(struct newstag *newstag, long count)
{
	struct newstag_message message;
	int got = 0;

	while (count > 0) {
		got = newstag_next(newstag, -1, &message);
		if (got < 0) {
			printf("failed %s\n", newstag_error(newstag));
			return 1;
		}
		if (!got)
			continue;
		print(&message);
		count -= message.kind == NEWSTAG_EVENT;
	}
	printf("position %llu %s\n", (unsigned long long)newstag_position(newstag),
	       newstag_stream(newstag));
	return 0;
}

int main(int argc, char **argv)
{
	struct newstag_options options = {0};
	struct newstag_keys keys;
	struct newstag *newstag;
	int status;

	if (argc < 7)
		return 64;
	options.output = argv[1];
	options.replay = strcmp(argv[2], "-") ? argv[2] : NULL;
	options.from = strtoull(argv[3], NULL, 10);
	options.since = strcmp(argv[4], "-") ? argv[4] : NULL;
	options.high_water = atoi(argv[6]);
	options.topics = (const char *const *)argv + 7;
	options.topic_count = (size_t)argc - 7;
	if (getenv("NEWSTAG_KEY")) {
		if (read_keys(&keys) < 0) {
			perror("keys");
			return 1;
		}
		options.keys = &keys;
	}
	newstag = newstag_open(&options);
	if (!newstag) {
		perror("follow");
		return 1;
	}
	status = follow(newstag, atol(argv[5]));
	newstag_close(newstag);
	return status;
}
