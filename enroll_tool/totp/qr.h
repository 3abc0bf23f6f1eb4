/*
 * QR codes of secrets: libqrencode makes them, qr.c draws them for terminals,
 * and qr_png.c writes them as PNG.  Buffers of ours that hold a code are wiped.
 * Copies in memory of the libraries cannot be wiped; they are gone when the
 * process ends, and its pages are locked in memory.
 */
#ifndef KF_QR_H
#define KF_QR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"

#define KF_QR_SIZE_MAX 177		/* modules a side, of version 40 */
#define KF_QR_LINE_MAX 4096		/* bytes of a drawn line */

struct kf_qr {
	size_t size;		/* modules a side */
	bool dark[KF_QR_SIZE_MAX][KF_QR_SIZE_MAX];
};

enum kf_qr_style {
	KF_QR_NONE,
	KF_QR_UTF8,		/* half blocks: two rows of modules a line */
	KF_QR_ANSI		/* coloured spaces: two columns a module */
};

/*
 * Makes the QR code of text.  KF_ERR_RANGE if text does not fit a QR code.
 * kf_qr_wipe must follow.
 */
KF_CHECKED enum kf_err
kf_qr_make(const struct kf_secret *text, struct kf_qr *qr)
    __attribute__((nonnull));

void
kf_qr_wipe(struct kf_qr *qr) __attribute__((nonnull));

/* The lines and columns that a drawing needs; the margin is in modules. */
size_t
kf_qr_lines(const struct kf_qr *qr, enum kf_qr_style style, size_t margin)
    __attribute__((nonnull));
size_t
kf_qr_columns(const struct kf_qr *qr, enum kf_qr_style style, size_t margin)
    __attribute__((nonnull));

/*
 * Draws one line to text, without a newline.  With colour, the colours are set
 * explicitly, so that the code can be scanned from dark and from light
 * terminals.  KF_QR_UTF8 without colour is right only on a terminal with light
 * text on a dark ground; KF_QR_ANSI always has colours.  The caller wipes text.
 */
void
kf_qr_draw(const struct kf_qr *qr, enum kf_qr_style style, bool colour,
    size_t margin, size_t line, char text[KF_QR_LINE_MAX])
    __attribute__((nonnull));

/* A PNG file in memory. */
struct kf_png {
	unsigned char *bytes;	/* freed by kf_png_wipe */
	size_t len;
	size_t room;		/* allocated bytes */
};

/*
 * Makes a PNG file with scale x scale pixels for each module; the margin is in
 * modules.  KF_ERR_CRYPTO if there is no memory or libpng fails.  After KF_OK,
 * kf_png_wipe must follow.
 */
KF_CHECKED enum kf_err
kf_qr_png(const struct kf_qr *qr, size_t scale, size_t margin,
    struct kf_png *png) __attribute__((nonnull));

void
kf_png_wipe(struct kf_png *png) __attribute__((nonnull));

#endif
