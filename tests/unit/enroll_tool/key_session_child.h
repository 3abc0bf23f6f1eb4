/*
 * What the child of a session with a key says in its place (child_seam.h):
 * frames that a test has made, as they are.
 */
#ifndef KF_TESTS_KEY_SESSION_CHILD_H
#define KF_TESTS_KEY_SESSION_CHILD_H

#include "common/frame.h"

extern struct kf_frame child_frames[3];
extern size_t child_count;
extern size_t child_cut;	/* bytes that the last one lacks */

void
child_says_frames(void);
void
child_says_no_end(void);
/* A frame that is too long. */
void
child_says_too_much(void);

/*
 * The first frame asks something.  It sees what comes back: a PIN would be an
 * answer of text.  If there was no answer, it says the second one.
 */
void
child_asks(void);

#endif
