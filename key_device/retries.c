/* Serves RETRIES: how many tries of the PIN are left (CTAP 2.1, 6.5.5.2). */
#include "key_device/request.h"

void
kf_request_retries(struct kf_key *key, struct kf_frame *answer)
{
	struct kf_key_retries m;
	int left = 0;
	int r = FIDO_ERR_UNSUPPORTED_OPTION;

	if (key->fido2)
		r = fido_dev_get_retry_count(key->dev, &left);
	if (r != FIDO_OK || key->stop != KF_KEY_GOES_ON) {
		kf_key_put_failed(answer, kf_key_failure(key, r));
		return;
	}
	if (left < 0 || left > UINT8_MAX) {
		kf_key_put_failed(answer, KF_KEY_FAILED_OTHER);
		return;
	}
	m.left = (uint8_t)left;
	kf_key_put_retries(answer, &m);
}
