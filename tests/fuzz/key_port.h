/*
 * A device without a descriptor, for the real code of key_device/.  read, write
 * and poll are replaced, and so is the clock, which moves when the code waits.
 */
#ifndef KF_TESTS_KEY_PORT_H
#define KF_TESTS_KEY_PORT_H

#include <stdbool.h>

#include "key_device/key.h"
#include "key_device/request.h"

/* The value of key->fd; other descriptors work as usual. */
#define KEY_PORT_FD 1000

/* These three are the device; each program with key_port.c has its own. */
void
key_port_put(const unsigned char report[KF_REPORT_SIZE]);
/* Returns the size of the next report, up to 65; 0: none for now. */
size_t
key_port_get(unsigned char bytes[KF_REPORT_SIZE + 1]);
/* True if there is a report to get. */
bool
key_port_waiting(void);

/* Makes one of the requests, which % 8, with made-up contents. */
#define KEY_PORT_REQUESTS 8
void
key_port_request(struct kf_key *key, unsigned which, struct kf_frame *answer);

/* Sets two known candidates: one made up, and the given credential. */
void
key_port_know(struct kf_key *key, const unsigned char *credential, size_t len);

#endif
