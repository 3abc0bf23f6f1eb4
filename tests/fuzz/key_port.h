/*
 * A device for the real code of key_device/ without a descriptor: its read,
 * write and poll come here, and so does its clock, which moves when it waits.
 */
#ifndef KF_TESTS_KEY_PORT_H
#define KF_TESTS_KEY_PORT_H

#include <stdbool.h>

#include "key_device/key.h"
#include "key_device/request.h"

/* What key->fd is; no other descriptor is touched. */
#define KEY_PORT_FD 1000

/* A device of its own; whoever links this has both. */
void
key_port_put(const unsigned char report[KF_REPORT_SIZE]);
/* The next report, of any size up to 65; 0: none for now. */
size_t
key_port_get(unsigned char bytes[KF_REPORT_SIZE + 1]);
bool
key_port_waiting(void);

/* One of the requests that there are, with made-up contents. */
#define KEY_PORT_REQUESTS 8
void
key_port_request(struct kf_key *key, unsigned which, struct kf_frame *answer);

/* Candidates that are known, two; a credential of the device's own as one. */
void
key_port_know(struct kf_key *key, const unsigned char *credential, size_t len);

#endif
