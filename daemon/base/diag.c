#include "base/diag.h"

#include "base/own.h"

#include <stdlib.h>

#define SOURCE_SHOWN_MAX 160 /* a longer line is not shown */

void diags_fini(struct diags *diags)
{
	for (size_t i = 0; i < diags->len; i++) {
		free(diags->at[i].message);
		free(diags->at[i].hint);
		free(diags->at[i].source);
	}
	for (size_t i = 0; i < diags->file_count; i++)
		free(diags->files[i]);
	free(diags->files);
	vec_fini(diags);
	*diags = (struct diags){0};
}

struct diag *diags_add(struct diags *diags, enum diag_severity severity, const char *code,
		       struct place place, const char *format, ...)
{
	static _Thread_local struct diag spare;
	struct str message = {0};
	va_list arguments;

	*(severity == DIAG_ERROR ? &diags->errors : &diags->warnings) += 1;
	if (diags->len == DIAGS_MAX) {
		free(spare.hint);
		spare = (struct diag){.severity = severity, .code = code, .place = place};
		return &spare;
	}
	va_start(arguments, format);
	str_vprintf(&message, format, arguments);
	va_end(arguments);
	vec_push(diags, (struct diag){.severity = severity,
				      .code = code,
				      .place = place,
				      .message = str_detach(&message)});
	return &diags->at[diags->len - 1];
}

void diag_hint(struct diag *diag, const char *format, ...)
{
	struct str hint = {0};
	va_list arguments;

	va_start(arguments, format);
	str_vprintf(&hint, format, arguments);
	va_end(arguments);
	free(diag->hint);
	diag->hint = str_detach(&hint);
}

static const char *kept_file(struct diags *diags, const char *file)
{
	for (size_t i = 0; i < diags->file_count; i++)
		if (strcmp(diags->files[i], file) == 0)
			return diags->files[i];
	diags->files = xrealloc(diags->files, (diags->file_count + 1) * sizeof(*diags->files));
	diags->files[diags->file_count] = xstrdup(file);
	return diags->files[diags->file_count++];
}

void diags_keep_files(struct diags *diags)
{
	for (size_t i = 0; i < diags->len; i++)
		if (diags->at[i].place.file)
			diags->at[i].place.file = kept_file(diags, diags->at[i].place.file);
}

static struct view line_of(struct view text, unsigned line)
{
	const char *at = text.ptr, *end = text.ptr + text.len, *stop;

	for (; line > 1 && at; line--) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return VIEW_NONE;
	stop = memchr(at, '\n', (size_t)(end - at));
	stop = stop ? stop : end;
	if (stop > at && stop[-1] == '\r')
		stop--;
	return (struct view){at, (size_t)(stop - at)};
}

void diags_source(struct diags *diags, const char *file, struct view text)
{
	for (size_t i = 0; i < diags->len; i++) {
		struct diag *diag = &diags->at[i];
		struct view line;

		if (diag->source || !diag->place.line || !diag->place.file ||
		    strcmp(diag->place.file, file) != 0)
			continue;
		line = line_of(text, diag->place.line);
		if (line.ptr && line.len <= SOURCE_SHOWN_MAX)
			diag->source = xstrndup(line.ptr, line.len);
	}
}

static int diag_order(const struct diag *a, const struct diag *b)
{
	int order = strcmp(a->place.file ? a->place.file : "", b->place.file ? b->place.file : "");

	if (order)
		return order;
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
	return (a->place.column > b->place.column) - (a->place.column < b->place.column);
}

/* Insertion sort: stable, and the list is short and nearly in order. */
void diags_sort(struct diags *diags)
{
	for (size_t i = 1; i < diags->len; i++) {
		struct diag moved = diags->at[i];
		size_t j = i;

		for (; j > 0 && diag_order(&diags->at[j - 1], &moved) > 0; j--)
			diags->at[j] = diags->at[j - 1];
		diags->at[j] = moved;
	}
}

/* The caret stands under its character: tabs stay tabs, every other character is one column. */
static void write_caret(const struct diag *diag, struct str *out)
{
	const char *at = diag->source;
	unsigned column = 1;

	for (; *at && column < diag->place.column; at++) {
		if (((unsigned char)*at & 0xC0) == 0x80)
			continue;
		str_add_char(out, *at == '\t' ? '\t' : ' ');
		column++;
	}
	str_add_char(out, '^');
	for (unsigned i = 1; i < diag->place.width && i < SOURCE_SHOWN_MAX; i++)
		str_add_char(out, '~');
	str_add_char(out, '\n');
}

void diag_write(const struct diag *diag, bool colour, struct str *out)
{
	bool error = diag->severity == DIAG_ERROR;

	if (diag->place.file)
		str_printf(out, "%s:", diag->place.file);
	if (diag->place.file && diag->place.line)
		str_printf(out, "%u:%u:", diag->place.line, diag->place.column);
	str_printf(out, "%s%s%s[%s]:%s %s\n", diag->place.file ? " " : "",
		   !colour ? ""
		   : error ? "\033[1;31m"
			   : "\033[1;33m",
		   error ? "error" : "warning", diag->code, colour ? "\033[0m" : "",
		   diag->message ? diag->message : "");
	if (diag->source) {
		str_printf(out, "%s\n", diag->source);
		write_caret(diag, out);
	}
	if (diag->hint)
		str_printf(out, "  hint: %s\n", diag->hint);
}

void diags_print(const struct diags *diags, bool colour, FILE *file)
{
	struct str out = {0};

	for (size_t i = 0; i < diags->len; i++)
		diag_write(&diags->at[i], colour, &out);
	if (diags->errors + diags->warnings > diags->len)
		str_printf(&out, "(%zu more are not shown)\n",
			   diags->errors + diags->warnings - diags->len);
	fputs(out.ptr ? out.ptr : "", file);
	str_fini(&out);
}
