/*
 * Fuzzes the messages of PROTOCOL: the first byte of the input is the type of a
 * frame, the others are its payload.  A message that is understood must have
 * the same bytes when it is encoded again, so that each message has only one
 * encoding.
 */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "protocol/msg.h"
#include "protocol/phase.h"

static struct kf_frame f, again;

/* True if f was understood; again is then the same message, encoded again. */
static bool
decode_from_module(void)
{
	static struct kf_msg_hello hello;
	static struct kf_msg_request request;
	static struct kf_msg_answer answer;

	switch ((enum kf_msg_type)f.type) {
	case KF_MSG_HELLO:
		if (kf_msg_get_hello(&f, &hello) != KF_OK)
			return false;
		kf_msg_put_hello(&again, &hello);
		return true;
	case KF_MSG_REQUEST:
		if (kf_msg_get_request(&f, &request) != KF_OK)
			return false;
		FUZZ_CHECK(kf_msg_put_request(&again, &request) == KF_OK);
		return true;
	case KF_MSG_ANSWER:
		if (kf_msg_get_answer(&f, &answer) != KF_OK)
			return false;
		FUZZ_CHECK(answer.text.len <= KF_SECRET_MAX);
		FUZZ_CHECK(kf_msg_put_answer(&again, &answer) == KF_OK);
		return true;
	case KF_MSG_CANCEL:
		if (kf_msg_get_cancel(&f) != KF_OK)
			return false;
		kf_msg_put_cancel(&again);
		return true;
	case KF_MSG_HELLO_OK:
	case KF_MSG_INFO:
	case KF_MSG_ERROR:
	case KF_MSG_ASK_ECHO:
	case KF_MSG_ASK_BLIND:
	case KF_MSG_GRANT:
	case KF_MSG_DENY:
	case KF_MSG_EXEMPT:
		break;
	}
	return false;
}

static bool
decode_from_verifier(void)
{
	unsigned char nonce[KF_NONCE_SIZE];
	struct kf_msg_grant grant;
	char text[KF_TEXT_SIZE];
	enum kf_deny reason;
	uint16_t version;

	switch ((enum kf_msg_type)f.type) {
	case KF_MSG_HELLO_OK:
		if (kf_msg_get_hello_ok(&f, &version) != KF_OK)
			return false;
		kf_msg_put_hello_ok(&again, version);
		return true;
	case KF_MSG_INFO:
	case KF_MSG_ERROR:
	case KF_MSG_ASK_ECHO:
	case KF_MSG_ASK_BLIND:
		if (kf_msg_get_text(&f, text) != KF_OK)
			return false;
		FUZZ_CHECK(kf_msg_put_text(&again,
		    (enum kf_msg_type)f.type, text) == KF_OK);
		return true;
	case KF_MSG_GRANT:
		if (kf_msg_get_grant(&f, &grant) != KF_OK)
			return false;
		FUZZ_CHECK(kf_msg_put_grant(&again, &grant) == KF_OK);
		return true;
	case KF_MSG_DENY:
		if (kf_msg_get_deny(&f, &reason) != KF_OK)
			return false;
		kf_msg_put_deny(&again, reason);
		return true;
	case KF_MSG_EXEMPT:
		if (kf_msg_get_exempt(&f, nonce) != KF_OK)
			return false;
		kf_msg_put_exempt(&again, nonce);
		return true;
	case KF_MSG_HELLO:
	case KF_MSG_REQUEST:
	case KF_MSG_ANSWER:
	case KF_MSG_CANCEL:
		break;
	}
	return false;
}

/* Takes the bytes for the types of a talk: after its end no type is legal. */
static void
fuzz_phases(const uint8_t *data, size_t size)
{
	enum kf_phase phase = KF_PHASE_HELLO;
	bool greeted = false, requested = false;

	for (size_t i = 0; i < size; i++) {
		enum kf_phase before = phase;

		if (kf_phase_step(&phase, data[i]) != KF_OK) {
			FUZZ_CHECK(phase == KF_PHASE_END);
			continue;
		}
		FUZZ_CHECK(before != KF_PHASE_END);
		greeted = greeted || data[i] == KF_MSG_HELLO_OK;
		requested = requested || data[i] == KF_MSG_REQUEST;
		if (data[i] == KF_MSG_GRANT || data[i] == KF_MSG_EXEMPT)
			FUZZ_CHECK(greeted && requested &&
			    phase == KF_PHASE_END);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_phases(data, size);
	if (size == 0 || size > KF_FRAME_MAX)
		return 0;
	f.type = data[0];
	f.len = size - 1;
	memcpy(f.payload, data + 1, f.len);
	if (decode_from_module() || decode_from_verifier()) {
		FUZZ_CHECK(again.type == f.type && again.len == f.len);
		FUZZ_CHECK(memcmp(again.payload, f.payload, f.len) == 0);
	}
	return 0;
}

static void
take_frame(fuzz_take *take)
{
	uint8_t bytes[KF_FRAME_MAX];

	bytes[0] = f.type;
	memcpy(bytes + 1, f.payload, f.len);
	take(bytes, f.len + 1);
}

void
fuzz_seeds(fuzz_take *take)
{
	static const uint8_t talk[] = { KF_MSG_HELLO, KF_MSG_HELLO_OK,
		KF_MSG_REQUEST, KF_MSG_INFO, KF_MSG_ASK_ECHO, KF_MSG_CANCEL,
		KF_MSG_ANSWER, KF_MSG_ERROR, KF_MSG_ASK_BLIND, KF_MSG_ANSWER,
		KF_MSG_GRANT };
	const struct kf_msg_hello hello = { 1, "0123456789abcde" };
	const struct kf_msg_grant grant = { "0123456789abcde", "totp", "T1" };
	static const struct kf_msg_request request = {
		.operation = KF_OP_AUTH, .uid = 1000, .conf = "/c",
		.service = "sshd", .user = "alice", .rhost = "203.0.113.5",
		.tty = "ssh", .connection = "1 2 3 4",
		.ssh_auth_info = "publickey ssh-ed25519 AAAA\n",
		.command = "id", .flags = KF_FLAGS_ALL, .ruid = 1000,
	};
	struct kf_msg_answer answer = { .kind = KF_ANSWER_TEXT };

	take(talk, sizeof(talk));
	kf_msg_put_hello(&f, &hello);
	take_frame(take);
	FUZZ_CHECK(kf_msg_put_request(&f, &request) == KF_OK);
	take_frame(take);
	FUZZ_CHECK(kf_secret_set(&answer.text, "123456", 6) == KF_OK);
	FUZZ_CHECK(kf_msg_put_answer(&f, &answer) == KF_OK);
	take_frame(take);
	kf_msg_put_cancel(&f);
	take_frame(take);
	kf_msg_put_hello_ok(&f, 1);
	take_frame(take);
	FUZZ_CHECK(kf_msg_put_text(&f, KF_MSG_INFO, "hello") == KF_OK);
	take_frame(take);
	FUZZ_CHECK(kf_msg_put_text(&f, KF_MSG_ASK_ECHO, "Code: ") == KF_OK);
	take_frame(take);
	FUZZ_CHECK(kf_msg_put_grant(&f, &grant) == KF_OK);
	take_frame(take);
	kf_msg_put_deny(&f, KF_DENY_CONFIGURATION);
	take_frame(take);
	kf_msg_put_exempt(&f, grant.nonce);
	take_frame(take);
}
