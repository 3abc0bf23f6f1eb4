/* Makes QR codes and draws them in terminals; see qr.h. */
#include "enroll_tool/totp/qr.h"

#include <qrencode.h>
#include <string.h>

/* ANSI colours.  COLOURS: bright white on black, in any palette. */
#define COLOURS "\033[40;37;1m"
#define LIGHT "\033[47m"
#define DARK "\033[40m"
#define NORMAL "\033[0m"

enum kf_err
kf_qr_make(const struct kf_secret *text, struct kf_qr *qr)
{
	enum kf_err err = KF_ERR_RANGE;
	QRcode *code;

	kf_qr_wipe(qr);
	code = QRcode_encodeData((int)text->len, text->bytes, 0, QR_ECLEVEL_L);
	if (code == NULL)
		return KF_ERR_RANGE;
	if (code->width <= 0 || code->width > KF_QR_SIZE_MAX)
		goto out;
	qr->size = (size_t)code->width;
	for (size_t y = 0; y < qr->size; y++)
		for (size_t x = 0; x < qr->size; x++)
			qr->dark[y][x] =
			    (code->data[y * qr->size + x] & 1) != 0;
	explicit_bzero(code->data, qr->size * qr->size);
	err = KF_OK;
out:
	QRcode_free(code);
	return err;
}

void
kf_qr_wipe(struct kf_qr *qr)
{
	explicit_bzero(qr, sizeof(*qr));
}

/* Coordinates include the margin, which is light. */
static bool
is_dark(const struct kf_qr *qr, size_t margin, size_t x, size_t y)
{
	return x >= margin && x < margin + qr->size && y >= margin &&
	    y < margin + qr->size && qr->dark[y - margin][x - margin];
}

size_t
kf_qr_lines(const struct kf_qr *qr, enum kf_qr_style style, size_t margin)
{
	size_t side = qr->size + 2 * margin;

	return style == KF_QR_UTF8 ? (side + 1) / 2 : side;
}

size_t
kf_qr_columns(const struct kf_qr *qr, enum kf_qr_style style, size_t margin)
{
	size_t side = qr->size + 2 * margin;

	return style == KF_QR_UTF8 ? side : 2 * side;
}

/*
 * Appends the whole piece or nothing.  KF_QR_LINE_MAX is enough for a line of a
 * code of the largest size.
 */
static void
add(char text[KF_QR_LINE_MAX], size_t *len, const char *piece)
{
	size_t more = strlen(piece);

	if (*len + more >= KF_QR_LINE_MAX)
		return;
	memcpy(text + *len, piece, more + 1);
	*len += more;
}

static void
draw_utf8(const struct kf_qr *qr, bool colour, size_t margin, size_t line,
    char text[KF_QR_LINE_MAX])
{
	/* [the upper module is light][the lower module is light] */
	static const char *const blocks[2][2] = {
		{ " ", "\u2584" }, { "\u2580", "\u2588" },
	};
	size_t len = 0;

	if (colour)
		add(text, &len, COLOURS);
	for (size_t x = 0; x < qr->size + 2 * margin; x++) {
		bool upper = is_dark(qr, margin, x, 2 * line);
		bool lower = is_dark(qr, margin, x, 2 * line + 1);

		add(text, &len, blocks[!upper][!lower]);
	}
	if (colour)
		add(text, &len, NORMAL);
}

static void
draw_ansi(const struct kf_qr *qr, size_t margin, size_t line,
    char text[KF_QR_LINE_MAX])
{
	bool before = false;
	size_t len = 0;

	for (size_t x = 0; x < qr->size + 2 * margin; x++) {
		bool dark = is_dark(qr, margin, x, line);

		if (x == 0 || dark != before)
			add(text, &len, dark ? DARK : LIGHT);
		add(text, &len, "  ");
		before = dark;
	}
	add(text, &len, NORMAL);
}

void
kf_qr_draw(const struct kf_qr *qr, enum kf_qr_style style, bool colour,
    size_t margin, size_t line, char text[KF_QR_LINE_MAX])
{
	text[0] = '\0';
	switch (style) {
	case KF_QR_NONE:
		return;
	case KF_QR_UTF8:
		draw_utf8(qr, colour, margin, line, text);
		return;
	case KF_QR_ANSI:
		draw_ansi(qr, margin, line, text);
		return;
	}
}
