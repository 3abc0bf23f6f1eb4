/*
 * The verifier's side of PROTOCOL: greeting, questions, and the last word.
 * Every message goes through the state table; the first that is not legal ends
 * the session.
 */
#ifndef KF_TALK_H
#define KF_TALK_H

#include "protocol/msg.h"
#include "protocol/phase.h"

/* The module waits 50 s for a message (PROTOCOL, 5); a little less is safe. */
#define KF_TALK_QUIET_MS 45000

struct kf_talk {
	int fd;
	enum kf_phase phase;
	int64_t deadline;		/* of the session */
	int64_t last;			/* when the last message came or went */
	unsigned char nonce[KF_NONCE_SIZE];
	struct kf_frame frame;
};

/* Greets and reads the request.  Every error means: leave without a word. */
KF_CHECKED enum kf_err
kf_talk_start(struct kf_talk *talk, int fd, struct kf_msg_request *request)
    __attribute__((nonnull));

/* Text without an answer; who is gone is noticed at the next question. */
KF_CHECKED enum kf_err
kf_talk_show(struct kf_talk *talk, bool error, const char *text)
    __attribute__((nonnull));

/* The caller wipes the answer. */
KF_CHECKED enum kf_err
kf_talk_ask(struct kf_talk *talk, bool echo, const char *prompt,
    struct kf_msg_answer *answer) __attribute__((nonnull));

/*
 * Takes what the module says while no question stands: KF_OK for CANCEL, and
 * KF_ERR_CLOSED when the module has left; whatever else it says is an error.
 */
KF_CHECKED enum kf_err
kf_talk_cancel(struct kf_talk *talk) __attribute__((nonnull));

/* Says nothing until then, unless the module leaves; CANCEL is ignored. */
KF_CHECKED enum kf_err
kf_talk_rest(struct kf_talk *talk, int64_t until) __attribute__((nonnull));

/*
 * The reason of a denial that no question follows; where text is held back
 * until the next prompt, it becomes one.
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
