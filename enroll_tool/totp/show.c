/*
 * Shows the seed to the person who enrols it, as QR code, secret and URI; see
 * totp/enroll.h.
 */
#include "enroll_tool/totp/enroll.h"

#include <errno.h>
#include <string.h>

#include "enroll_tool/children/as_invoker.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/totp/base32.h"

#define MARGIN 4		/* modules: the quiet zone of ISO/IEC 18004 */
#define SMALL_MARGIN 2		/* scans as well, and needs fewer lines */
#define PNG_SCALE 8		/* pixels a side of a module */

static void
draw(const struct kf_totp_enrol *e, const struct kf_qr *qr)
{
	char text[KF_QR_LINE_MAX];
	unsigned columns, rows;
	size_t margin = MARGIN;
	bool shows = kf_terminal_shows(&columns, &rows);

	if (rows > 0 && kf_qr_lines(qr, e->qr, margin) >= rows)
		margin = SMALL_MARGIN;
	if (shows && columns > 0 &&
	    kf_qr_columns(qr, e->qr, margin) > columns) {
		kf_say("(No QR code: it needs %zu columns, and this terminal "
		    "has %u.)\n\n", kf_qr_columns(qr, e->qr, margin), columns);
		return;
	}
	for (size_t i = 0; i < kf_qr_lines(qr, e->qr, margin); i++) {
		kf_qr_draw(qr, e->qr, kf_terminal_colour(), margin, i, text);
		kf_say("%s\n", text);
	}
	explicit_bzero(text, sizeof(text));
	kf_say("\n");
}

static enum kf_exit
write_png(const struct kf_totp_enrol *e, const struct kf_qr *qr)
{
	struct kf_png png;
	enum kf_err err = kf_qr_png(qr, PNG_SCALE, MARGIN, &png);
	int error = ENOMEM;

	if (err == KF_OK)
		err = kf_write_as_invoker(e->png, png.bytes, png.len, 0600,
		    &error);
	kf_png_wipe(&png);
	if (err == KF_OK) {
		kf_say("QR code: %s (it holds the secret: "
		    "delete it after scanning)\n", e->png);
		return KF_EXIT_DONE;
	}
	kf_complain("%s: %s%s", e->png, strerror(error),
	    error == EEXIST ? ": give the name of a new file" :
	    ": give a file that the caller of sudo can create");
	return KF_EXIT_ERROR;
}

static enum kf_exit
show_text(const struct kf_totp_enrol *e, const struct kf_secret *uri)
{
	struct kf_secret groups;

	if (kf_base32_encode(&e->seed, 4, &groups) != KF_OK)
		return KF_EXIT_ERROR;
	kf_say("Secret: %s\n", (const char *)groups.bytes);
	kf_say("URI:    %s\n", (const char *)uri->bytes);
	kf_secret_wipe(&groups);
	return KF_EXIT_DONE;
}

enum kf_exit
kf_totp_show(const struct kf_totp_enrol *e, const char *name)
{
	/* With --secret-stdin the person has the secret already. */
	bool visible = !e->secret_stdin ||
	    (e->qr_given && e->qr != KF_QR_NONE);
	enum kf_exit status = KF_EXIT_DONE;
	struct kf_secret uri;
	struct kf_qr qr = { 0 };

	if (!visible && e->png == NULL)
		return KF_EXIT_DONE;
	if (kf_otpauth_uri(&e->totp, &e->seed, e->issuer, name, &uri) !=
	    KF_OK || kf_qr_make(&uri, &qr) != KF_OK) {
		kf_complain("%s: the secret and the names are too long for "
		    "a QR code", e->user);
		status = KF_EXIT_ERROR;
		goto out;
	}
	if (visible && e->qr != KF_QR_NONE)
		draw(e, &qr);
	if (visible)
		status = show_text(e, &uri);
	if (status == KF_EXIT_DONE && e->png != NULL)
		status = write_png(e, &qr);
out:
	kf_qr_wipe(&qr);
	kf_secret_wipe(&uri);
	return status;
}
