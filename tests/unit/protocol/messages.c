/*
 * The messages of PROTOCOL (protocol/msg.h): bytes that are not exactly one
 * valid message must be refused with KF_ERR_PROTOCOL.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "protocol/msg.h"

/* A sample of each message, with every field filled in. */

static const struct kf_msg_hello a_hello = { 1, "0123456789abcde" };
static const struct kf_msg_request a_request = {
	.operation = KF_OP_AUTH, .uid = 0x01020304, .conf = "/c",
	.service = "s", .user = "u", .rhost = "r", .tty = "t",
	.connection = "1 2 3 4", .ssh_auth_info = "publickey x\n",
	.command = "id", .flags = KF_FLAGS_ALL, .ruid = 0x05060708,
};
static const struct kf_msg_grant a_grant = { "fedcba987654321", "totp", "T1" };

static void
put_answer(struct kf_frame *f, enum kf_answer_kind kind, const void *text,
    size_t len)
{
	struct kf_msg_answer m = { .kind = kind };

	assert_int_equal(kf_secret_set(&m.text, text, len), KF_OK);
	assert_int_equal(kf_msg_put_answer(f, &m), KF_OK);
}

enum sample {
	HELLO, REQUEST, ANSWER, NOTHING, CANCEL, HELLO_OK, INFO, GRANT, DENY,
	EXEMPT, SAMPLES
};

static void
encode(enum sample sample, struct kf_frame *f)
{
	memset(f, 0, sizeof(*f));
	switch (sample) {
	case HELLO:
		kf_msg_put_hello(f, &a_hello);
		return;
	case REQUEST:
		assert_int_equal(kf_msg_put_request(f, &a_request), KF_OK);
		return;
	case ANSWER:
		put_answer(f, KF_ANSWER_TEXT, "12\0" "456", 6);
		return;
	case NOTHING:
		put_answer(f, KF_ANSWER_NOTHING, "", 0);
		return;
	case CANCEL:
		kf_msg_put_cancel(f);
		return;
	case HELLO_OK:
		kf_msg_put_hello_ok(f, 1);
		return;
	case INFO:
		assert_int_equal(kf_msg_put_text(f, KF_MSG_INFO, "hello"),
		    KF_OK);
		return;
	case GRANT:
		assert_int_equal(kf_msg_put_grant(f, &a_grant), KF_OK);
		return;
	case DENY:
		kf_msg_put_deny(f, KF_DENY_CANCELLED);
		return;
	case EXEMPT:
		kf_msg_put_exempt(f, a_grant.nonce);
		return;
	case SAMPLES:
		break;
	}
	fail();
}

/* Decodes f; when that succeeds, encodes the result into *again. */
static enum kf_err
decode(enum sample sample, const struct kf_frame *f, struct kf_frame *again)
{
	static struct kf_msg_hello hello;
	static struct kf_msg_request request;
	static struct kf_msg_answer answer;
	static struct kf_msg_grant grant;
	unsigned char nonce[KF_NONCE_SIZE];
	char text[KF_TEXT_SIZE];
	uint16_t version;
	enum kf_deny reason;
	enum kf_err err = KF_ERR_IO;

	memset(&hello, 0xee, sizeof(hello));
	memset(&request, 0xee, sizeof(request));
	memset(&answer, 0xee, sizeof(answer));
	memset(&grant, 0xee, sizeof(grant));
	memset(again, 0, sizeof(*again));
	switch (sample) {
	case HELLO:
		err = kf_msg_get_hello(f, &hello);
		if (err == KF_OK)
			kf_msg_put_hello(again, &hello);
		break;
	case REQUEST:
		err = kf_msg_get_request(f, &request);
		if (err == KF_OK)
			err = kf_msg_put_request(again, &request);
		break;
	case ANSWER:
	case NOTHING:
		err = kf_msg_get_answer(f, &answer);
		if (err == KF_OK)
			err = kf_msg_put_answer(again, &answer);
		break;
	case CANCEL:
		err = kf_msg_get_cancel(f);
		if (err == KF_OK)
			kf_msg_put_cancel(again);
		break;
	case HELLO_OK:
		err = kf_msg_get_hello_ok(f, &version);
		if (err == KF_OK)
			kf_msg_put_hello_ok(again, version);
		break;
	case INFO:
		err = kf_msg_get_text(f, text);
		if (err == KF_OK)
			err = kf_msg_put_text(again, KF_MSG_INFO, text);
		break;
	case GRANT:
		err = kf_msg_get_grant(f, &grant);
		if (err == KF_OK)
			err = kf_msg_put_grant(again, &grant);
		break;
	case DENY:
		err = kf_msg_get_deny(f, &reason);
		if (err == KF_OK)
			kf_msg_put_deny(again, reason);
		break;
	case EXEMPT:
		err = kf_msg_get_exempt(f, nonce);
		if (err == KF_OK)
			kf_msg_put_exempt(again, nonce);
		break;
	case SAMPLES:
		fail();
	}
	return err;
}

