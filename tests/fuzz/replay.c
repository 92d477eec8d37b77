/*
 * replay.c - run a fuzz target over the files of one folder, without a fuzzer.
 *
 * Every ordinary test run does this with the committed seeds: what once crashed stays mended.
 * Prints TAP, a case a file.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define SEED_BYTES_MAX (1024 * 1024)

/* Not hidden ones, and neither . nor .. */
static int
is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The input is copied to memory of its exact size, so that a sanitizer sees a read past its end. */
static int
replay(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *bytes, *input;
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	bytes = malloc(SEED_BYTES_MAX);
	if (file == NULL || bytes == NULL) {
		perror(path);
		exit(1);
	}
	size = fread(bytes, 1, SEED_BYTES_MAX, file);
	fclose(file);
	input = malloc(size != 0 ? size : 1);
	if (input == NULL)
		abort();
	for (size_t i = 0; i < size; i++)
		input[i] = bytes[i];
	LLVMFuzzerTestOneInput(input, size);
	free(input);
	free(bytes);
	return 0;
}

int
main(int argc, char **argv)
{
	struct dirent **seeds;
	int count;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	count = scandir(argv[1], &seeds, is_seed, alphasort);
	if (count <= 0) {
		fprintf(stderr, "%s: no seeds\n", argv[1]);
		return 1;
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		replay(argv[1], seeds[i]->d_name);
		printf("ok %d - %s\n", i + 1, seeds[i]->d_name);
		fflush(stdout);
		free(seeds[i]);
	}
	free(seeds);
	return 0;
}
