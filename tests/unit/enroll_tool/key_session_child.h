/*
 * Functions for child_says (child_seam.h) in tests of the child that talks to a
 * security key: they send frames that a test has made, without a check.
 */
#ifndef KF_TESTS_KEY_SESSION_CHILD_H
#define KF_TESTS_KEY_SESSION_CHILD_H

#include "common/frame.h"

extern struct kf_frame child_frames[3];
extern size_t child_count;
extern size_t child_cut;	/* bytes at the end that are not sent */

void
child_says_frames(void);
void
child_says_no_end(void);
/* Sends the head of a frame that is too long, and stays. */
void
child_says_too_much(void);

/*
 * Sends the first frame, which asks for something, and reads the answer.  Sends
 * the second frame only if the answer is that asking has failed.
 */
void
child_asks(void);

#endif
