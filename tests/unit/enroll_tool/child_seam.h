/*
 * For tests of what the tool, as root, accepts from a child (user keyfirst)
 * that has been taken over.  The seam is kf_privileges_drop: in its place the
 * child calls a function of the test, which writes to the real child's
 * descriptor.
 */
#ifndef KF_TESTS_CHILD_SEAM_H
#define KF_TESTS_CHILD_SEAM_H

/* The next child calls this and exits; NULL: it runs the real code. */
extern void (*child_says)(void);

/* Values for child_says: it is silent and never exits; it is killed. */
void
child_stays(void);
void
child_dies(void);

/* Fails the test when a child is left. */
void
child_is_gone(void);

#endif
