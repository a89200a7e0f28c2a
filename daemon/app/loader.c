#include "app/loader.h"

#include "app/notify.h"
#include "base/clock.h"

#include <malloc.h>
#include <stdio.h>

struct loader {
	struct loader_options options;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t asked;
	bool wanted, stop;
	struct {
		VEC(struct asker);
	} askers;
	struct {
		VEC(struct verdict);
	} verdicts;
};

/* --- one reload ---------------------------------------------------------------------------------
 */

/* What of the configuration changed without effect; empty when nothing did. */
static void note_restart(struct loader *loader, const struct conf *conf, struct str *out)
{
	conf_restart_keys(loader->options.running, conf, out);
	if (out->len)
		log_line(loader->options.log, LEVEL_WARNING,
			 "reload: a change of these keys needs a restart: %s", out->ptr);
}

static void write_good(struct loader *loader, struct load *load, const char *previous,
		       struct verdict *verdict)
{
	struct jsonw json = jsonw_begin(&verdict->reply);
	const struct generation *generation = atomic_load(&loader->options.holder->current);
	struct str restart = {0};

	note_restart(loader, load->conf, &restart);
	jsonw_object(&json);
	jsonw_key(&json, "ok");
	jsonw_bool(&json, true);
	jsonw_key(&json, "generation");
	jsonw_int(&json, (int64_t)generation->number);
	jsonw_key(&json, "ruleset");
	jsonw_string(&json, ruleset_hash(generation->ruleset));
	jsonw_key(&json, "previous");
	jsonw_string(&json, previous);
	jsonw_key(&json, "rules");
	jsonw_int(&json, (int64_t)generation->rules);
	jsonw_key(&json, "files");
	jsonw_int(&json, (int64_t)generation->files);
	jsonw_key(&json, "tests");
	jsonw_int(&json, (int64_t)load->tests);
	jsonw_key(&json, "warnings");
	jsonw_int(&json, (int64_t)generation->warnings);
	jsonw_key(&json, "needs_restart");
	jsonw_string(&json, restart.len ? restart.ptr : "");
	jsonw_key(&json, "diagnostics");
	load_write_diags(&load->diags, &json);
	jsonw_object_end(&json);
	snprintf(verdict->sentence, sizeof(verdict->sentence),
		 "rules generation %llu is in use: %zu rules in %zu files, %s",
		 (unsigned long long)generation->number, generation->rules, generation->files,
		 ruleset_hash(generation->ruleset));
	str_fini(&restart);
}

static void write_bad(struct loader *loader, const struct load *load, struct verdict *verdict)
{
	struct jsonw json = jsonw_begin(&verdict->reply);
	const struct generation *generation = atomic_load(&loader->options.holder->current);

	jsonw_object(&json);
	jsonw_key(&json, "ok");
	jsonw_bool(&json, false);
	jsonw_key(&json, "error");
	jsonw_string(&json, load->sentence);
	jsonw_key(&json, "generation");
	jsonw_int(&json, (int64_t)generation->number);
	jsonw_key(&json, "ruleset");
	jsonw_string(&json, ruleset_hash(generation->ruleset));
	jsonw_key(&json, "diagnostics");
	load_write_diags(&load->diags, &json);
	if (load->failures.len) {
		jsonw_key(&json, "failures");
		jsonw_raw(&json, str_view(&load->failures));
	}
	jsonw_object_end(&json);
	snprintf(verdict->sentence, sizeof(verdict->sentence),
		 "%s; rules generation %llu stays in use, %s", load->sentence,
		 (unsigned long long)generation->number, ruleset_hash(generation->ruleset));
}

/* Puts the new generation in place; the old one comes back for after the verdict. */
static struct generation *put_in_place(struct loader *loader, struct load *load,
				       struct verdict *verdict)
{
	struct generation *old = holder_replace(loader->options.holder, MOVE(load->generation));

	write_good(loader, load, ruleset_hash(old->ruleset), verdict);
	log_set(loader->options.log, load->conf->log.level, load->conf->log.format);
	return old;
}

/* Returns the old generation, to be retired; NULL when it stays. */
static struct generation *reload(struct loader *loader, struct verdict *verdict)
{
	struct log *log = loader->options.log;
	struct generation *old = NULL;
	struct load load;

