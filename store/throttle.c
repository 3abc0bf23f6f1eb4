/* The waits after wrong codes; see throttle.h. */
#include "store/throttle.h"

#define FREE_FAILURES 3
#define FIRST_WAIT 5		/* seconds */
#define LONGEST_WAIT 160

/* Returns for how many seconds guesses are refused after so many failures. */
static int64_t
length(uint32_t failures, const struct kf_throttle *t)
{
	int64_t wait = FIRST_WAIT;

	if (failures >= t->failures)
		return t->seconds;
	if (failures <= FREE_FAILURES)
		return 0;
	for (uint32_t n = FREE_FAILURES + 1; n < failures; n++)
		if (wait < LONGEST_WAIT)
			wait *= 2;
	return wait;
}

int64_t
kf_throttle_wait(struct kf_count *count, const struct kf_throttle *t,
    int64_t now)
{
	int64_t longest = length(count->failures, t);

	if (count->failures >= KF_FAILURES_DISABLE)
		return KF_WAIT_FOREVER;
	if (count->refuse_until <= now)
		return 0;
	if (count->refuse_until - now > longest)
		count->refuse_until = now + longest;
	return count->refuse_until - now;
}

void
kf_throttle_charge(struct kf_count *count, const struct kf_throttle *t,
    int64_t now)
{
	if (count->failures < UINT32_MAX)
		count->failures++;
	count->refuse_until = 0;
	if (length(count->failures, t) > 0)
		count->refuse_until = now + length(count->failures, t);
}
