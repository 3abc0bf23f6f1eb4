/*
 * CTAPHID from the client's side, one report at a time, to a softkey in this
 * process; time is a number that a test sets.
 */
#ifndef KF_TESTS_SOFTKEY_REPORTS_H
#define KF_TESTS_SOFTKEY_REPORTS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/softkey/hid/hid.h"
#include "tests/softkey/softkey.h"

#define BROADCAST UINT32_C(0xffffffff)

/* Made anew for each test, with two channels. */
extern struct softkey *key;
extern int64_t now;
extern uint32_t ours, theirs;

/* Set-up and teardown; nothing may be left unread. */
int
reports_before(void **state);
int
reports_after(void **state);

/* A first report that announces len bytes and brings n of them. */
void
put(uint32_t channel, unsigned command, size_t len, const void *bytes,
    size_t n);
void
put_next(uint32_t channel, unsigned sequence, const void *bytes, size_t n);
void
put_message(uint32_t channel, unsigned command, const unsigned char *bytes,
    size_t len);

/* What the last get_message has brought. */
extern unsigned char reply[8000];

/* The next message is this command on this channel; its length. */
size_t
get_message(uint32_t channel, unsigned command);
void
get_error(uint32_t channel, unsigned code);
void
get_nothing(void);
/* One that says that a touch is needed. */
void
get_keepalive(uint32_t channel);
/* A new channel. */
uint32_t
get_channel(void);

uint32_t
channel_of(const unsigned char *report);

#endif
