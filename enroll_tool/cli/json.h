/*
 * The object that a command prints with --json, as keyfirst-json(5) describes
 * it: {"keyfirst": 1} and further keys.  Keys may be added, never renamed or
 * removed.  Nothing here knows what a command prints; a person's keys are in
 * people/json.h.
 *
 * No call returns an error.  A call that fails (no memory) is remembered in
 * failed, and kf_json_print then prints nothing, because a program could take
 * half an object for a whole one.
 */
#ifndef KF_JSON_H
#define KF_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "enroll_tool/cli/command.h"

struct kf_json {
	json_t *top;		/* owned; kf_json_print frees it */
	bool failed;		/* a call failed: nothing will be printed */
};

/* Makes the object {"keyfirst": 1}. */
void
kf_json_start(struct kf_json *j) __attribute__((nonnull));

/* Both take over value, also when they fail.  A NULL value is a failure. */
void
kf_json_set(struct kf_json *j, json_t *object, const char *key, json_t *value)
    __attribute__((nonnull(1, 3)));
void
kf_json_append(struct kf_json *j, json_t *array, json_t *value)
    __attribute__((nonnull(1)));

/*
 * A string, filtered so that it is valid UTF-8 whatever bytes text has, and cut
 * to less than KF_NAME_SIZE bytes.
 */
json_t *
kf_json_text(const char *text) __attribute__((nonnull));

/* "2026-11-21T19:40:00Z"; null if when is 0 or no date. */
json_t *
kf_json_time(int64_t when);

/* The result of reading from the store: "ok", "damaged" or "unavailable". */
json_t *
kf_json_reading(enum kf_err err);

/*
 * Prints the object to standard output and frees it.  KF_EXIT_ERROR after a
 * complaint when a call failed.
 */
KF_CHECKED enum kf_exit
kf_json_print(struct kf_json *j) __attribute__((nonnull));

#endif
