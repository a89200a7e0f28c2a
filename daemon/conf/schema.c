#include "conf/schema.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define SECOND INT64_C(1000)
#define DAY (86400 * SECOND)

#define AT(member) offsetof(struct conf, member)
#define FEED_AT(member) offsetof(struct conf_feed, member)

static const char *const pattern_words[] = {"sub", "pull", NULL};
static const char *const mode_words[] = {"connect", "bind", NULL};
static const char *const durability_words[] = {"full", "events", "off", NULL};
static const char *const level_words[] = {"error", "warning", "info", "debug", NULL};
static const char *const format_words[] = {"auto", "text", "json", NULL};
static const char *const auto_words[] = {"auto", NULL};

/* clang-format off */
const struct key conf_keys[] = {
	{"instance", KEY_NAME, 0, AT(instance), "newstagd", 1, 64, NULL,
	 "Names the source of events: their `source` is urn:newstagd:<instance>."},
	{"feed", KEY_FEEDS, 0, AT(feeds),
	 "[{endpoint: \"tcp://127.0.0.1:5556\", name: wire}]", 0, 0, NULL,
	 "Where news items come from."},
	{"output.endpoint", KEY_ENDPOINT, 0, AT(output.endpoint),
	 "tcp://127.0.0.1:5557", 0, 0, NULL,
	 "Where events are published (PUB)."},
	{"output.mode", KEY_WORD, 0, AT(output.mode), "bind", 0, 0, mode_words,
	 "Whether subscribers come to the endpoint (bind) or it goes to a proxy (connect)."},
	{"output.server_key", KEY_TEXT, 0, AT(output.server_key), "", 0, 40, NULL,
	 "The public key of the proxy that the output connects to; with security.curve."},
	{"output.prefix", KEY_TEXT, 0, AT(output.prefix), "event.", 0, 64, NULL,
	 "The first part of every event's topic."},
	{"output.heartbeat", KEY_DURATION, 0, AT(output.heartbeat_ms), "1s", 0, 3600 * SECOND, NULL,
	 "How often the last sequence is announced, so that silence and loss are told apart; 0: "
	 "never."},
	{"output.high_water", KEY_INTEGER, 0, AT(output.high_water), "10000", 1, 10000000, NULL,
	 "Messages kept for a slow subscriber before it loses some."},
	{"replay.endpoint", KEY_ENDPOINT, KEY_OFF, AT(replay.endpoint),
	 "tcp://127.0.0.1:5558", 0, 0, NULL,
	 "Where subscribers ask for events that they missed; \"off\", or no journal: nowhere."},
	{"control.endpoint", KEY_ENDPOINT, KEY_OFF, AT(control.endpoint),
	 "ipc:///run/newstagd/control", 0, 0, NULL,
	 "Where the operator's tool reaches the daemon; \"off\": nowhere."},
	{"rules.paths", KEY_PATHS, KEY_RELOAD, AT(rules.paths),
	 "/usr/share/newstagd/rules,/usr/share/newstagd/entities,/etc/newstagd/rules.d", 1,
	 CONF_TEXT_MAX, NULL,
	 "Files and folders of rule packs, all of them loaded together."},
	{"rules.enable", KEY_TEXTS, KEY_RELOAD, AT(rules.enable), "", 0, 256, NULL,
	 "Rules to switch on, by id; * and ? stand for any characters."},
	{"rules.disable", KEY_TEXTS, KEY_RELOAD, AT(rules.disable), "", 0, 256, NULL,
	 "Rules to switch off, likewise."},
	{"rules.test_gate", KEY_BOOLEAN, KEY_RELOAD, AT(rules.test_gate), "true", 0, 0, NULL,
	 "Whether the tests in the packs must pass before they are used."},
	{"rules.language", KEY_NAME, KEY_RELOAD, AT(rules.language), "en", 2, 35, NULL,
	 "The language of an item when neither it nor its text tells."},
	{"workers", KEY_INTEGER, 0, AT(workers), "auto", 1, 64, auto_words,
	 "Threads that match items against the rules; auto: one for each processor."},
	{"journal.path", KEY_PATH, 0, AT(journal.path),
	 "/var/lib/newstagd", 0, CONF_TEXT_MAX, NULL,
	 "The folder of the events, the spool and the dead letters; \"\": none is kept."},
	{"journal.durability", KEY_WORD, 0, AT(journal.durability),
	 "full", 0, 0, durability_words,
	 "What is on disk before it goes on: items and events (full), events, or nothing (off)."},
	{"journal.segment", KEY_SIZE, 0, AT(journal.segment_bytes),
	 "256MiB", MIB, 16 * GIB, NULL,
	 "The size of one file of the journal; whole files are deleted."},
	{"journal.retain", KEY_DURATION, 0, AT(journal.retain_ms),
	 "30d", 60 * SECOND, 36500 * DAY, NULL,
	 "How long events are kept."},
	{"journal.retain_size", KEY_SIZE, 0, AT(journal.retain_bytes),
	 "10GiB", MIB, 1024 * 1024 * GIB, NULL,
	 "How many bytes of events are kept."},
	{"limits.message", KEY_SIZE, 0, AT(limits.message_bytes), "1MiB", KIB, 64 * MIB, NULL,
	 "The largest message of a feed."},
	{"limits.depth", KEY_INTEGER, 0, AT(limits.depth), "32", 1, 256, NULL,
	 "The deepest nesting in a message."},
	{"limits.string", KEY_SIZE, 0, AT(limits.string_bytes), "512KiB", KIB, 64 * MIB, NULL,
	 "The longest text in a message."},
	{"limits.subjects", KEY_INTEGER, 0, AT(limits.subjects), "256", 1, 65536, NULL,
	 "The most subjects of an item."},
	{"limits.members", KEY_INTEGER, 0, AT(limits.members), "20000", 16, 1000000, NULL,
	 "The most members and elements in a message."},
	{"limits.held", KEY_INTEGER, 0, AT(limits.held), "10000", 1, 1000000, NULL,
	 "The most items that are held, under embargo or withheld; further ones are rejected."},
	{"limits.held_size", KEY_SIZE, 0, AT(limits.held_bytes), "64MiB", KIB, GIB, NULL,
	 "The most bytes of them; they stand in memory, too."},
	{"limits.held_age", KEY_DURATION, 0, AT(limits.held_age_ms),
	 "30d", SECOND, 36500 * DAY, NULL,
	 "How long an item is held before it is rejected."},
	{"http.listen", KEY_LISTEN, 0, AT(http.listen), "127.0.0.1:9180", 0, 0, NULL,
	 "Metrics and health: HOST:PORT, unix:/PATH or \"off\"."},
	{"security.curve", KEY_BOOLEAN, 0, AT(security.curve), "off", 0, 0, NULL,
	 "Whether TCP endpoints encrypt, and let in only keys that are allowed."},
	{"security.unprotected", KEY_TEXTS, KEY_RELOAD, AT(security.unprotected), "", 0, 80, NULL,
	 "Endpoints that may leave this host without encryption, although anybody may come: output, "
	 "replay, control, feed.NAME."},
	{"security.keys", KEY_PATH, 0, AT(security.keys),
	 "/etc/newstagd/keys", 1, CONF_TEXT_MAX, NULL,
	 "The folder of the daemon's own keys: server.key_secret, as newstag keygen makes it."},
	{"security.allow", KEY_PATH, 0, AT(security.allow),
	 "/etc/newstagd/allowed-keys", 1, CONF_TEXT_MAX, NULL,
	 "The file of the public keys that are let in; a change counts at once."},
	{"log.level", KEY_WORD, KEY_RELOAD, AT(log.level), "info", 0, 0, level_words,
	 "The least weighty lines that are written."},
	{"log.format", KEY_WORD, KEY_RELOAD, AT(log.format), "auto", 0, 0, format_words,
	 "text, json (JSON Lines), or auto: text, under systemd with its priorities instead of "
	 "times."},
};
const size_t conf_key_count = sizeof(conf_keys) / sizeof(conf_keys[0]);

