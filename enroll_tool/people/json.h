/*
 * What --json prints: one object with "keyfirst": 1, whose keys are those of
 * keyfirst-json(5).  Keys may be added, never renamed or removed.  Here is what
 * commands say alike; a command adds what is its own.
 *
 * No call fails by itself: the first that cannot be done is remembered, and
 * kf_json_print then prints nothing at all, since half an object would be
 * taken for a whole one.
 */
#ifndef KF_JSON_H
#define KF_JSON_H

#include <jansson.h>

#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/command.h"

struct kf_json {
	json_t *top;
	bool failed;
};

/* {"keyfirst": 1} */
void
kf_json_start(struct kf_json *j) __attribute__((nonnull));

/* Both take value over, also when they fail; NULL is a failure. */
void
kf_json_set(struct kf_json *j, json_t *object, const char *key, json_t *value)
    __attribute__((nonnull(1, 3)));
void
kf_json_append(struct kf_json *j, json_t *array, json_t *value)
    __attribute__((nonnull(1)));

/* Filtered, so that it is UTF-8 whatever it was. */
json_t *
kf_json_text(const char *text) __attribute__((nonnull));

/* "2026-11-21T19:40:00Z"; null for 0. */
json_t *
kf_json_time(int64_t when);

/* How reading went: "ok", "damaged" or "unavailable". */
json_t *
kf_json_reading(enum kf_err err);

/*
 * A person's keys, into object: user, uid, account, state, and factors with
 * what result, which is of that person, says about them.
 */
void
kf_json_person(struct kf_json *j, json_t *object,
    const struct kf_person *person, struct kf_service_result *result)
    __attribute__((nonnull(1, 3, 4)));

/* Prints and frees it; ERROR after a complaint. */
KF_CHECKED enum kf_exit
kf_json_print(struct kf_json *j) __attribute__((nonnull));

#endif
