#include "fuzz.h"

#include "base/file.h"
#include "base/own.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX ((size_t)4 << 20)

/* Runs the target over one file, in memory of exactly its size: a byte too far is noticed. */
static int replay(const char *path)
{
	struct str text = {0};
	struct err err;
	uint8_t *exact;

	if (file_read(path, INPUT_MAX, &text, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	exact = xmalloc(text.len + !text.len);
	if (text.len)
		memcpy(exact, text.ptr, text.len);
	LLVMFuzzerTestOneInput(exact, text.len);
	free(exact);
	str_fini(&text);
	return 0;
}

int main(int argc, char **argv)
{
	const char *folder = argc == 2 ? argv[1] : "";
	DIR *dir = opendir(folder);
	struct str path = {0};
	size_t count = 0;
	int failed = 0;

	if (!dir) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 64;
	}
	for (const struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		str_reset(&path);
		str_printf(&path, "%s/%s", folder, entry->d_name);
		failed |= replay(path.ptr) < 0;
		count++;
	}
	closedir(dir);
	str_fini(&path);
	printf("%zu inputs\n", count);
	return failed || !count;
}
