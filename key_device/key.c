/*
 * Opens a device, and does what all requests have in common; see key.h.
 *
 * libfido2's fallback to U2F is switched off.  With it, a device that says it
 * is FIDO2 and does not answer as one would be asked as U2F from then on, and
 * U2F knows neither PIN nor fingerprint nor credProtect.  Without it, such a
 * device cannot be opened.
 */
#include "key_device/key.h"

#include <openssl/crypto.h>
#include <string.h>

#include "common/clock.h"
#include "key_device/report.h"
#include "key_protocol/cose.h"

static void
say_nothing(const char *text)
{
	(void)text;
}

void
kf_key_library_start(void)
{
	/* openssl.cnf is not read, and no file can be opened later. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
	/* libfido2's debug messages would hold PINs and data of the device. */
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	fido_set_log_handler(say_nothing);
}

/*
 * libfido2 requires functions that open and close a device; here they leave the
 * descriptor open as it is.  The only argument of open_handle is a path, so it
 * takes the key, which becomes the handle, from this variable.
 */
static struct kf_key *to_be_opened;

static void *
open_handle(const char *path)
{
	(void)path;
	return to_be_opened;
}

static void
close_handle(void *handle)
{
	(void)handle;
}

static bool
connect_key(struct kf_key *key)
{
	static const fido_dev_io_t io = {
		.open = open_handle,
		.close = close_handle,
		.read = kf_report_read,
		.write = kf_report_write,
	};

	key->stop = KF_KEY_GOES_ON;
	key->stale = false;
	key->fido2 = false;
	key->info.count = 0;
	key->info_next = 0;
	key->info_complete = false;
	key->sent.count = 0;
	key->deadline = kf_clock_monotonic() + KF_KEY_QUICK_MS;
	kf_report_drain(key);
	if (key->gone)
		return false;
	to_be_opened = key;
	key->dev = fido_dev_new();
	if (key->dev == NULL ||
	    fido_dev_set_io_functions(key->dev, &io) != FIDO_OK ||
	    fido_dev_open(key->dev, "") != FIDO_OK)
		return false;
	key->fido2 = fido_dev_is_fido2(key->dev);
	key->info_complete = key->fido2;
	return true;
}

static void
disconnect_key(struct kf_key *key)
{
	if (key->dev != NULL)
		(void)fido_dev_close(key->dev);
	fido_dev_free(&key->dev);
}

static void
describe(const fido_cbor_info_t *info, struct kf_key_opened *opened)
{
	char **names = fido_cbor_info_options_name_ptr(info);
	const bool *values = fido_cbor_info_options_value_ptr(info);
	uint64_t max = fido_cbor_info_maxcredidlen(info);

	for (size_t i = 0; i < fido_cbor_info_options_len(info); i++)
		if (strcmp(names[i], "alwaysUv") == 0)
			opened->always_verify = values[i];
	if (fido_cbor_info_aaguid_len(info) == sizeof(opened->aaguid))
		memcpy(opened->aaguid, fido_cbor_info_aaguid_ptr(info),
		    sizeof(opened->aaguid));
	for (size_t i = 0; i < fido_cbor_info_algorithm_count(info); i++) {
		unsigned algorithm = kf_cose_algorithm(
		    fido_cbor_info_algorithm_cose(info, i));

		if (algorithm != 0)
			opened->algorithms |= (uint8_t)(1U << algorithm);
	}
	opened->credential_max = max > UINT32_MAX ? UINT32_MAX : (uint32_t)max;
}

bool
kf_key_open(struct kf_key *key, struct kf_key_opened *opened)
{
	fido_cbor_info_t *info = NULL;
	bool done = false;

	memset(opened, 0, sizeof(*opened));
	if (!connect_key(key))
		goto out;
	if (key->fido2) {
		info = fido_cbor_info_new();
		if (info == NULL ||
		    fido_dev_get_cbor_info(key->dev, info) != FIDO_OK)
			goto out;
		opened->fido2 = true;
		opened->has_pin = fido_dev_has_pin(key->dev);
		opened->has_verify = fido_dev_has_uv(key->dev);
		opened->protects = fido_dev_supports_cred_prot(key->dev);
		describe(info, opened);
		key->list_max = fido_cbor_info_maxcredcntlst(info);
		key->credential_max = fido_cbor_info_maxcredidlen(info);
	}
	done = true;
out:
	fido_cbor_info_free(&info);
	if (!done)
		disconnect_key(key);
	return done;
}

bool
kf_key_begin(struct kf_key *key, int64_t ms)
{
	bool was_fido2 = key->fido2;

	if (key->stale) {
		disconnect_key(key);
		/* The device must be of the same kind as before. */
		if (!connect_key(key) || key->fido2 != was_fido2) {
			disconnect_key(key);
			key->gone = true;
			return false;
		}
	}
	key->stop = KF_KEY_GOES_ON;
	key->tells_touch = false;
	key->sent.count = 0;
	key->info_next = 0;
	key->deadline = kf_clock_monotonic() + ms;
	kf_report_drain(key);
	return !key->gone;
}

enum kf_key_failure
kf_key_failure(struct kf_key *key, int r)
{
	/* libfido2 may have stopped in the middle of a message. */
	if (r == FIDO_ERR_TX || r == FIDO_ERR_RX)
		key->stale = true;
	if (key->gone)
		return KF_KEY_FAILED_GONE;
	switch (key->stop) {
	case KF_KEY_TOLD:
	case KF_KEY_LEFT:
		return KF_KEY_FAILED_CANCELLED;
	case KF_KEY_LATE:
		return KF_KEY_FAILED_TIMEOUT;
	case KF_KEY_GOES_ON:
		break;
	}
	return kf_fido_failure(r);
}

void
kf_key_close(struct kf_key *key)
{
	disconnect_key(key);
	explicit_bzero(key, sizeof(*key));
}

bool
kf_cbor_unwrap(const unsigned char *cbor, size_t cbor_len,
    unsigned char *bytes, size_t size, size_t *len)
{
	size_t head, n;

	if (cbor == NULL || cbor_len < 1)
		return false;
	if (cbor[0] >= 0x40 && cbor[0] < 0x58) {
		head = 1;
		n = cbor[0] - 0x40U;
	} else if (cbor[0] == 0x58 && cbor_len >= 2 && cbor[1] >= 0x18) {
		head = 2;
		n = cbor[1];
	} else if (cbor[0] == 0x59 && cbor_len >= 3 && cbor[1] > 0) {
		head = 3;
		n = (size_t)cbor[1] << 8 | cbor[2];
	} else {
		return false;
	}
	if (cbor_len - head != n || n > size)
		return false;
	memcpy(bytes, cbor + head, n);
	*len = n;
	return true;
}
