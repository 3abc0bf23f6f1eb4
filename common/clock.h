/*
 * The two clocks.  Deadlines are absolute times of the monotonic clock in
 * milliseconds; time steps and lock-outs use wall time in seconds since the
 * epoch.  clock.c is a seam: tests link their own clock in its place.
 */
#ifndef KF_CLOCK_H
#define KF_CLOCK_H

#include <stdint.h>

/* Milliseconds of the monotonic clock. */
int64_t
kf_clock_monotonic(void);

/* Seconds since 1970-01-01 UTC. */
int64_t
kf_clock_wall(void);

#endif
