#include "app/guard.h"

#include "app/load.h"
#include "app/register.h"
#include "app/wake.h"
#include "base/clock.h"
#include "base/own.h"
#include "bus/zap.h"
#include "conf/key_file.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/*
 * libzmq asks once, at the handshake, and never again. So a right that is taken away takes effect
 * by ending the connections of everybody on the sockets of that domain; those who still have theirs
 * come back by themselves within a second or two, and get what they missed from the replay. It is
 * done only when the key in question was let in there at all.
 *
 * A key that is not on the list is told to come again later: libzmq's clients then try anew by
 * themselves, so that putting it on the list is enough. "Never" would leave them deaf for good.
 */
#define LOOK_NS CLOCK_SECOND /* between looks at the files */
#define PATH_SIZE (CONF_TEXT_MAX + 64)

/* What tells a changed file from one that is as it was. */
struct look {
	struct timespec changed;
	off_t size;
	ino_t inode;
};

struct guard {
	struct bus *bus;
	struct log *log;
	struct zap *zap;
	struct wake stop;
	pthread_t thread;
	bool threaded;
	atomic_bool stopping, begun;
	char key_path[PATH_SIZE];
	const char *list_path;

	/* the thread's, once it runs */
	struct allow_register reg;
	struct look key_look, list_look;
	int64_t looked;

	pthread_mutex_t lock; /* of the following */
	struct curve_keys keys;
	char probe[BUS_KEY_SIZE]; /* the stranger of the proof: refused for good, not counted */
	bool probed;		  /* it was asked about */
	char list_error[512], key_error[512]; /* "" when what is on disk is what counts */
	size_t list_length;

	struct bus_curve serves[ALLOW_DOMAINS];
	struct curve_keys first_keys;	      /* as at the start; never changes */
	_Atomic unsigned cuts[ALLOW_DOMAINS]; /* times that connections were to be ended */
	_Atomic uint64_t admissions, refused[REFUSALS];
};

OWNED_CLEANUP(struct guard *, guard_close);

/* --- files --------------------------------------------------------------------------------------
 */

static bool look_at(const char *path, struct look *ret_look)
{
	struct stat found;

	*ret_look = (struct look){0};
	if (stat(path, &found) < 0)
		return false;
	*ret_look = (struct look){found.st_ctim, found.st_size, found.st_ino};
	return true;
}

static bool same_look(const struct look *a, const struct look *b)
{
	return a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec &&
	       a->size == b->size && a->inode == b->inode;
}

/* The first mistake, as a sentence. */
static void describe(const struct diags *diags, char *ret_sentence, size_t size)
{
	const struct diag *diag = &diags->at[0];

	snprintf(ret_sentence, size, "%s:%u:%u: %s[%s]", diag->place.file, diag->place.line,
		 diag->place.column, diag->message, diag->code);
}

static struct allow_list *read_list(const char *path, struct err *err)
{
	struct diags diags = {0};
	struct allow_list *list = allow_read(path, &diags);

	if (!list)
		describe(&diags, err->text, sizeof(err->text));
	diags_fini(&diags);
	return list;
}

/* The credential that systemd gave us, else the file in security.keys. */
static void find_key(struct guard *guard, const char *folder)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	struct look look;

	if (credentials) {
		snprintf(guard->key_path, sizeof(guard->key_path), "%s/" KEY_FILE_SERVER,
			 credentials);
		if (look_at(guard->key_path, &look))
			return;
	}
	snprintf(guard->key_path, sizeof(guard->key_path), "%s/" KEY_FILE_SERVER, folder);
}

/* --- who is let in ------------------------------------------------------------------------------
 */

static bool is_probe(struct guard *guard, const char *key)
{
	bool is;

	pthread_mutex_lock(&guard->lock);
	is = guard->probe[0] && strcmp(key, guard->probe) == 0;
	guard->probed |= is;
	pthread_mutex_unlock(&guard->lock);
	return is;
}

static void tell_refusal(struct guard *guard, const struct zap_request *request,
			 const struct allowed *allowed, enum refusal refusal)
{
	struct view name = allowed ? allowed->name : VIEW("a stranger");

	atomic_fetch_add(&guard->refused[refusal], 1);
	log_line(guard->log, LEVEL_WARNING,
		 "security: %.*s from %s with the key \"%s\" was kept out of %s: %s",
		 VIEW_ARGS(name), request->address, request->key, request->domain,
		 refusal_texts[refusal].clause);
}

static void answer(struct guard *guard, const struct zap_request *request)
{
	const struct allowed *allowed;
	enum refusal refusal;

	if (is_probe(guard, request->key)) {
		zap_answer(guard->zap, ZAP_NEVER, VIEW_NONE);
		return;
	}
	refusal = register_judge(&guard->reg, request->key, request->domain, clock_now(), &allowed);
	if (refusal == REFUSALS) {
		zap_answer(guard->zap, ZAP_ADMIT, allowed->name);
		atomic_fetch_add(&guard->admissions, 1);
		log_line(guard->log, LEVEL_INFO, "security: %.*s from %s is let into %s",
			 VIEW_ARGS(allowed->name), request->address, request->domain);
		return;
	}
	zap_answer(guard->zap, refusal == REFUSED_CLEAR ? ZAP_NEVER : ZAP_LATER, VIEW_NONE);
	tell_refusal(guard, request, allowed, refusal);
}

