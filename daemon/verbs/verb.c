#include "verbs/verb.h"

#include "verbs/terminal.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The command line of a verb. Options may stand before, between and behind the operands; "--" ends
 * them; a value stands behind "=" or in the next word. An option with `more` takes further words as
 * long as they look like its own, so that `--rules a.yaml b.yaml item.json` reads as it is meant.
 */

#define OPTIONS_MAX 32 /* rows of one table, for suggestions */
#define HELP_COLUMN 24

static const struct verb_option help_option = {.name = "help", .letter = 'h', .help = "this text"};

bool is_rules_path(const char *word)
{
	const char *dot = strrchr(word, '.');
	struct stat status;

	if (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0))
		return true;
	return stat(word, &status) == 0 && S_ISDIR(status.st_mode);
}

static void complain(const struct call *call, const char *format, va_list arguments)
{
	fprintf(stderr, "newstag %s: ", call->verb->name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

int call_fail(const struct call *call, int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(call, format, arguments);
	va_end(arguments);
	return status;
}

int call_misused(const struct call *call, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(call, format, arguments);
	va_end(arguments);
	fprintf(stderr, "see: newstag %s --help\n", call->verb->name);
	return END_USAGE;
}

static void print_option(const struct verb_option *option)
{
	struct str left = {0};
	size_t columns;

	if (option->letter)
		str_printf(&left, "-%c, ", option->letter);
	str_printf(&left, "--%s%s%s", option->name, option->value ? " " : "",
		   option->value ? option->value : "");
	columns = left.len - (strstr(left.ptr, "…") ? 2 : 0);
	if (columns + 2 > HELP_COLUMN)
		printf("  %s\n  %*s%s\n", left.ptr, HELP_COLUMN, "", option->help);
	else
		printf("  %s%*s%s\n", left.ptr, (int)(HELP_COLUMN - columns), "", option->help);
	str_fini(&left);
}

void verb_help(const struct verb *verb)
{
	printf("usage: newstag %s [OPTION…]%s%s\n\n%s\noptions:\n", verb->name,
	       *verb->operands ? " " : "", verb->operands, verb->help);
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		print_option(option);
	print_option(&help_option);
	printf("\nexamples:\n%s", verb->examples);
}

/* --- what was given ------------------------------------------------------------------------------
 */

static const struct verb_option *find_option(const struct verb *verb, struct view name)
{
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		if (view_is(name, option->name))
			return option;
	return view_is(name, help_option.name) ? &help_option : NULL;
}

static const struct verb_option *find_letter(const struct verb *verb, char letter)
{
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		if (option->letter == letter)
			return option;
	return letter == help_option.letter ? &help_option : NULL;
}

static const struct verb_option *own_option(const struct call *call, const char *name)
{
	const struct verb_option *option = find_option(call->verb, view_of(name));

	assert(option);
	return option;
}

bool call_knows(const struct call *call, const char *option)
{
	for (const struct verb_option *row = call->verb->options; row && row->name; row++)
		if (strcmp(row->name, option) == 0)
			return true;
	return false;
}

bool call_flag(const struct call *call, const char *option)
{
	const struct verb_option *wanted = own_option(call, option);

	for (size_t i = 0; i < call->given.len; i++)
		if (call->given.at[i].option == wanted)
			return true;
	return false;
}

const char *call_value(const struct call *call, const char *option)
{
	const struct verb_option *wanted = own_option(call, option);
	const char *value = NULL;

	for (size_t i = 0; i < call->given.len; i++)
		if (call->given.at[i].option == wanted)
			value = call->given.at[i].value;
	return value;
}

const char *const *call_values(struct call *call, const char *option, size_t *ret_count)
{
	const struct verb_option *wanted = own_option(call, option);
	const char **values = arena_array(&call->arena, call->given.len + 1, sizeof(*values));

	*ret_count = 0;
	for (size_t i = 0; i < call->given.len; i++)
		if (call->given.at[i].option == wanted)
			values[(*ret_count)++] = call->given.at[i].value;
	return values;
}

bool call_number(const struct call *call, const char *option, long least, long most, long fallback,
		 long *ret_number)
{
	const char *value = call_value(call, option);
	char *end = NULL;
	long number;

	if (!value) {
		*ret_number = fallback;
		return true;
	}
	errno = 0;
	number = strtol(value, &end, 10);
	if (errno || end == value || *end || number < least || number > most) {
		call_misused(call, "--%s wants a whole number from %ld to %ld, not \"%s\"", option,
			     least, most, value);
		return false;
	}
	*ret_number = number;
	return true;
}

/* --- parsing -------------------------------------------------------------------------------------
 */

struct words {
	char **at;
	int count;
	int next;
};

static int unknown(const struct call *call, struct view name)
{
	const char *names[OPTIONS_MAX];
	size_t count = 0;
	const char *near;

	for (const struct verb_option *option = call->verb->options;
	     option && option->name && count < OPTIONS_MAX; option++)
		names[count++] = option->name;
	near = str_suggest(name, names, count);
	if (near)
		return call_misused(call, "there is no option --%.*s; did you mean --%s?",
				    VIEW_ARGS(name), near);
	return call_misused(call, "there is no option --%.*s", VIEW_ARGS(name));
}

static int take(struct call *call, const struct verb_option *option, const char *value,
		struct words *words)
{
	if (!option->value) {
		if (value)
			return call_misused(call, "--%s takes no value", option->name);
		vec_push(&call->given, (struct given){option, NULL});
		return END_OK;
	}
	if (!value && words->next < words->count)
		value = words->at[words->next++];
	if (!value)
		return call_misused(call, "--%s wants a value: %s", option->name, option->value);
	vec_push(&call->given, (struct given){option, value});
	while (option->more && words->next < words->count && words->at[words->next][0] != '-' &&
	       option->more(words->at[words->next]))
		vec_push(&call->given, (struct given){option, words->at[words->next++]});
	return END_OK;
}

static int take_long(struct call *call, const char *word, struct words *words)
{
	const char *equals = strchr(word, '=');
	struct view name = {word, equals ? (size_t)(equals - word) : strlen(word)};
	const struct verb_option *option = find_option(call->verb, name);

	if (!option)
		return unknown(call, name);
	return take(call, option, equals ? equals + 1 : NULL, words);
}

static int take_letter(struct call *call, const char *word, struct words *words)
{
	const struct verb_option *option = find_letter(call->verb, word[0]);

	if (!option || (word[1] && !option->value))
		return call_misused(call, "there is no option -%s", word);
	return take(call, option, word[1] ? word + 1 : NULL, words);
}

static int parse(struct call *call, struct words *words)
{
	bool options = true;
	int status = END_OK;

	while (!status && words->next < words->count) {
		const char *word = words->at[words->next++];
		if (!options || word[0] != '-' || !word[1])
			call->operands[call->operand_count++] = word;
		else if (strcmp(word, "--") == 0)
			options = false;
		else if (word[1] == '-')
			status = take_long(call, word + 2, words);
		else
			status = take_letter(call, word + 1, words);
	}
	return status;
}

static int check_operands(const struct call *call)
{
	if (call->operand_count < call->verb->operands_least)
		return call_misused(call, "%s is missing", call->verb->operands);
	if (call->operand_count > call->verb->operands_most)
		return call_misused(call, "\"%s\" is too much",
				    call->operands[call->verb->operands_most]);
	return END_OK;
}

static int run(struct call *call, struct words *words)
{
	int status = parse(call, words);

	if (status)
		return status;
	if (call_flag(call, "help")) {
		verb_help(call->verb);
		return END_OK;
	}
	status = check_operands(call);
	return status ? status : call->verb->run(call);
}

int verb_call(const struct verb *verb, int count, char **words)
{
	struct call call = {.verb = verb};
	int status;

	call.operands = arena_array(&call.arena, (size_t)count + 1, sizeof(*call.operands));
	status = run(&call, &(struct words){.at = words, .count = count});
	vec_fini(&call.given);
	arena_fini(&call.arena);
	return status;
}
