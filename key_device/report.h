/*
 * Reports of a FIDO device (CTAP 2.1, 11.2): packets of 64 bytes, which
 * libfido2 builds and parses.  The functions here look only at the bytes that
 * decide whether a report is passed on, kept, replayed or sent again.
 */
#ifndef KF_REPORT_H
#define KF_REPORT_H

#include "key_device/key.h"

/* The functions for libfido2 (fido_dev_io_t); the handle is a struct kf_key. */
int
kf_report_read(void *handle, unsigned char *bytes, size_t len, int ms);
int
kf_report_write(void *handle, const unsigned char *bytes, size_t len);

/*
 * Reads and drops the reports that came between two requests.  They are answers
 * to other programs, and would fill the kernel's queue of 64 reports.
 */
void
kf_report_drain(struct kf_key *key) __attribute__((nonnull));

#endif
