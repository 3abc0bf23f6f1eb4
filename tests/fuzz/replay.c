/*
 * Runs a fuzz target as a plain test: with its seeds, each cut at every byte
 * and with every byte changed.
 *
 *	NAME			runs the test, in TAP
 *	NAME -w DIRECTORY	writes the seeds there, for libFuzzer
 *	NAME FILE...		runs inputs that libFuzzer has kept once more
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* The default; a slow target has a definition of its own. */
unsigned fuzz_stride __attribute__((weak)) = 1;

static const char *directory;
static unsigned seeds;
static unsigned long runs, skipped;

static void
run(const uint8_t *data, size_t size)
{
	/* A copy of exactly that size: a sanitizer sees reads behind it. */
	uint8_t *copy;

	if (++skipped < fuzz_stride)
		return;
	skipped = 0;
	copy = malloc(size > 0 ? size : 1);
	FUZZ_CHECK(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	runs++;
}

static void
run_around(const uint8_t *data, size_t size)
{
	static const uint8_t values[] = { 0, '\n', '=', '[', '0', '9', 0x7f,
		0x80, 0xff };
	uint8_t *copy = malloc(size + 1);

	FUZZ_CHECK(copy != NULL);
	for (size_t n = 0; n <= size; n++)
		run(data, n);
	memcpy(copy, data, size);
	for (size_t i = 0; i < size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			copy[i] = data[i] ^ (uint8_t)(1U << bit);
			run(copy, size);
		}
		for (size_t v = 0; v < sizeof(values); v++) {
			copy[i] = values[v];
			run(copy, size);
		}
		copy[i] = data[i];
	}
	copy[size] = 0;
	run(copy, size + 1);
	free(copy);
	seeds++;
}

static void
write_seed(const uint8_t *data, size_t size)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/seed%u", directory, seeds++);
	file = fopen(path, "we");
	FUZZ_CHECK(file != NULL);
	FUZZ_CHECK(fwrite(data, 1, size, file) == size);
	FUZZ_CHECK(fclose(file) == 0);
}

static void
run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "re");
	size_t size;

	FUZZ_CHECK(file != NULL);
	size = fread(data, 1, sizeof(data), file);
	(void)fclose(file);
	run(data, size);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "-w") == 0) {
		directory = argv[2];
		fuzz_seeds(write_seed);
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		skipped = fuzz_stride;
		run_file(argv[i]);
	}
	if (argc > 1)
		return 0;
	fuzz_seeds(run_around);
	(void)printf("ok 1 - %u seeds, %lu runs\n1..1\n", seeds, runs);
	return 0;
}
