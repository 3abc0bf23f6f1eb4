/* Sets and checks the two words of a verdict; verdict.h says why it has two. */
#include "common/verdict.h"

void
kf_verdict_deny(struct kf_verdict *v)
{
	v->value = KF_VERDICT_DENY;
	v->check = ~KF_VERDICT_DENY;
}

void
kf_verdict_grant(struct kf_verdict *v)
{
	v->value = KF_VERDICT_GRANT;
	v->check = ~KF_VERDICT_GRANT;
}

bool
kf_verdict_is_grant(const struct kf_verdict *v)
{
	const volatile struct kf_verdict *now = v;

	return now->value == KF_VERDICT_GRANT &&
	    now->check == (uint32_t)~KF_VERDICT_GRANT;
}
