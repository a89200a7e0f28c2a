#include "app/stores.h"

#include "base/clock.h"

static void tell_findings(struct app *app, const char *findings)
{
	while (*findings) {
		size_t length = strcspn(findings, "\n");

		log_line(app->log, LEVEL_ERROR, "%.*s", (int)length, findings);
		findings += length + (findings[length] == '\n');
	}
}

static void tell_progress(void *context, const char *sentence)
{
	struct app *app = context;

	log_line(app->log, LEVEL_INFO, "%s", sentence);
}

static void remember_digest(void *context, const unsigned char *digest)
{
	struct pipeline *pipeline = context;

	known_add(pipeline->known, digest);
}

static void remember_subject(void *context, struct view subject)
{
	static const struct version_state unread = {.unread = true};
	struct pipeline *pipeline = context;

	if (subject.ptr && !versions_find(pipeline->versions, subject))
		versions_put(pipeline->versions, subject, &unread);
}

/* NULL: nothing is kept. */
static const char *kept_at(const struct conf *conf)
{
	bool kept = *conf->journal.path && conf->journal.durability != DURABILITY_OFF;

	return kept ? conf->journal.path : NULL;
}

static int open_journal(struct app *app, struct err *err)
{
	const struct conf *conf = app->conf;
	struct pipeline *pipeline = &app->pipeline;
	struct journal_options options = {
		.path = kept_at(conf),
		.segment_bytes = conf->journal.segment_bytes,
		.retain_ms = conf->journal.retain_ms,
		.retain_bytes = conf->journal.retain_bytes,
		.tell = tell_progress,
		.context = app,
	};
	struct journal_recall recall = {remember_digest, remember_subject, pipeline};
	char sentence[sizeof(err->text)];

	pipeline->journal = journal_open(&options, err);
	if (!pipeline->journal) {
		snprintf(sentence, sizeof(sentence), "%s", err->text);
		return err_set(err,
			       "%.350s; another folder: --set journal.path=PATH, none: --set "
			       "journal.durability=off",
			       sentence);
	}
	tell_findings(app, journal_findings(pipeline->journal));
	atomic_store(&pipeline->head, journal_head(pipeline->journal));
	atomic_store(&pipeline->settled, journal_settled(pipeline->journal));
	pipeline->known = known_new();
	pipeline->versions = versions_new();
	return journal_recent(pipeline->journal, KNOWN_LEAST, &recall, err);
}

static int open_spool(struct app *app, const char *path, struct err *err)
{
	struct pipeline *pipeline = &app->pipeline;

	pipeline->spool = spool_open(path, journal_settled(pipeline->journal), err);
	if (!pipeline->spool)
		return -1;
	tell_findings(app, spool_findings(pipeline->spool));
	if (spool_left(pipeline->spool))
		log_line(app->log, LEVEL_INFO, "%llu items of the last run are judged now",
			 (unsigned long long)spool_left(pipeline->spool));
	return 0;
}

static enum hold_reason find_reason(struct view name)
{
	return view_is(name, hold_reason_name(HOLD_WITHHELD)) ? HOLD_WITHHELD : HOLD_EMBARGO;
}

/* What was held when the last run ended is held on, also beyond a limit that is lower now. */
static int load_held(struct app *app, struct err *err)
{
	struct pipeline *pipeline = &app->pipeline;
	struct held_item item;
	uint64_t from = 0;
	int got;

	while ((got = held_next(pipeline->held, from, &item, err)) > 0) {
		from = item.number + 1;
		if (got == HELD_DAMAGED) {
			log_line(app->log, LEVEL_ERROR, "%s", err->text);
			continue;
		}
		hold_put(pipeline->hold, &item, find_reason(item.reason));
		counters_carry(&pipeline->counters, find_reason(item.reason));
	}
	hold_show(pipeline->hold);
	return got;
}

static int open_held(struct app *app, const char *path, struct err *err)
{
	const struct conf *conf = app->conf;
	struct pipeline *pipeline = &app->pipeline;
	struct hold_limits limits = {
		.items = (size_t)conf->limits.held,
		.bytes = (size_t)conf->limits.held_bytes,
		.age = conf->limits.held_age_ms * (CLOCK_SECOND / 1000),
	};

	if (path) {
		pipeline->held = held_open(path, err);
		if (!pipeline->held)
			return -1;
		tell_findings(app, held_findings(pipeline->held));
	}
	pipeline->hold = hold_new(&limits, pipeline->held ? held_last(pipeline->held) : 0);
	return pipeline->held ? load_held(app, err) : 0;
}

int stores_open(struct app *app, struct err *err)
{
	struct pipeline *pipeline = &app->pipeline;
	const char *path = kept_at(app->conf);

	if (open_journal(app, err) < 0 || open_held(app, path, err) < 0)
		return -1;
	if (!path)
		return 0;
	pipeline->deadletters = deadletters_open(path, err);
	if (!pipeline->deadletters)
		return -1;
	tell_findings(app, deadletters_findings(pipeline->deadletters));
	pipeline->letters = letters_new(path, &app->told);
	return app->conf->journal.durability == DURABILITY_FULL ? open_spool(app, path, err) : 0;
}

/* Without a journal they were in memory alone. */
static void tell_lost(struct app *app)
{
	size_t held = hold_count(app->pipeline.hold);

	if (held)
		log_line(app->log, LEVEL_WARNING, "%zu item%s held %s lost: there is no journal",
			 held, held == 1 ? " that was" : "s that were", held == 1 ? "is" : "are");
}

void stores_close(struct app *app)
{
	struct pipeline *pipeline = &app->pipeline;

	/* What is settled need not be judged again; where this fails, it is, to the same end. */
	if (pipeline->spool)
		spool_put(pipeline->spool, NULL, 0, atomic_load(&pipeline->settled), NULL);
	spool_close(pipeline->spool);
	deadletters_close(pipeline->deadletters);
	letters_free(pipeline->letters);
	if (pipeline->hold && !pipeline->held)
		tell_lost(app);
	held_close(pipeline->held);
	hold_free(pipeline->hold);
	journal_close(pipeline->journal);
	known_free(pipeline->known);
	versions_free(pipeline->versions);
}
