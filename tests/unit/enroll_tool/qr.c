/*
 * Drawings of QR codes (totp/qr.h), compared with the code module by module.
 * Whether a scanner can read them is tested by tests/e2e/tool/t-tool-enroll.sh.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "enroll_tool/totp/qr.h"

#define ESC "\033["

static void
make(const char *text, struct kf_qr *qr)
{
	struct kf_secret s;

	assert_int_equal(kf_secret_set(&s, text, strlen(text)), KF_OK);
	assert_int_equal(kf_qr_make(&s, qr), KF_OK);
}

/* Whether the module at x, y must be dark; the margin is light. */
static bool
is_dark(const struct kf_qr *qr, size_t margin, size_t x, size_t y)
{
	size_t end = margin + qr->size;

	return x >= margin && x < end && y >= margin && y < end &&
	    qr->dark[y - margin][x - margin];
}

static const char *
after(const char *text, const char *prefix)
{
	if (strncmp(text, prefix, strlen(prefix)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, prefix);
	return text + strlen(prefix);
}

static void
read_utf8(const struct kf_qr *qr, bool colour, size_t margin)
{
	static const struct {
		const char *block;
		bool upper, lower;	/* dark */
	} blocks[] = {
		{ " ", true, true },
		{ "\xe2\x96\x84", true, false },
		{ "\xe2\x96\x80", false, true },
		{ "\xe2\x96\x88", false, false },
	};
	size_t side = qr->size + 2 * margin;
	char text[KF_QR_LINE_MAX];

	assert_int_equal(kf_qr_columns(qr, KF_QR_UTF8, margin), side);
	assert_int_equal(kf_qr_lines(qr, KF_QR_UTF8, margin), (side + 1) / 2);
	for (size_t line = 0; line < (side + 1) / 2; line++) {
		const char *p = text;

		kf_qr_draw(qr, KF_QR_UTF8, colour, margin, line, text);
		if (colour)
			p = after(p, ESC "40;37;1m");
		for (size_t x = 0; x < side; x++) {
			size_t i = 0;

			while (strncmp(p, blocks[i].block,
			    strlen(blocks[i].block)) != 0)
				assert_true(++i < UNIT_COUNT(blocks));
			p += strlen(blocks[i].block);
			assert_int_equal(blocks[i].upper,
			    is_dark(qr, margin, x, 2 * line));
			assert_int_equal(blocks[i].lower,
			    is_dark(qr, margin, x, 2 * line + 1));
		}
		if (colour)
			p = after(p, ESC "0m");
		assert_string_equal(p, "");
	}
}

static void
read_ansi(const struct kf_qr *qr, size_t margin)
{
	size_t side = qr->size + 2 * margin;
	char text[KF_QR_LINE_MAX];

	assert_int_equal(kf_qr_columns(qr, KF_QR_ANSI, margin), 2 * side);
	assert_int_equal(kf_qr_lines(qr, KF_QR_ANSI, margin), side);
	for (size_t y = 0; y < side; y++) {
		const char *p = text;
		char colour = '\0';

		kf_qr_draw(qr, KF_QR_ANSI, true, margin, y, text);
		for (size_t x = 0; x < side; x++) {
			if (*p == '\033') {
				p = after(p, ESC "4");
				colour = *p++;
				p = after(p, "m");
			}
			p = after(p, "  ");
			assert_int_equal(colour,
			    is_dark(qr, margin, x, y) ? '0' : '7');
		}
		assert_string_equal(p, ESC "0m");
	}
}

static void
drawings(void **state)
{
	static const size_t margins[] = { 0, 2, 4 };
	struct kf_qr qr;

	(void)state;
	make("otpauth://totp/host:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	    "&issuer=host", &qr);
	for (size_t i = 0; i < UNIT_COUNT(margins); i++) {
		read_utf8(&qr, true, margins[i]);
		read_utf8(&qr, false, margins[i]);
		read_ansi(&qr, margins[i]);
	}
}

/* ISO/IEC 18004: version 1 is 21 modules, with a finder in three corners. */
static void
a_known_code(void **state)
{
	static const char finder[7][8] = {
		"#######", "#.....#", "#.###.#", "#.###.#", "#.###.#",
		"#.....#", "#######",
	};
	struct kf_qr qr;

	(void)state;
	make("keyfirst", &qr);
	assert_int_equal(qr.size, 21);
	for (size_t y = 0; y < 7; y++) {
		for (size_t x = 0; x < 7; x++) {
			bool dark = finder[y][x] == '#';

			assert_int_equal(qr.dark[y][x], dark);
			assert_int_equal(qr.dark[y][14 + x], dark);
			assert_int_equal(qr.dark[14 + y][x], dark);
		}
	}
}

/* The largest code fits a line; a code of nothing is an error. */
static void
sizes(void **state)
{
	static struct kf_qr qr;
	struct kf_secret s;

	(void)state;
	memset(s.bytes, 0x55, sizeof(s.bytes));
	s.bytes[KF_SECRET_MAX] = '\0';
	s.len = KF_SECRET_MAX;
	assert_int_equal(kf_qr_make(&s, &qr), KF_OK);
	read_utf8(&qr, true, 4);
	read_ansi(&qr, 4);
	qr.size = KF_QR_SIZE_MAX;
	for (size_t y = 0; y < qr.size; y++)
		for (size_t x = 0; x < qr.size; x++)
			qr.dark[y][x] = (x + y) % 2 == 0;
	read_utf8(&qr, true, 4);
	read_ansi(&qr, 4);
	s.len = 0;
	assert_int_not_equal(kf_qr_make(&s, &qr), KF_OK);
	kf_qr_wipe(&qr);
	assert_int_equal(qr.size, 0);
}

static uint32_t
big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
png(void **state)
{
	static const unsigned char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
	struct kf_png png;
	struct kf_qr qr;

	(void)state;
	make("keyfirst", &qr);
	assert_int_equal(kf_qr_png(&qr, 8, 4, &png), KF_OK);
	assert_true(png.len > 33);
	assert_memory_equal(png.bytes, head, 16);
	assert_int_equal(big_endian(png.bytes + 16), 8 * 29);
	assert_int_equal(big_endian(png.bytes + 20), 8 * 29);
	assert_int_equal(png.bytes[24], 1);	/* one bit for each pixel */
	assert_memory_equal(png.bytes + png.len - 8, "IEND", 4);
	kf_png_wipe(&png);
	assert_null(png.bytes);
	kf_png_wipe(&png);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_code),
		cmocka_unit_test(drawings),
		cmocka_unit_test(sizes),
		cmocka_unit_test(png),
	};

	return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
