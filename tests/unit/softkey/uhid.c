/*
 * The events that softkey writes to /dev/uhid, and how it handles those that it
 * reads there.  A socket pair takes the place of the kernel; the tests in
 * tests/vm/ have a real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/uhid.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/softkey/hid/port.h"
#include "tests/unit/unit.h"

static int kernel;
static struct softkey *key;
static struct softkey_port port;

static int
before(void **state)
{
	struct softkey_config config;
	int pair[2];

	(void)state;
	softkey_config_default(&config);
	key = softkey_new(&config, 0);
	assert_non_null(key);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0,
	    pair), 0);
	softkey_port_init(&port, key);
	port.name = "Test key";
	kernel = pair[0];
	port.fd = pair[1];
	port.report_size = SOFTKEY_REPORT;
	port.plugged = true;
	return 0;
}

static int
after(void **state)
{
	(void)state;
	softkey_port_unplug(&port);
	close(kernel);
	softkey_free(key);
	return 0;
}

static const struct uhid_event *
heard(void)
{
	static struct uhid_event event;

	assert_int_equal(read(kernel, &event, sizeof(event)), sizeof(event));
	return &event;
}

static void
nothing_heard(void)
{
	char byte;

	assert_int_equal(read(kernel, &byte, 1), -1);
	assert_int_equal(errno, EAGAIN);
}

static void
say(const struct uhid_event *event, size_t len)
{
	assert_int_equal(write(kernel, event, len), len);
	softkey_uhid_take(&port, 0);
	softkey_port_give(&port, 0);
}

static void
say_type(unsigned type)
{
	struct uhid_event event = { .type = type };

	say(&event, sizeof(event));
}

/* Makes a report with INIT on the broadcast channel. */
static struct uhid_event
init_report(unsigned short size)
{
	static const unsigned char bytes[] = { 0, 0xff, 0xff, 0xff, 0xff,
		0x86, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8 };
	struct uhid_event event = { .type = UHID_OUTPUT };

	memcpy(event.u.output.data, bytes, sizeof(bytes));
	event.u.output.size = size;
	event.u.output.rtype = UHID_OUTPUT_REPORT;
	return event;
}

static void
created(void **state)
{
	const struct uhid_event *event;

	(void)state;
	assert_true(softkey_uhid_create(&port));
	event = heard();
	assert_int_equal(event->type, UHID_CREATE2);
	assert_string_equal(event->u.create2.name, "Test key");
	assert_int_equal(event->u.create2.bus, 3);
	assert_int_equal(event->u.create2.rd_size, 34);
	assert_memory_equal(event->u.create2.rd_data, "\x06\xd0\xf1\x09\x01",
	    5);
	assert_int_equal(event->u.create2.rd_data[17], 0x40);
	assert_int_equal(event->u.create2.rd_data[30], 0x40);
	assert_int_equal(event->u.create2.rd_data[33], 0xc0);
	assert_false(port.started);
	say_type(UHID_START);
	assert_true(port.started);
	assert_false(softkey_port_open(&port));
	say_type(UHID_OPEN);
	assert_true(softkey_port_open(&port));
	say_type(UHID_CLOSE);
	assert_false(softkey_port_open(&port));
	softkey_port_unplug(&port);
	assert_int_equal(heard()->type, UHID_DESTROY);
}

static void
reports(void **state)
{
	struct uhid_event event = init_report(65);
	const struct uhid_event *answer;

	(void)state;
	say(&event, sizeof(event));
	answer = heard();
	assert_int_equal(answer->type, UHID_INPUT2);
	assert_int_equal(answer->u.input2.size, 64);
	assert_int_equal(answer->u.input2.data[4], 0x86);
	assert_memory_equal(answer->u.input2.data + 7,
	    "\1\2\3\4\5\6\7\10", 8);
	nothing_heard();
	/* Reports of a wrong size, of another type, or with an id. */
	event = init_report(64);
	say(&event, sizeof(event));
	event = init_report(66);
	say(&event, sizeof(event));
	event = init_report(65);
	event.u.output.rtype = UHID_FEATURE_REPORT;
	say(&event, sizeof(event));
	event = init_report(65);
	event.u.output.data[0] = 1;
	say(&event, sizeof(event));
	nothing_heard();
}

static void
no_other_reports(void **state)
{
	struct uhid_event event = { .type = UHID_GET_REPORT };
	const struct uhid_event *answer;

	(void)state;
	event.u.get_report.id = 77;
	say(&event, sizeof(event));
	answer = heard();
	assert_int_equal(answer->type, UHID_GET_REPORT_REPLY);
	assert_int_equal(answer->u.get_report_reply.id, 77);
	assert_int_equal(answer->u.get_report_reply.err, EIO);
	event = (struct uhid_event){ .type = UHID_SET_REPORT };
	event.u.set_report.id = 78;
	say(&event, sizeof(event));
	answer = heard();
	assert_int_equal(answer->type, UHID_SET_REPORT_REPLY);
	assert_int_equal(answer->u.set_report_reply.id, 78);
	assert_int_equal(answer->u.set_report_reply.err, EIO);
	/* An event that is shorter than its type field is ignored. */
	say(&event, 2);
	nothing_heard();
}

static void
sizes(void **state)
{
	char answer[64];

	(void)state;
	softkey_control(key, "hostile short-report", 0, answer,
	    sizeof(answer));
	assert_true(softkey_uhid_create(&port));
	assert_int_equal(heard()->u.create2.rd_data[17], 32);
	softkey_control(key, "hostile long-report", 0, answer, sizeof(answer));
	assert_true(softkey_uhid_create(&port));
	assert_int_equal(heard()->u.create2.rd_data[30], 128);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, before, after)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(created),
		TEST(reports),
		TEST(no_other_reports),
		TEST(sizes),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_uhid", tests, NULL, NULL);
}
