/*
 * Tells of blackouts as they come: a line on standard output and, with --notify, a notification on
 * the desktop. Nothing is missed: libnewstag asks for what was lost on the way.
 *
 *     cc blackouts.c -o blackouts $(pkg-config --cflags --libs newstag jansson)
 *     ./blackouts tcp://127.0.0.1:5557 tcp://127.0.0.1:5558 --notify
 */
#include <jansson.h>
#include <newstag.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* No shell: what a headline says is an argument and nothing else. */
static void notify(const char *summary, const char *headline)
{
	if (fork() == 0) {
		execlp("notify-send", "notify-send", "--app-name=newstag", "--", summary, headline,
		       (char *)NULL);
		_exit(127);
	}
}

static const char *text(json_t *object, const char *name, const char *otherwise)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : otherwise;
}

static void tell(const struct newstag_message *message, int with_notification)
{
	json_t *event = json_loadb(message->payload, message->payload_size, 0, NULL);
	json_t *data = json_object_get(event, "data");
	const char *status = text(data, "status", "unknown");
	const char *headline = text(json_object_get(data, "item"), "headline", "(no headline)");
	char summary[64];

	snprintf(summary, sizeof(summary), "Blackout: %s", status);
	printf("%s: %s\n", summary, headline);
	fflush(stdout);
	if (with_notification)
		notify(summary, headline);
	json_decref(event);
}

int main(int argc, char **argv)
{
	static const char *const topics[] = {"event.blackout."};
	struct newstag_message message;
	struct newstag_options options = {.topics = topics, .topic_count = 1};
	struct newstag *newstag;

	if (argc < 3) {
		fprintf(stderr, "usage: %s OUTPUT REPLAY [--notify]\n", argv[0]);
		return 64;
	}
	options.output = argv[1];
	options.replay = argv[2];
	signal(SIGCHLD, SIG_IGN);
	newstag = newstag_open(&options);
	if (!newstag) {
		perror("newstag_open");
		return 64;
	}
	while (newstag_next(newstag, -1, &message) > 0) {
		if (message.kind == NEWSTAG_EVENT)
			tell(&message, argc > 3 && strcmp(argv[3], "--notify") == 0);
		else
			fprintf(stderr, "%s\n", message.text);
	}
	newstag_close(newstag);
	return 0;
}
