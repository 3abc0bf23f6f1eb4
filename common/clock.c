/*
 * Reads the system's clocks; see clock.h.  When a clock cannot be read, the
 * process is aborted, because no deadline and no lock-out would hold.
 */
#include "common/clock.h"

#include <stdlib.h>
#include <time.h>

static struct timespec
read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		abort();
	return ts;
}

int64_t
kf_clock_monotonic(void)
{
	struct timespec ts = read_clock(CLOCK_MONOTONIC);

	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
kf_clock_wall(void)
{
	struct timespec ts = read_clock(CLOCK_REALTIME);

	return (int64_t)ts.tv_sec;
}
