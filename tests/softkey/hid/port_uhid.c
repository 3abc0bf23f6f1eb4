/*
 * The device as the kernel's: /dev/uhid, after linux/uhid.h and the kernel's
 * Documentation/hid/uhid.rst.
 *
 * An output report comes as whoever wrote to hidraw has written it, report id
 * first: hidraw hands its buffer to uhid as it is, so for our unnumbered
 * reports that is a zero and 64 bytes.  UHID_OPEN and UHID_CLOSE are the first
 * opening and the last closing of possibly many.
 */
#include "tests/softkey/hid/port.h"

#include <errno.h>
#include <linux/uhid.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	BUS = 0x03,			/* BUS_USB; libudev wants it */
	VENDOR = 0x1209,		/* pid.codes */
	PRODUCT = 0x0001,		/* for tests */
};

/* CTAP 2.1, section 11.2.8.1. */
static const unsigned char descriptor[] = {
	0x06, 0xd0, 0xf1,		/* usage page: FIDO alliance */
	0x09, 0x01,			/* usage: CTAPHID */
	0xa1, 0x01,			/* collection: application */
	0x09, 0x20,			/* usage: data in */
	0x15, 0x00, 0x26, 0xff, 0x00,	/* bytes */
	0x75, 0x08, 0x95, 0x40,		/* of 8 bits, 64 of them */
	0x81, 0x02,			/* input */
	0x09, 0x21,			/* usage: data out */
	0x15, 0x00, 0x26, 0xff, 0x00,
	0x75, 0x08, 0x95, 0x40,
	0x91, 0x02,			/* output */
	0xc0,
};

static bool
tell(struct softkey_port *port, const struct uhid_event *event)
{
	ssize_t n = write(port->fd, event, sizeof(*event));

	if (n == (ssize_t)sizeof(*event))
		return true;
	if (n >= 0)
		errno = EIO;
	return false;
}

bool
softkey_uhid_create(struct softkey_port *port)
{
	struct uhid_event event = { .type = UHID_CREATE2 };
	struct uhid_create2_req *req = &event.u.create2;
	unsigned char size = (unsigned char)softkey_report_size(port->key);

	snprintf((char *)req->name, sizeof(req->name), "%s", port->name);
	snprintf((char *)req->phys, sizeof(req->phys), "softkey/%ld",
	    (long)getpid());
	req->rd_size = sizeof(descriptor);
	memcpy(req->rd_data, descriptor, sizeof(descriptor));
	for (size_t i = 0; i + 1 < sizeof(descriptor); i++)
		if (descriptor[i] == 0x95)
			req->rd_data[i + 1] = size;
	req->bus = BUS;
	req->vendor = VENDOR;
	req->product = PRODUCT;
	return tell(port, &event);
}

void
softkey_uhid_destroy(struct softkey_port *port)
{
	struct uhid_event event = { .type = UHID_DESTROY };

	(void)tell(port, &event);
}

/* The kernel waits for an answer: there are no such reports. */
static void
no_report(struct softkey_port *port, const struct uhid_event *asked)
{
	struct uhid_event event = { .type = UHID_GET_REPORT_REPLY };

	if (asked->type == UHID_GET_REPORT) {
		event.u.get_report_reply.id = asked->u.get_report.id;
		event.u.get_report_reply.err = EIO;
	} else {
		event.type = UHID_SET_REPORT_REPLY;
		event.u.set_report_reply.id = asked->u.set_report.id;
		event.u.set_report_reply.err = EIO;
	}
	(void)tell(port, &event);
}

void
softkey_uhid_take(struct softkey_port *port, int64_t now)
{
	struct uhid_event event;
	ssize_t n;

	memset(&event, 0, sizeof(event));
	/* Short events are full of zeros at their end. */
	n = read(port->fd, &event, sizeof(event));
	if (n < (ssize_t)sizeof(event.type))
		return;
	switch (event.type) {
	case UHID_START:
		port->started = true;
		break;
	case UHID_STOP:
		port->started = false;
		break;
	case UHID_OPEN:
		port->opened = true;
		softkey_opened(port->key);
		break;
	case UHID_CLOSE:
		port->opened = false;
		break;
	case UHID_OUTPUT:
		if (event.u.output.rtype == UHID_OUTPUT_REPORT &&
		    event.u.output.size == 1 + SOFTKEY_REPORT &&
		    event.u.output.data[0] == 0)
			softkey_put(port->key, event.u.output.data + 1, now);
		break;
	case UHID_GET_REPORT:
	case UHID_SET_REPORT:
		no_report(port, &event);
		break;
	}
}

void
softkey_uhid_give(struct softkey_port *port, const unsigned char *report,
    size_t len)
{
	struct uhid_event event = { .type = UHID_INPUT2 };

	event.u.input2.size = (unsigned short)len;
	memcpy(event.u.input2.data, report, len);
	(void)tell(port, &event);
}