const struct key feed_keys[] = {
	{"endpoint", KEY_ENDPOINT, KEY_REQUIRED, FEED_AT(endpoint), NULL, 0, 0, NULL,
	 "Where the feed is."},
	{"pattern", KEY_WORD, 0, FEED_AT(pattern), "sub", 0, 0, pattern_words,
	 "sub for a feed that publishes (PUB), pull for one that hands out (PUSH)."},
	{"mode", KEY_WORD, 0, FEED_AT(mode), "connect", 0, 0, mode_words,
	 "Whether to go to the feed (connect) or to wait for it (bind)."},
	{"topics", KEY_TEXTS, 0, FEED_AT(topics), "", 1, 239, NULL,
	 "Beginnings of the topics to subscribe to; \"\" is every topic."},
	{"name", KEY_NAME, 0, FEED_AT(name), NULL, 1, 64, NULL,
	 "Its name in metrics and in the log; feed0, feed1 … when unsaid."},
	{"server_key", KEY_TEXT, 0, FEED_AT(server_key), "", 0, 40, NULL,
	 "The public key of a feed that is connected to; with security.curve."},
	{"high_water", KEY_INTEGER, 0, FEED_AT(high_water), "1000", 1, 10000000, NULL,
	 "Messages kept while the daemon is busy, before the feed drops or waits."},
	{"silence", KEY_DURATION, 0, FEED_AT(silence_ms), "60s", 0, DAY, NULL,
	 "After so long without an item the log says so, and the connection is made anew in case "
	 "it is dead; 0: never."},
	{"reconnect", KEY_DURATION, 0, FEED_AT(reconnect_ms), "1s", 10, 3600 * SECOND, NULL,
	 "The pause before a lost connection is made again; it doubles up to reconnect_max."},
	{"reconnect_max", KEY_DURATION, 0, FEED_AT(reconnect_max_ms), "10s", 10, 3600 * SECOND,
	 NULL, "The longest pause before a lost connection is made again."},
	{"handshake", KEY_DURATION, 0, FEED_AT(handshake_ms), "5s", 100, 600 * SECOND, NULL,
	 "How long a connection may take to be made, and then to be greeted."},
	{"keepalive", KEY_DURATION, 0, FEED_AT(keepalive_ms), "60s", 6 * SECOND, 7200 * SECOND, NULL,
	 "How long the peer's machine may not answer on TCP before the connection counts as lost."},
};
const size_t feed_key_count = sizeof(feed_keys) / sizeof(feed_keys[0]);
/* clang-format on */

_Static_assert(sizeof(conf_keys) / sizeof(conf_keys[0]) <= KEYS_MAX, "names fit");
_Static_assert(sizeof(feed_keys) / sizeof(feed_keys[0]) <= KEYS_MAX, "names fit");
