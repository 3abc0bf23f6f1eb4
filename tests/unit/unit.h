/*
 * What every unit test includes: cmocka, and the seams that take the place of
 * common/paths.c and common/clock.c.  Here, who must own whatever decides is
 * whoever runs the test, paths are trusted from a scratch directory down, and
 * both clocks can be moved.
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

/* Before this, the release was not made. */
#define UNIT_RELEASE_TIME INT64_C(1000000000)

/*
 * First in main: root becomes nobody, since root is refused nothing by the
 * modes of files; then a scratch directory that goes with this process.
 */
void
unit_start(void);

/* The same without becoming nobody. */
void
unit_start_as_is(void);

/* The scratch directory; the top of what is trusted. */
extern char unit_top[];

/* A path below it; lives until the eighth call after this one. */
const char *
unit_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Creates or replaces a file; fails the test when it cannot. */
void
unit_write(const char *path, const void *bytes, size_t len, unsigned mode);

/* What kf_path_key_device is from now on; "/nonexistent/..." at first. */
void
unit_set_key_device(const char *path);

/* Wall time stands still at this; 0: runs again. */
void
unit_set_wall(int64_t seconds);

/* Moves the monotonic clock ahead. */
void
unit_skip(int64_t milliseconds);

/* Every so many readings the monotonic clock leaps; 0: runs as it is. */
void
unit_set_leap(int64_t milliseconds);

/* Descriptors of this process that are open. */
unsigned
unit_descriptors(void);

/* A test that fails when it leaves a descriptor open or a clock moved. */
#define UNIT_TEST(f) cmocka_unit_test_setup_teardown(f, unit_before, unit_after)
int
unit_before(void **state);
int
unit_after(void **state);

#endif
