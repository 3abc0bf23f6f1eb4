/*
 * A fuzz target is a function that takes any bytes and aborts if the code under
 * test does something wrong, and the seeds to start from.  With libFuzzer (make
 * fuzz) it runs on inputs that libFuzzer makes up; with replay.c it is a plain
 * test with the seeds and small changes of them.
 */
#ifndef KF_TESTS_FUZZ_H
#define KF_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef void fuzz_take(const uint8_t *data, size_t size);

/* Calls take with each seed. */
void
fuzz_seeds(fuzz_take *take);

/* replay.c tries one in so many of the changes of a seed; 1: all of them. */
extern unsigned fuzz_stride;

#define FUZZ_CHECK(condition) \
	do { \
		if (!(condition)) { \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, \
			    __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

#endif
