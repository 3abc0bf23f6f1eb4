/*
 * What the client (client/client.h) is tested between: a person who answers its
 * questions, and a peer, a child process that plays the verifier and sends what
 * the test wants.  Programs that link peer.c have their own poll(): it waits
 * 1.5 s at most and moves the clock by the rest, so that a test of a peer that
 * hangs does not take long.
 */
#ifndef KF_TESTS_PEER_H
#define KF_TESTS_PEER_H

#include "tests/unit/unit.h"

#include "client/client.h"

struct peer_person {
	unsigned asked, shown;		/* questions and texts so far */
	enum kf_answer_kind kind;	/* of every answer */
	char last[KF_TEXT_SIZE];	/* the last question or text */
};

/* The functions of a struct kf_ui; the context is a struct peer_person. */
void
peer_show(void *context, bool error, const char *text);
void
peer_ask(void *context, bool echo, const char *prompt,
    struct kf_msg_answer *answer);

/* What peer_meet gives the client as ask; peer_ask, unless a test sets it. */
extern void (*peer_ask_by)(void *context, bool echo, const char *prompt,
    struct kf_msg_answer *answer);

extern const struct kf_msg_request peer_request;

/* Whether the outcome is neither a grant nor an exemption. */
bool
peer_is_denied(const struct kf_outcome *outcome);

struct peer {
	int fd;
	long budget;		/* bytes until it exits; -1: no limit */
	unsigned char nonce[KF_NONCE_SIZE];	/* of the HELLO it read */
	struct kf_msg_answer answer;	/* the last that it read */
	int arg;		/* for the script */
};

/*
 * Reads a message of the client into *p.  Returns its type, or 0 when there was
 * none or it was wrong.
 */
unsigned
peer_hear(struct peer *p);

/* Each sends one message, or bytes; exits when the budget is used up. */
void
peer_say_bytes(struct peer *p, const void *bytes, size_t len);
void
peer_say(struct peer *p, const struct kf_frame *f);
void
peer_say_hello_ok(struct peer *p, unsigned version);
void
peer_say_text(struct peer *p, enum kf_msg_type type, const char *text);
void
peer_say_grant(struct peer *p);
void
peer_say_deny(struct peer *p, enum kf_deny reason);
void
peer_say_type(struct peer *p, unsigned type, size_t len);

/* Makes a GRANT for this session, and does not send it. */
void
peer_grant_frame(const struct peer *p, struct kf_frame *f);

/*
 * Parts of scripts, and whole ones.  This one goes through HELLO, HELLO_OK and
 * REQUEST, after which it is the verifier's turn:
 */
void
peer_greet(struct peer *p);
/* Reads until the client closes, and then never exits: */
void
peer_hang(struct peer *p);
void
peer_honest_grant(struct peer *p);
void
peer_honest_exempt(struct peer *p);
/* Denies, with the reason in arg: */
void
peer_honest_deny(struct peer *p);

/*
 * Runs the client against a script in a child process, which is killed and
 * collected afterwards.  arg and budget are those of struct peer.
 */
struct kf_outcome
peer_meet(void (*script)(struct peer *), int arg, long budget,
    struct peer_person *person);

#endif
