/*
 * A CTAPHID client for tests, which sends and reads single reports of a softkey
 * in this process.  Time is a number that the test sets.
 */
#ifndef KF_TESTS_SOFTKEY_REPORTS_H
#define KF_TESTS_SOFTKEY_REPORTS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/softkey/hid/hid.h"
#include "tests/softkey/softkey.h"

#define BROADCAST UINT32_C(0xffffffff)

/* A new key for each test, the time, and two channels of the key. */
extern struct softkey *key;
extern int64_t now;
extern uint32_t ours, theirs;

/* Set-up and teardown; the test fails when a report is left unread. */
int
reports_before(void **state);
int
reports_after(void **state);

/*
 * Send an initial packet, which announces len bytes and holds n of them; a
 * continuation packet; and a whole message.
 */
void
put(uint32_t channel, unsigned command, size_t len, const void *bytes,
    size_t n);
void
put_next(uint32_t channel, unsigned sequence, const void *bytes, size_t n);
void
put_message(uint32_t channel, unsigned command, const unsigned char *bytes,
    size_t len);

/* The payload that the last get_message has read. */
extern unsigned char reply[8000];

/* Reads a message, which must be this command; returns its length. */
size_t
get_message(uint32_t channel, unsigned command);
void
get_error(uint32_t channel, unsigned code);
void
get_nothing(void);
/* A keepalive message that says that a touch is needed. */
void
get_keepalive(uint32_t channel);
/* Gets a new channel with INIT. */
uint32_t
get_channel(void);

/* Returns the channel number in the first four bytes. */
uint32_t
channel_of(const unsigned char *report);

#endif
