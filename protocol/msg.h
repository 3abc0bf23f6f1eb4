/*
 * The messages of PROTOCOL, written to frames and read from them.  A message
 * that differs from PROTOCOL (too short, too long, trailing bytes, a value
 * without a meaning) is KF_ERR_PROTOCOL.  A string may hold any byte, but a
 * string that must be a C string is refused when it holds a NUL.
 */
#ifndef KF_MSG_H
#define KF_MSG_H

#include <stdint.h>

#include "common/frame.h"
#include "common/secret.h"

#define KF_PROTOCOL_VERSION 1

enum kf_msg_type {
	/* module to verifier */
	KF_MSG_HELLO = 0x01,
	KF_MSG_REQUEST = 0x02,
	KF_MSG_ANSWER = 0x03,
	KF_MSG_CANCEL = 0x04,
	/* verifier to module */
	KF_MSG_HELLO_OK = 0x81,
	KF_MSG_INFO = 0x82,
	KF_MSG_ERROR = 0x83,
	KF_MSG_ASK_ECHO = 0x84,
	KF_MSG_ASK_BLIND = 0x85,
	KF_MSG_GRANT = 0x86,
	KF_MSG_DENY = 0x87,
	KF_MSG_EXEMPT = 0x88
};

#define KF_NONCE_SIZE 16

struct kf_msg_hello {
	uint16_t version;
	unsigned char nonce[KF_NONCE_SIZE];
};

enum kf_operation {
	KF_OP_AUTH = 1,
	KF_OP_ACCOUNT = 2
};

/* The uid of a person whom the system does not know. */
#define KF_UID_UNKNOWN UINT32_MAX

/* Bits of kf_msg_request.flags; others must be zero. */
#define KF_FLAG_AFTER_FIRST_FACTOR UINT32_C(1)	/* the module argument */
#define KF_FLAGS_ALL KF_FLAG_AFTER_FIRST_FACTOR

/* Sizes include the terminating NUL. */
struct kf_msg_request {
	enum kf_operation operation;
	uint32_t uid;
	char conf[256];		/* empty: the file fixed by configure */
	char service[64];
	char user[256];		/* canonical name of uid; empty: unknown */
	char rhost[256];
	char tty[64];
	char connection[128];	/* SSH_CONNECTION */
	char ssh_auth_info[8192]; /* SSH_AUTH_INFO_0 */
	char command[1025];
	uint32_t flags;
	uint32_t ruid;		/* the caller's real uid */
};

enum kf_answer_kind {
	KF_ANSWER_TEXT = 0,
	KF_ANSWER_NOTHING = 1,
	KF_ANSWER_TOO_LONG = 2,
	KF_ANSWER_FAILED = 3
};

struct kf_msg_answer {
	enum kf_answer_kind kind;
	struct kf_secret text;	/* empty but for KF_ANSWER_TEXT */
};

/* INFO, ERROR, ASK_ECHO, ASK_BLIND: at most 511 bytes (PAM_MAX_MSG_SIZE). */
#define KF_TEXT_SIZE 512

struct kf_msg_grant {
	unsigned char nonce[KF_NONCE_SIZE];
	char factor[16];
	char id[16];
};

enum kf_deny {
	KF_DENY_AUTH = 0,	 /* the person proved nothing */
	KF_DENY_MAXTRIES = 1,	 /* another try now could not work either */
	KF_DENY_UNAVAILABLE = 2, /* an error on the verifier's side */
	KF_DENY_CONFIGURATION = 3,
	KF_DENY_CONVERSATION = 4,
	KF_DENY_CANCELLED = 5
};

/* Encoders fill a frame; they fail (KF_ERR_RANGE) when a field is too long. */
void
kf_msg_put_hello(struct kf_frame *f, const struct kf_msg_hello *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_put_request(struct kf_frame *f, const struct kf_msg_request *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_put_answer(struct kf_frame *f, const struct kf_msg_answer *m)
    __attribute__((nonnull));
void
kf_msg_put_cancel(struct kf_frame *f) __attribute__((nonnull));
void
kf_msg_put_hello_ok(struct kf_frame *f, uint16_t version)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_put_text(struct kf_frame *f, enum kf_msg_type type, const char *text)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_put_grant(struct kf_frame *f, const struct kf_msg_grant *m)
    __attribute__((nonnull));
void
kf_msg_put_deny(struct kf_frame *f, enum kf_deny reason)
    __attribute__((nonnull));
void
kf_msg_put_exempt(struct kf_frame *f, const unsigned char nonce[KF_NONCE_SIZE])
    __attribute__((nonnull));

/* Decoders look at the payload; the caller has looked at the type. */
KF_CHECKED enum kf_err
kf_msg_get_hello(const struct kf_frame *f, struct kf_msg_hello *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_get_request(const struct kf_frame *f, struct kf_msg_request *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_get_answer(const struct kf_frame *f, struct kf_msg_answer *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_get_cancel(const struct kf_frame *f) __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_get_hello_ok(const struct kf_frame *f, uint16_t *version)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_get_text(const struct kf_frame *f, char text[KF_TEXT_SIZE])
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_get_grant(const struct kf_frame *f, struct kf_msg_grant *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_get_deny(const struct kf_frame *f, enum kf_deny *reason)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_msg_get_exempt(const struct kf_frame *f, unsigned char nonce[KF_NONCE_SIZE])
    __attribute__((nonnull));

#endif
