/*
 * Writes the seeds of fuzz_key_device: the answers of softkey to each request,
 * as messages.  Run by hand when the seeds should hold more:
 *
 *	record_key_device DIRECTORY
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "common/clock.h"
#include "tests/fuzz/key_port.h"
#include "tests/softkey/softkey.h"

#define IS_U2F 8

static struct softkey *soft;
static uint8_t seed[16384];
static size_t len, start, left;		/* left: bytes the message lacks */
static bool pending;
static unsigned char next[KF_REPORT_SIZE];

void
key_port_put(const unsigned char report[KF_REPORT_SIZE])
{
	softkey_put(soft, report, kf_clock_monotonic());
}

bool
key_port_waiting(void)
{
	/* The key is touched whenever it waits for a touch. */
	(void)softkey_touch(soft, kf_clock_monotonic());
	if (!pending)
		pending = softkey_get(soft, next, kf_clock_monotonic()) == 1;
	return pending;
}

/* Adds a report to the seed, unless it answers INIT or is a keep-alive. */
static void
keep(const unsigned char *report)
{
	size_t head = 5;

	if (report[4] == 0x86 || report[4] == 0xbb)
		return;
	if ((report[4] & 0x80) != 0) {
		head = 7;
		left = (size_t)report[5] << 8 | report[6];
		seed[len++] = report[5];
		seed[len++] = report[6];
	}
	for (size_t i = head; i < KF_REPORT_SIZE && left > 0; i++, left--)
		seed[len++] = report[i];
}

size_t
key_port_get(unsigned char bytes[KF_REPORT_SIZE + 1])
{
	pending = false;
	memcpy(bytes, next, KF_REPORT_SIZE);
	keep(next);
	return KF_REPORT_SIZE;
}

static void
write_seed(const char *directory)
{
	static unsigned number;
	char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%u", directory,
	    number++);
	file = fopen(path, "we");
	FUZZ_CHECK(file != NULL && fwrite(seed, 1, len, file) == len);
	FUZZ_CHECK(fclose(file) == 0);
}

/* Has softkey make a credential, then records a request for it. */
static void
record(const char *directory, unsigned which, bool u2f)
{
	static struct kf_key key;
	static struct kf_frame answer;
	static struct kf_key_made made;
	static const unsigned char other[64];
	struct softkey_config config;
	struct kf_key_opened opened;

	softkey_config_default(&config);
	config.mode = u2f ? SOFTKEY_U2F_ONLY : SOFTKEY_BOTH;
	config.uv = which == 3 || which == 7;
	if (which == 2 || which == 4 || which == 6)
		memcpy(config.pin, "123456", 7);
	soft = softkey_new(&config, kf_clock_monotonic());
	memset(&key, 0, sizeof(key));
	key.parent = -1;
	key.fd = KEY_PORT_FD;
	seed[0] = (uint8_t)(which | (u2f ? IS_U2F : 0));
	len = 1;
	FUZZ_CHECK(kf_key_open(&key, &opened));
	start = len;
	key_port_know(&key, other, sizeof(other));
	key_port_request(&key, config.pin[0] != '\0' ? 6 : config.uv ? 7 : 5,
	    &answer);
	FUZZ_CHECK(kf_key_get_made(&answer, &made) == KF_OK);
	len = start;
	if (which < 5)
		key_port_know(&key, made.authdata + 55,
		    (size_t)made.authdata[53] << 8 | made.authdata[54]);
	key_port_request(&key, which, &answer);
	(void)printf("%u%s: answer 0x%02x, %zu bytes\n", which,
	    u2f ? " U2F" : "", answer.type, len);
	kf_key_close(&key);
	softkey_free(soft);
	write_seed(directory);
}

int
main(int argc, char **argv)
{
	FUZZ_CHECK(argc == 2);
	kf_key_library_start();
	for (unsigned which = 0; which < KEY_PORT_REQUESTS; which++)
		record(argv[1], which, false);
	record(argv[1], 0, true);
	record(argv[1], 1, true);
	record(argv[1], 5, true);
	return 0;
}
