/*
 * Reports of a FIDO device (CTAP 2.1, 11.2): one packet of 64 bytes each, which
 * libfido2 makes and takes apart.  Looked at here is only what decides whether
 * it is given one.
 */
#ifndef KF_REPORT_H
#define KF_REPORT_H

#include "key_device/key.h"

/* libfido2's functions (fido_dev_io_t); the handle is a struct kf_key. */
int
kf_report_read(void *handle, unsigned char *bytes, size_t len, int ms);
int
kf_report_write(void *handle, const unsigned char *bytes, size_t len);

/*
 * Takes what came while nobody listened: reports of other programs, for which
 * the kernel has room for 64.
 */
void
kf_report_drain(struct kf_key *key) __attribute__((nonnull));

#endif