/* --- changes ------------------------------------------------------------------------------------
 */

static void cut(struct guard *guard, unsigned domains)
{
	for (int i = 0; i < ALLOW_DOMAINS; i++)
		if (domains & (1U << i))
			atomic_fetch_add(&guard->cuts[i], 1);
}

static void tell_lost(void *context, struct view name, const char *why)
{
	struct guard *guard = context;

	log_line(guard->log, LEVEL_INFO,
		 "security: %.*s may not connect any more (%s); connections are ended",
		 VIEW_ARGS(name), why);
}

static void take_list(struct guard *guard, struct allow_list *list)
{
	cut(guard, register_swap(&guard->reg, list, clock_now(), tell_lost, guard));
	pthread_mutex_lock(&guard->lock);
	guard->list_length = list->len;
	guard->list_error[0] = '\0';
	pthread_mutex_unlock(&guard->lock);
}

static void keep_error(struct guard *guard, char *place, size_t size, const char *sentence)
{
	pthread_mutex_lock(&guard->lock);
	snprintf(place, size, "%s", sentence);
	pthread_mutex_unlock(&guard->lock);
	log_line(guard->log, LEVEL_ERROR, "security: %s; what was valid before stays", sentence);
}

static void look_at_list(struct guard *guard)
{
	struct allow_list *list;
	struct look look;
	struct err err;

	look_at(guard->list_path, &look);
	if (same_look(&look, &guard->list_look))
		return;
	guard->list_look = look;
	list = read_list(guard->list_path, &err);
	if (!list) {
		keep_error(guard, guard->list_error, sizeof(guard->list_error), err.text);
		return;
	}
	take_list(guard, list);
	log_line(guard->log, LEVEL_INFO, "security: %zu keys are allowed now (%s)", list->len,
		 guard->list_path);
}

static void take_keys(struct guard *guard, const struct curve_keys *keys)
{
	bool changed;

	pthread_mutex_lock(&guard->lock);
	changed = strcmp(guard->keys.secret_key, keys->secret_key) != 0;
	guard->keys = *keys;
	guard->key_error[0] = '\0';
	pthread_mutex_unlock(&guard->lock);
	if (!changed)
		return;
	log_line(guard->log, LEVEL_INFO,
		 "security: new keys of the daemon's own; its public key is \"%s\" now",
		 keys->public_key);
	cut(guard, ~0U);
}

static void look_at_key(struct guard *guard)
{
	struct curve_keys keys;
	struct look look;
	struct err err;

	look_at(guard->key_path, &look);
	if (same_look(&look, &guard->key_look))
		return;
	guard->key_look = look;
	if (key_file_read(guard->key_path, true, &keys, &err) < 0) {
		keep_error(guard, guard->key_error, sizeof(guard->key_error), err.text);
		return;
	}
	take_keys(guard, &keys);
	curve_keys_wipe(&keys);
}

static void turn(struct guard *guard, int64_t now)
{
	if (!atomic_load(&guard->begun) || now - guard->looked < LOOK_NS)
		return;
	guard->looked = now;
	look_at_list(guard);
	look_at_key(guard);
	cut(guard, register_expire(&guard->reg, clock_now(), tell_lost, guard));
}

static void *serve(void *context)
{
	struct guard *guard = context;
	struct bus_wait waits[] = {{.socket = zap_socket(guard->zap)}, {.fd = guard->stop.fd}};
	struct zap_request request;

	pthread_setname_np(pthread_self(), "guard");
	while (!atomic_load(&guard->stopping)) {
		if (zap_receive(guard->zap, &request) > 0)
			answer(guard, &request);
		else
			bus_wait(waits, 2, (int)(LOOK_NS / 1000000), NULL);
		turn(guard, clock_monotonic());
	}
	return NULL;
}

/* --- opening ------------------------------------------------------------------------------------
 */

