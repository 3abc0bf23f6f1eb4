/*
 * A program that takes the place of keyfirst-key-device in tests of its parent,
 * and misbehaves as a program could that a hostile device has taken over.
 */
#ifndef KF_TESTS_DEVICE_FAKE_H
#define KF_TESTS_DEVICE_FAKE_H

/* Uses the socket on descriptor 0.  Only the mode "honest" is correct. */
void
device_fake(const char *mode) __attribute__((noreturn));

#endif
