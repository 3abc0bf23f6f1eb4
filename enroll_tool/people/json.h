/*
 * A person in the output of --json: the keys that keyfirst list and keyfirst
 * status print alike.  See cli/json.h for the object, keyfirst-json(5) for the
 * keys.
 */
#ifndef KF_PEOPLE_JSON_H
#define KF_PEOPLE_JSON_H

#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/json.h"

/*
 * Sets the keys of person in object: user, uid, account, state and factors.
 * result is the state of that person, or the error of reading it.
 */
void
kf_json_person(struct kf_json *j, json_t *object,
    const struct kf_person *person, struct kf_service_result *result)
    __attribute__((nonnull(1, 3, 4)));

#endif