/* A core would hold the secret key. Under a leak checker the process must stay traceable. */
static void forbid_cores(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

static int read_files(struct guard *guard, struct err *err)
{
	struct allow_list *list;

	look_at(guard->key_path, &guard->key_look);
	if (key_file_read(guard->key_path, true, &guard->keys, err) < 0)
		return err_wrap(err, "security.curve is on, and the daemon's own keys are missing "
				     "(newstag keygen server makes them)");
	look_at(guard->list_path, &guard->list_look);
	guard->first_keys = guard->keys;
	list = read_list(guard->list_path, err);
	if (!list)
		return err_wrap(err, "security.curve is on, and who is let in cannot be read");
	take_list(guard, list);
	return 0;
}

static int start(struct guard *guard, struct err *err)
{
	if (wake_init(&guard->stop, err) < 0 || read_files(guard, err) < 0)
		return -1;
	for (int i = 0; i < ALLOW_DOMAINS; i++)
		guard->serves[i] = (struct bus_curve){.domain = allow_domain_names[i],
						      .secret_key = guard->first_keys.secret_key};
	guard->zap = zap_open(guard->bus, err);
	if (!guard->zap)
		return -1;
	if (pthread_create(&guard->thread, NULL, serve, guard) != 0)
		return err_set(err, "cannot start the thread that answers for security");
	guard->threaded = true;
	return 0;
}

int guard_open(const struct guard_options *options, struct guard **ret_guard, struct err *err)
{
	OWNED(guard_close) struct guard *guard = NULL;

	*ret_guard = NULL;
	if (!options->conf->security.curve)
		return 0;
	forbid_cores();
	guard = xcalloc(1, sizeof(*guard));
	guard->bus = options->bus;
	guard->log = options->log;
	guard->stop.fd = -1;
	guard->list_path = options->conf->security.allow;
	pthread_mutex_init(&guard->lock, NULL);
	find_key(guard, options->conf->security.keys);
	if (start(guard, err) < 0)
		return -1;
	*ret_guard = MOVE(guard);
	return 0;
}

void guard_close(struct guard *guard)
{
	if (!guard)
		return;
	if (guard->threaded) {
		atomic_store(&guard->stopping, true);
		wake_force(&guard->stop);
		pthread_join(guard->thread, NULL);
	}
	zap_close(guard->zap);
	wake_fini(&guard->stop);
	register_fini(&guard->reg);
	pthread_mutex_destroy(&guard->lock);
	curve_keys_wipe(&guard->keys);
	curve_keys_wipe(&guard->first_keys);
	free(guard);
}

/* --- for the sockets ----------------------------------------------------------------------------
 */

const struct bus_curve *guard_serves(const struct guard *guard, enum allow_domain domain,
				     const char *endpoint)
{
	return guard && strncmp(endpoint, "tcp://", 6) == 0 ? &guard->serves[domain] : NULL;
}

const struct bus_curve *guard_visits(const struct guard *guard, const char *server_key,
				     struct bus_curve *ret_curve)
{
	if (!guard || !server_key || !*server_key)
		return NULL;
	*ret_curve = (struct bus_curve){
		.secret_key = guard->first_keys.secret_key,
		.public_key = guard->first_keys.public_key,
		.server_key = server_key,
	};
	return ret_curve;
}

void guard_begin(struct guard *guard)
{
	if (guard)
		atomic_store(&guard->begun, true);
}

void guard_turn(struct guard *guard, enum allow_domain domain, struct bus_socket *socket,
		unsigned *seen)
{
	struct curve_keys keys;
	struct err err;
	unsigned cuts = guard ? atomic_load(&guard->cuts[domain]) : 0;

	if (!guard || cuts == *seen || !bus_socket_guarded(socket))
		return;
	pthread_mutex_lock(&guard->lock);
	keys = guard->keys;
	pthread_mutex_unlock(&guard->lock);
	/* What fails is tried again at the next turn. */
	if (bus_socket_renew(socket, keys.secret_key, &err) == 0)
		*seen = cuts;
	else
		log_line(guard->log, LEVEL_ERROR, "security: cannot listen anew: %s", err.text);
	curve_keys_wipe(&keys);
}

/* --- the proof (app/proof.c) --------------------------------------------------------------------
 */

void guard_probe(struct guard *guard, const char *key)
{
	pthread_mutex_lock(&guard->lock);
	snprintf(guard->probe, sizeof(guard->probe), "%s", key);
	guard->probed = false;
	pthread_mutex_unlock(&guard->lock);
}

bool guard_probed(struct guard *guard)
{
	bool probed;

	pthread_mutex_lock(&guard->lock);
	probed = guard->probed;
	pthread_mutex_unlock(&guard->lock);
	return probed;
}

const char *guard_public_key(const struct guard *guard)
{
	return guard->first_keys.public_key;
}

/* --- status -------------------------------------------------------------------------------------
 */

static void write_files(struct guard *guard, struct jsonw *json)
{
	pthread_mutex_lock(&guard->lock);
	jsonw_key(json, "public_key");
	jsonw_string(json, guard->keys.public_key);
	jsonw_key(json, "allowed");
	jsonw_int(json, (int64_t)guard->list_length);
	jsonw_key(json, "errors");
	jsonw_array(json);
	if (guard->list_error[0])
		load_write_text(guard->list_error, json);
	if (guard->key_error[0])
		load_write_text(guard->key_error, json);
	jsonw_array_end(json);
	pthread_mutex_unlock(&guard->lock);
}

void guard_write_status(struct guard *guard, struct jsonw *json)
{
	jsonw_key(json, "curve");
	jsonw_bool(json, guard != NULL);
	if (!guard)
		return;
	write_files(guard, json);
	jsonw_key(json, "admitted");
	jsonw_int(json, (int64_t)atomic_load(&guard->admissions));
	jsonw_key(json, "refused");
	jsonw_object(json);
	for (int i = 0; i < REFUSALS; i++) {
		jsonw_key(json, refusal_texts[i].name);
		jsonw_int(json, (int64_t)atomic_load(&guard->refused[i]));
	}
	jsonw_object_end(json);
}
