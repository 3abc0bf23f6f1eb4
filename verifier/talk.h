/*
 * The verifier's side of PROTOCOL: greeting, questions, and the verdict.  Every
 * message is checked against the table of phases (protocol/phase.h); the first
 * message that is not legal ends the session.
 */
#ifndef KF_TALK_H
#define KF_TALK_H

#include "protocol/msg.h"
#include "protocol/phase.h"

/* The module waits 50 s for a message (PROTOCOL, 5); this leaves a margin. */
#define KF_TALK_QUIET_MS 45000

struct kf_talk {
	int fd;
	enum kf_phase phase;
	int64_t deadline;		/* of the session */
	int64_t last;			/* when the last message came or went */
	unsigned char nonce[KF_NONCE_SIZE];
	struct kf_frame frame;
};

/* Greets and reads the request.  After an error nothing more is sent. */
KF_CHECKED enum kf_err
kf_talk_start(struct kf_talk *talk, int fd, struct kf_msg_request *request)
    __attribute__((nonnull));

/*
 * Sends text that needs no answer.  A caller that is gone is noticed at the
 * next question.
 */
KF_CHECKED enum kf_err
kf_talk_show(struct kf_talk *talk, bool error, const char *text)
    __attribute__((nonnull));

/* Asks, and waits for the answer, which the caller of this function wipes. */
KF_CHECKED enum kf_err
kf_talk_ask(struct kf_talk *talk, bool echo, const char *prompt,
    struct kf_msg_answer *answer) __attribute__((nonnull));

/*
 * Reads a message of the module while no question stands: KF_OK for CANCEL,
 * KF_ERR_CLOSED when the module has left.  Any other message is an error.
 */
KF_CHECKED enum kf_err
kf_talk_cancel(struct kf_talk *talk) __attribute__((nonnull));

/* Sends nothing until then; ends when the module leaves.  Ignores CANCEL. */
KF_CHECKED enum kf_err
kf_talk_rest(struct kf_talk *talk, int64_t until) __attribute__((nonnull));

/*
 * Tells the reason of a denial that no question follows.  held_back: sshd would
 * show text with the next prompt only, so the reason is sent as a prompt.
 */
void
kf_talk_last_words(struct kf_talk *talk, bool held_back, const char *words)
    __attribute__((nonnull));

KF_CHECKED enum kf_err
kf_talk_grant(struct kf_talk *talk, const char *factor, const char *id)
    __attribute__((nonnull));

KF_CHECKED enum kf_err
kf_talk_exempt(struct kf_talk *talk) __attribute__((nonnull));

KF_CHECKED enum kf_err
kf_talk_deny(struct kf_talk *talk, enum kf_deny reason)
    __attribute__((nonnull));

#endif