static void
messages_round_trip(void **state)
{
	(void)state;
	for (enum sample s = HELLO; s < SAMPLES; s++) {
		static struct kf_frame f, again;

		encode(s, &f);
		assert_int_equal(decode(s, &f, &again), KF_OK);
		assert_int_equal(f.type, again.type);
		assert_int_equal(f.len, again.len);
		assert_memory_equal(f.payload, again.payload, f.len);
	}
}

static void
messages_cut_or_long(void **state)
{
	(void)state;
	for (enum sample s = HELLO; s < SAMPLES; s++) {
		static struct kf_frame f, again;
		size_t whole;

		encode(s, &f);
		whole = f.len;
		for (f.len = 0; f.len < whole; f.len++)
			if (decode(s, &f, &again) != KF_ERR_PROTOCOL)
				fail_msg("message %d of %zu bytes", (int)s,
				    f.len);
		for (unsigned extra = 0; extra < 256; extra++) {
			f.len = whole + 1;
			f.payload[whole] = (unsigned char)extra;
			assert_int_equal(decode(s, &f, &again),
			    KF_ERR_PROTOCOL);
		}
		f.len = sizeof(f.payload);
		assert_int_equal(decode(s, &f, &again), KF_ERR_PROTOCOL);
	}
}

/*
 * Every byte set to every value.  If the message is still accepted, encoding it
 * must give the same bytes again: each message has only one encoding.
 */
static void
messages_garbled(void **state)
{
	(void)state;
	for (enum sample s = HELLO; s < SAMPLES; s++) {
		static struct kf_frame f, again;

		encode(s, &f);
		for (size_t i = 0; i < f.len; i++) {
			unsigned char was = f.payload[i];

			for (unsigned c = 0; c < 256; c++) {
				f.payload[i] = (unsigned char)c;
				if (decode(s, &f, &again) != KF_OK)
					continue;
				assert_int_equal(f.len, again.len);
				assert_memory_equal(f.payload, again.payload,
				    f.len);
			}
			f.payload[i] = was;
		}
	}
}

