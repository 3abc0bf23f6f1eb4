/*
 * The messages of PROTOCOL: encoders into frames and decoders from them.  A
 * payload that differs from PROTOCOL in any way (too short, too long, trailing
 * bytes, a value without a meaning) is KF_ERR_PROTOCOL.  The text of an answer
 * may hold any byte; every other string becomes a C string and is refused when
 * it holds a NUL.
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
	unsigned char nonce[KF_NONCE_SIZE];	/* fresh for each session */
};

enum kf_operation {
	KF_OP_AUTH = 1,
	KF_OP_ACCOUNT = 2
};

/* The uid of a person whom the system does not know. */
#define KF_UID_UNKNOWN UINT32_MAX

/* Bits of kf_msg_request.flags; all other bits must be zero. */
#define KF_FLAG_AFTER_FIRST_FACTOR UINT32_C(1)	/* the module's argument */
#define KF_FLAGS_ALL KF_FLAG_AFTER_FIRST_FACTOR

/*
 * What the module asks of the verifier: a decision about a person.  Array sizes
 * include the terminating NUL.
 */
struct kf_msg_request {
	enum kf_operation operation;
	uint32_t uid;		/* of the person; may be KF_UID_UNKNOWN */
	char conf[256];		/* path; empty: the configured one */
	char service[64];	/* PAM_SERVICE */
	char user[256];		/* the uid's canonical name; empty: unknown */
	char rhost[256];	/* PAM_RHOST */
	char tty[64];		/* PAM_TTY */
	char connection[128];	/* SSH_CONNECTION */
	char ssh_auth_info[8192]; /* SSH_AUTH_INFO_0 */
	char command[1025];	/* empty in this version */
	uint32_t flags;
	uint32_t ruid;		/* the caller's real uid */
};

enum kf_answer_kind {
	KF_ANSWER_TEXT = 0,
	KF_ANSWER_NOTHING = 1,	/* the conversation gave no response */
	KF_ANSWER_TOO_LONG = 2,	/* over KF_SECRET_MAX bytes */
	KF_ANSWER_FAILED = 3	/* the conversation failed */
};

struct kf_msg_answer {
	enum kf_answer_kind kind;
	struct kf_secret text;	/* empty except with KF_ANSWER_TEXT */
};

/*
 * Size of the text of INFO, ERROR, ASK_ECHO and ASK_BLIND: at most 511 bytes
 * (PAM_MAX_MSG_SIZE) and a NUL.
 */
#define KF_TEXT_SIZE 512

struct kf_msg_grant {
	unsigned char nonce[KF_NONCE_SIZE];	/* that of HELLO */
	char factor[16];
	char id[16];		/* of the authenticator */
};

enum kf_deny {
	KF_DENY_AUTH = 0,	 /* the person has not proved a factor */
	KF_DENY_MAXTRIES = 1,	 /* no way that is left can succeed */
	KF_DENY_UNAVAILABLE = 2, /* a part of keyfirst is broken */
	KF_DENY_CONFIGURATION = 3, /* the configuration is not understood */
	KF_DENY_CONVERSATION = 4, /* the person could not be asked */
	KF_DENY_CANCELLED = 5
};

/* Encoders fill in a frame; KF_ERR_RANGE when a field is too long. */
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

/* Decoders read the payload; the caller has checked the frame's type. */
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
