#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * newstagd.yaml as a value: parse, check, print, merge. One schema table (conf/schema.c) names
 * every key with its type, default, bounds, whether a reload can change it, whether it has an
 * effect yet, and its help; everything else is derived from it.
 */
enum feed_pattern { FEED_SUB, FEED_PULL };
enum endpoint_mode { MODE_CONNECT, MODE_BIND };
enum durability { DURABILITY_FULL, DURABILITY_EVENTS, DURABILITY_OFF };

#define CONF_FEEDS_MAX 64
#define CONF_TEXTS_MAX 256 /* entries of a list */
#define CONF_TEXT_MAX 4096 /* bytes of a text */

struct conf_texts {
	const char **at;
	size_t len;
};

struct conf_feed {
	const char *name; /* "feed0" … when unsaid */
	const char *endpoint;
	enum feed_pattern pattern;
	enum endpoint_mode mode;
	struct conf_texts topics;
	int64_t high_water; /* messages */
	int64_t silence_ms; /* 0: any */
	int64_t reconnect_ms, reconnect_max_ms, handshake_ms, keepalive_ms;
	const char *server_key; /* NULL: in clear */
};

struct conf {
	const char *instance;
	struct conf_feed *feeds;
	size_t feed_count;
	struct {
		const char *endpoint;
		enum endpoint_mode mode;
		const char *server_key; /* of a proxy; "": in clear */
		const char *prefix;
		int64_t heartbeat_ms; /* 0: none */
		int64_t high_water;
	} output;
	struct {
		const char *endpoint; /* NULL: none */
	} replay, control;
	struct {
		struct conf_texts
			paths; /* absolute or relative to the working directory: resolved */
		struct conf_texts enable, disable;
		bool test_gate;
		const char *language; /* when neither item nor text tells */
	} rules;
	int64_t workers; /* 0: auto */
	struct {
		const char *path; /* "" : no journal */
		enum durability durability;
		int64_t segment_bytes, retain_ms, retain_bytes;
	} journal;
	struct {
		int64_t message_bytes, depth, string_bytes, subjects, members;
		int64_t held, held_bytes, held_age_ms;
	} limits;
	struct {
		const char *listen; /* "off": none */
	} http;
	struct {
		bool curve;
		const char *keys, *allow;
		struct conf_texts unprotected; /* endpoints that may go without */
	} security;
	struct {
		enum log_level level;
		enum log_format format;
	} log;
	struct arena arena; /* holds all of the above */
};

/*
 * Reads a configuration file and the overrides ("key=value", as of --set), in that order. path
 * NULL: defaults and overrides alone. Every mistake goes to `diags`; NULL when there was an error.
 * Returns owned. Relative paths are taken from the file's folder; of an override, from the working
 * directory. The places of diagnostics borrow `path` and the overrides.
 */
struct conf *conf_load(const char *path, const char *const *overrides, size_t override_count,
		       struct diags *diags);
/* The same from a text; `file` names it in messages and `folder` resolves relative paths. */
struct conf *conf_read(const char *file, struct view text, const char *folder,
		       const char *const *overrides, size_t override_count, struct diags *diags);
void conf_free(struct conf *conf);

/* Writes the whole configuration as YAML that reads back equal. `comments`: help, default, marks.
 */
void conf_write(const struct conf *conf, bool comments, struct str *out);
/* Two configurations: the names of the keys that differ and that a reload cannot change, joined by
 * ", ". */
void conf_restart_keys(const struct conf *running, const struct conf *wanted, struct str *out);
/* As JSON, members as in the file; as JSON is YAML, it reads back equal, too. */
void conf_write_json(const struct conf *conf, struct str *out);
/* The JSON Schema (draft 2020-12) of the file, made from the table. */
void conf_write_schema(struct str *out);

#endif