/* A field with a wrong value, at its offset in an encoded message. */
static void
message_values(void **state)
{
	static const struct {
		enum sample sample;
		size_t at;
		unsigned char value;
	} table[] = {
		{ REQUEST, 0, 0 },		/* operation */
		{ REQUEST, 0, 3 },
		{ REQUEST, 0, 255 },
		{ REQUEST, 7, 0 },		/* a NUL in conf */
		{ ANSWER, 0, KF_ANSWER_NOTHING },	/* with a text */
		{ ANSWER, 0, KF_ANSWER_TOO_LONG },
		{ ANSWER, 0, KF_ANSWER_FAILED },
		{ ANSWER, 0, 4 },
		{ ANSWER, 0, 255 },
		{ NOTHING, 0, 4 },
		{ INFO, 3, 0 },			/* a NUL in the text */
		{ GRANT, 18, 0 },		/* a NUL in the factor */
		{ DENY, 0, KF_DENY_CANCELLED + 1 },
		{ DENY, 0, 255 },
	};
	static struct kf_frame f, again;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		encode(table[i].sample, &f);
		assert_true(table[i].at < f.len);
		f.payload[table[i].at] = table[i].value;
		if (decode(table[i].sample, &f, &again) != KF_ERR_PROTOCOL)
			fail_msg("row %zu", i);
	}
	/* Each bit of flags alone: a bit without a meaning is refused. */
	for (unsigned bit = 0; bit < 32; bit++) {
		uint32_t flags = UINT32_C(1) << bit;
		struct kf_msg_request r = a_request;

		r.flags = flags;
		assert_int_equal(kf_msg_put_request(&f, &r), KF_OK);
		assert_int_equal(decode(REQUEST, &f, &again),
		    (flags & ~KF_FLAGS_ALL) == 0 ? KF_OK : KF_ERR_PROTOCOL);
	}
}

/* Appends a string of len bytes 'x' to a hand-made payload. */
static void
add_string(struct kf_frame *f, size_t len)
{
	f->payload[f->len++] = (unsigned char)(len >> 8);
	f->payload[f->len++] = (unsigned char)len;
	memset(f->payload + f->len, 'x', len);
	f->len += len;
}

/*
 * The longest string in every field is accepted; one byte more, in any one
 * field, is refused.
 */
static void
request_fields_fit(void **state)
{
	static const struct kf_msg_request *r;
	static const size_t sizes[] = { sizeof(r->conf), sizeof(r->service),
		sizeof(r->user), sizeof(r->rhost), sizeof(r->tty),
		sizeof(r->connection), sizeof(r->ssh_auth_info),
		sizeof(r->command) };

	(void)state;
	for (size_t which = 0; which <= UNIT_COUNT(sizes); which++) {
		static struct kf_frame f, again;

		memset(&f, 0, sizeof(f));
		f.payload[0] = KF_OP_ACCOUNT;
		f.len = 5;
		for (size_t i = 0; i < UNIT_COUNT(sizes); i++)
			add_string(&f, sizes[i] - 1 + (i == which));
		memset(f.payload + f.len, 0, 8);
		f.len += 8;
		assert_int_equal(decode(REQUEST, &f, &again),
		    which < UNIT_COUNT(sizes) ? KF_ERR_PROTOCOL : KF_OK);
	}
}

static void
text_and_answer_sizes(void **state)
{
	static char text[2000];
	static struct kf_frame f, again;

	(void)state;
	memset(text, 'x', 511);
	assert_int_equal(kf_msg_put_text(&f, KF_MSG_INFO, text), KF_OK);
	assert_int_equal(decode(INFO, &f, &again), KF_OK);
	text[511] = 'x';
	assert_int_equal(kf_msg_put_text(&f, KF_MSG_INFO, text), KF_ERR_RANGE);
	f.len = 0;
	add_string(&f, 512);
	assert_int_equal(decode(INFO, &f, &again), KF_ERR_PROTOCOL);
	put_answer(&f, KF_ANSWER_TEXT, text, KF_SECRET_MAX);
	assert_int_equal(decode(ANSWER, &f, &again), KF_OK);
	f.payload[0] = KF_ANSWER_TEXT;
	f.len = 1;
	add_string(&f, KF_SECRET_MAX + 1);
	assert_int_equal(decode(ANSWER, &f, &again), KF_ERR_PROTOCOL);
	f.len = 1;
	add_string(&f, 16380);
	assert_int_equal(decode(ANSWER, &f, &again), KF_ERR_PROTOCOL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(messages_round_trip),
		UNIT_TEST(messages_cut_or_long),
		UNIT_TEST(messages_garbled),
		UNIT_TEST(message_values),
		UNIT_TEST(request_fields_fit),
		UNIT_TEST(text_and_answer_sizes),
	};

	unit_start();
	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
