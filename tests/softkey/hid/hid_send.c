/*
 * The way out of CTAPHID: messages cut into reports, and the queue of them; the
 * lies of "hostile" that are about reports are told here.
 */
#include "tests/softkey/core.h"

#include <string.h>

#include "tests/softkey/ctap/crypto.h"

enum {
	FIRST = 0x80,			/* bit of a first report */
	FIRST_DATA = SOFTKEY_REPORT - 7,
	NEXT_DATA = SOFTKEY_REPORT - 5,
	SLOWNESS = 1000,
};

/* What is sent, unless the key lies. */
static void
emit(struct softkey *key, const unsigned char report[SOFTKEY_REPORT])
{
	struct softkey_hid *hid = &key->hid;
	unsigned char *slot;
	unsigned char dice;

	if (hid->vanished || hid->count == SOFTKEY_QUEUE ||
	    key->faults.hostile == SOFTKEY_HOSTILE_SILENT)
		return;
	slot = hid->queue[(hid->first + hid->count++) % SOFTKEY_QUEUE];
	memcpy(slot, report, SOFTKEY_REPORT);
	if (key->faults.hostile == SOFTKEY_HOSTILE_GARBAGE) {
		softkey_random(&dice, 1);
		/* Half of them have a true head. */
		if (dice % 2 == 0)
			softkey_random(slot, SOFTKEY_REPORT);
		else
			softkey_random(slot + 7, SOFTKEY_REPORT - 7);
	}
}

void
softkey_hid_send(struct softkey *key, uint32_t channel, unsigned command,
    const unsigned char *bytes, size_t len)
{
	unsigned char report[SOFTKEY_REPORT] = {
		(unsigned char)(channel >> 24), (unsigned char)(channel >> 16),
		(unsigned char)(channel >> 8), (unsigned char)channel,
		(unsigned char)(command | FIRST),
		(unsigned char)(len >> 8), (unsigned char)len
	};
	size_t done = len < FIRST_DATA ? len : FIRST_DATA;

	if (done > 0)
		memcpy(report + 7, bytes, done);
	emit(key, report);
	for (unsigned sequence = 0; done < len; sequence++) {
		size_t n = len - done < NEXT_DATA ? len - done : NEXT_DATA;

		memset(report + 4, 0, SOFTKEY_REPORT - 4);
		report[4] = (unsigned char)sequence;
		memcpy(report + 5, bytes + done, n);
		emit(key, report);
		done += n;
	}
}

void
softkey_hid_error(struct softkey *key, uint32_t channel, unsigned char code)
{
	softkey_hid_send(key, channel, SOFTKEY_HID_ERROR, &code, 1);
}

int
softkey_get(struct softkey *key, unsigned char report[SOFTKEY_REPORT],
    int64_t now)
{
	struct softkey_hid *hid = &key->hid;
	bool slow = key->faults.hostile == SOFTKEY_HOSTILE_SLOW;

	softkey_hid_tick(key, now);
	if (hid->count == 0 || (slow && now < hid->not_before))
		return 0;
	memcpy(report, hid->queue[hid->first], SOFTKEY_REPORT);
	hid->first = (hid->first + 1) % SOFTKEY_QUEUE;
	hid->count--;
	hid->not_before = now + SLOWNESS;
	return 1;
}

int64_t
softkey_deadline(const struct softkey *key)
{
	const struct softkey_hid *hid = &key->hid;
	int64_t due = softkey_hid_due(key);
	int64_t out = INT64_MIN;

	if (hid->count == 0)
		return due;
	if (key->faults.hostile == SOFTKEY_HOSTILE_SLOW)
		out = hid->not_before;
	return out < due ? out : due;
}

bool
softkey_vanished(const struct softkey *key)
{
	return key->hid.vanished;
}