	notify_reloading();
	load_run(&loader->options.source, &load);
	verdict->good = load.generation != NULL;
	verdict->time = clock_now();
	load_tell(&load, log);
	if (verdict->good)
		old = put_in_place(loader, &load, verdict);
	else
		write_bad(loader, &load, verdict);
	log_line(log, verdict->good ? LEVEL_INFO : LEVEL_ERROR, "reload %s: %s",
		 verdict->good ? "done" : "refused", verdict->sentence);
	notify_send("READY=1\nSTATUS=%s", verdict->sentence);
	load_fini(&load);
	return old;
}

/* --- the thread ---------------------------------------------------------------------------------
 */

/* Moves whoever asked so far into the verdict; false when it is to end. */
static bool next_request(struct loader *loader, struct verdict *verdict)
{
	bool stop;

	*verdict = (struct verdict){0};
	pthread_mutex_lock(&loader->lock);
	while (!loader->wanted && !loader->stop)
		pthread_cond_wait(&loader->asked, &loader->lock);
	stop = loader->stop;
	loader->wanted = false;
	for (size_t i = 0; !stop && i < loader->askers.len; i++)
		vec_push(&verdict->askers, loader->askers.at[i]);
	vec_reset(&loader->askers);
	pthread_mutex_unlock(&loader->lock);
	return !stop;
}

static void *load_rules_on_request(void *context)
{
	struct loader *loader = context;
	struct verdict verdict;

	pthread_setname_np(pthread_self(), "loader");
	while (next_request(loader, &verdict)) {
		struct generation *old = reload(loader, &verdict);

		pthread_mutex_lock(&loader->lock);
		vec_push(&loader->verdicts, verdict);
		pthread_mutex_unlock(&loader->lock);
		wake_force(loader->options.told);
		if (old)
			holder_retire(loader->options.holder, old);
		/* Measured on the shipped packs: what a load leaves behind, and the old rules,
		 * otherwise stay with malloc, as much again as all rules need. */
		malloc_trim(0);
	}
	return NULL;
}

struct loader *loader_start(const struct loader_options *options, struct err *err)
{
	struct loader *loader = xcalloc(1, sizeof(*loader));

	loader->options = *options;
	pthread_mutex_init(&loader->lock, NULL);
	pthread_cond_init(&loader->asked, NULL);
	if (pthread_create(&loader->thread, NULL, load_rules_on_request, loader) == 0)
		return loader;
	err_set(err, "cannot start the thread that loads rules");
	pthread_mutex_destroy(&loader->lock);
	pthread_cond_destroy(&loader->asked);
	free(loader);
	return NULL;
}

void loader_stop(struct loader *loader)
{
	if (!loader)
		return;
	pthread_mutex_lock(&loader->lock);
	loader->stop = true;
	pthread_cond_signal(&loader->asked);
	pthread_mutex_unlock(&loader->lock);
	pthread_join(loader->thread, NULL);
}

void loader_free(struct loader *loader)
{
	struct verdict verdict;

	if (!loader)
		return;
	while (loader_take(loader, &verdict))
		verdict_fini(&verdict);
	vec_fini(&loader->verdicts);
	vec_fini(&loader->askers);
	pthread_mutex_destroy(&loader->lock);
	pthread_cond_destroy(&loader->asked);
	free(loader);
}

bool loader_ask(struct loader *loader, const struct asker *asker)
{
	bool room;

	pthread_mutex_lock(&loader->lock);
	room = asker->length == 0 || loader->askers.len < LOADER_ASKERS_MAX;
	if (room && asker->length)
		vec_push(&loader->askers, *asker);
	if (room) {
		loader->wanted = true;
		pthread_cond_signal(&loader->asked);
	}
	pthread_mutex_unlock(&loader->lock);
	return room;
}

bool loader_take(struct loader *loader, struct verdict *ret_verdict)
{
	bool any;

	pthread_mutex_lock(&loader->lock);
	any = loader->verdicts.len > 0;
	if (any) {
		*ret_verdict = loader->verdicts.at[0];
		loader->verdicts.len--;
		memmove(loader->verdicts.at, loader->verdicts.at + 1,
			loader->verdicts.len * sizeof(loader->verdicts.at[0]));
	}
	pthread_mutex_unlock(&loader->lock);
	return any;
}

void verdict_fini(struct verdict *verdict)
{
	str_fini(&verdict->reply);
	vec_fini(&verdict->askers);
}
