/*
 * QR codes of secrets: made by libqrencode, drawn for terminals, written as
 * PNG (qr_png.c).  Every buffer that could be read back is wiped; what the
 * libraries keep for themselves dies with the process, which is locked in
 * memory.
 */
#ifndef KF_QR_H
#define KF_QR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"

#define KF_QR_SIZE_MAX 177
#define KF_QR_LINE_MAX 4096

struct kf_qr {
	size_t size;		/* modules a side */
	bool dark[KF_QR_SIZE_MAX][KF_QR_SIZE_MAX];
};

enum kf_qr_style {
	KF_QR_NONE,
	KF_QR_UTF8,		/* half blocks, two rows of modules a line */
	KF_QR_ANSI		/* coloured spaces, two columns a module */
};

/* KF_ERR_RANGE when the text does not fit a QR code.  The caller wipes. */
KF_CHECKED enum kf_err
kf_qr_make(const struct kf_secret *text, struct kf_qr *qr)
    __attribute__((nonnull));

void
kf_qr_wipe(struct kf_qr *qr) __attribute__((nonnull));

/* Terminal lines and columns of a drawing with that margin. */
size_t
kf_qr_lines(const struct kf_qr *qr, enum kf_qr_style style, size_t margin)
    __attribute__((nonnull));
size_t
kf_qr_columns(const struct kf_qr *qr, enum kf_qr_style style, size_t margin)
    __attribute__((nonnull));

/*
 * Draws one line, without a newline.  Colours are set explicitly, so that it
 * scans on dark and light terminals alike; UTF8 without colour takes the
 * terminal to be light on dark.  The caller wipes the line.
 */
void
kf_qr_draw(const struct kf_qr *qr, enum kf_qr_style style, bool colour,
    size_t margin, size_t line, char text[KF_QR_LINE_MAX])
    __attribute__((nonnull));

/* A PNG file in memory. */
struct kf_png {
	unsigned char *bytes;	/* freed by kf_png_wipe */
	size_t len;
	size_t room;
};

/* Each module as scale x scale pixels.  KF_ERR_CRYPTO: libpng refused. */
KF_CHECKED enum kf_err
kf_qr_png(const struct kf_qr *qr, size_t scale, size_t margin,
    struct kf_png *png) __attribute__((nonnull));

void
kf_png_wipe(struct kf_png *png) __attribute__((nonnull));

#endif
