/* Writes QR codes as PNG to memory, with libpng; see qr.h. */
#include "enroll_tool/totp/qr.h"

#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void
kf_png_wipe(struct kf_png *png)
{
	if (png->bytes != NULL)
		explicit_bzero(png->bytes, png->room);
	free(png->bytes);
	*png = (struct kf_png){ 0 };
}

/*
 * Makes room for more bytes.  Does not use realloc, which could leave a copy of
 * the secret behind in freed memory.
 */
static bool
grow(struct kf_png *png, size_t more)
{
	struct kf_png next = { .len = png->len };

	if (more <= png->room - png->len)
		return true;
	next.room = 2 * png->room + more + 4096;
	next.bytes = malloc(next.room);
	if (next.bytes == NULL)
		return false;
	if (png->len > 0)
		memcpy(next.bytes, png->bytes, png->len);
	kf_png_wipe(png);
	*png = next;
	return true;
}

static void
on_data(png_structp writer, png_bytep bytes, size_t len)
{
	struct kf_png *png = png_get_io_ptr(writer);

	if (!grow(png, len))
		png_error(writer, "no memory");
	memcpy(png->bytes + png->len, bytes, len);
	png->len += len;
}

static void
on_flush(png_structp writer)
{
	(void)writer;
}

static void __attribute__((noreturn))
on_error(png_structp writer, png_const_charp text)
{
	(void)text;
	png_longjmp(writer, 1);
}

static void
on_warning(png_structp writer, png_const_charp text)
{
	(void)writer;
	(void)text;
}

/*
 * Sets row to one row of pixels, a bit for each pixel, for the row y of modules
 * (with the margin); 1 is white.
 */
static void
fill_row(const struct kf_qr *qr, size_t scale, size_t margin, size_t y,
    unsigned char *row, size_t len)
{
	memset(row, 0xff, len);
	if (y < margin || y >= margin + qr->size)
		return;
	for (size_t x = 0; x < qr->size; x++) {
		if (!qr->dark[y - margin][x])
			continue;
		for (size_t i = 0; i < scale; i++) {
			size_t at = (x + margin) * scale + i;

			row[at / 8] &= (unsigned char)~(0x80 >> at % 8);
		}
	}
}

/* What kf_qr_png must free, also when libpng left write_png by longjmp. */
struct work {
	png_structp writer;
	png_infop info;
	unsigned char *row;
	size_t row_len;
};

static bool
write_png(struct work *work, const struct kf_qr *qr, size_t scale,
    size_t margin, struct kf_png *png)
{
	size_t side = qr->size + 2 * margin;

	if (setjmp(png_jmpbuf(work->writer)) != 0)
		return false;
	png_set_write_fn(work->writer, png, on_data, on_flush);
	png_set_IHDR(work->writer, work->info, (uint32_t)(side * scale),
	    (uint32_t)(side * scale), 1, PNG_COLOR_TYPE_GRAY,
	    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
	    PNG_FILTER_TYPE_DEFAULT);
	png_write_info(work->writer, work->info);
	for (size_t y = 0; y < side; y++) {
		fill_row(qr, scale, margin, y, work->row, work->row_len);
		for (size_t i = 0; i < scale; i++)
			png_write_row(work->writer, work->row);
	}
	png_write_end(work->writer, work->info);
	return true;
}

enum kf_err
kf_qr_png(const struct kf_qr *qr, size_t scale, size_t margin,
    struct kf_png *png)
{
	struct work work = {
		.row_len = ((qr->size + 2 * margin) * scale + 7) / 8,
	};
	enum kf_err err = KF_ERR_CRYPTO;

	*png = (struct kf_png){ 0 };
	work.row = malloc(work.row_len);
	work.writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
	    on_error, on_warning);
	if (work.writer != NULL)
		work.info = png_create_info_struct(work.writer);
	if (work.row != NULL && work.info != NULL &&
	    write_png(&work, qr, scale, margin, png))
		err = KF_OK;
	png_destroy_write_struct(&work.writer, &work.info);
	if (work.row != NULL)
		explicit_bzero(work.row, work.row_len);
	free(work.row);
	if (err != KF_OK)
		kf_png_wipe(png);
	return err;
}
