/*
 * Every unit test includes this file.  It brings in cmocka, and declares the
 * seams that replace common/paths.c and common/clock.c in the tests: files must
 * belong to the user who runs the test instead of root, paths are checked from
 * a scratch directory down instead of from /, and a test can move both clocks.
 */
#ifndef KF_TESTS_UNIT_H
#define KF_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The value of kf_release_time: a wall clock before it is wrong. */
#define UNIT_RELEASE_TIME INT64_C(1000000000)

/*
 * Must be called first in main.  Root becomes user nobody, because the modes of
 * files refuse nothing to root.  Then it makes the scratch directory, which is
 * removed when this process exits.
 */
void
unit_start(void);

/* Makes the scratch directory only: root stays root. */
void
unit_start_as_is(void);

/* The scratch directory, which is also what kf_trusted_top() returns. */
extern char unit_top[];

/*
 * Returns a path below the scratch directory, in a static buffer that the
 * eighth call after this call overwrites.
 */
const char *
unit_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Creates or overwrites a file; the test fails when that is not possible. */
void
unit_write(const char *path, const void *bytes, size_t len, unsigned mode);

/* Sets kf_path_key_device; without it, no such program exists. */
void
unit_set_key_device(const char *path);

/* Stops the wall clock at this time; with 0 it runs again. */
void
unit_set_wall(int64_t seconds);

/* Moves the monotonic clock ahead. */
void
unit_skip(int64_t milliseconds);

/* Each reading moves the monotonic clock ahead by so much; 0: it does not. */
void
unit_set_leap(int64_t milliseconds);

/* Returns how many descriptors this process has open. */
unsigned
unit_descriptors(void);

/*
 * A test that fails when the number of open descriptors has changed.  After it
 * the wall clock runs again, and the monotonic clock no longer leaps.
 */
#define UNIT_TEST(f) cmocka_unit_test_setup_teardown(f, unit_before, unit_after)
int
unit_before(void **state);
int
unit_after(void **state);

#endif
