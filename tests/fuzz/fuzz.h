/*
 * What a fuzz target is: a function that takes any bytes and aborts when
 * something is not as it should be, and the seeds that it starts from.  With
 * libFuzzer (make fuzz) it runs on what that thinks of; with replay.c it is a
 * plain test of the seeds and of what is next to them.
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

/* Calls back with each seed. */
void
fuzz_seeds(fuzz_take *take);

/* Of the changes next to a seed replay.c makes one in so many; 1 if unset. */
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
