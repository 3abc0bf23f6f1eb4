/*
 * For tests of what root makes of a child that is in the hands of user
 * keyfirst.  The seam is the giving up of root: in its place the child says
 * what the test likes, on the descriptor of the real one.
 */
#ifndef KF_TESTS_CHILD_SEAM_H
#define KF_TESTS_CHILD_SEAM_H

/* The next child does this and ends; NULL: what it should. */
extern void (*child_says)(void);

/* For that: it stays and is silent; it is killed. */
void
child_stays(void);
void
child_dies(void);

/* Nobody may be left behind. */
void
child_is_gone(void);

#endif
