/*
 * What takes the place of keyfirst-key-device in tests of its parent: a process
 * that was taken over, and does its worst in one of many ways.
 */
#ifndef KF_TESTS_DEVICE_FAKE_H
#define KF_TESTS_DEVICE_FAKE_H

/* Speaks on descriptor 0; one mode alone, "honest", is in order. */
void
device_fake(const char *mode) __attribute__((noreturn));

#endif
