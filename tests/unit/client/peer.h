/*
 * The two ends of the client (client/client.h): a person who is asked, and a
 * peer in the place of the verifier that says whatever it likes.  poll of these
 * programs is ours: it waits 1.5 s at most and moves the clock by the rest, so
 * that who hangs is soon given up.
 */
#ifndef KF_TESTS_PEER_H
#define KF_TESTS_PEER_H

#include "tests/unit/unit.h"

#include "client/client.h"

struct peer_person {
	unsigned asked, shown;
	enum kf_answer_kind kind;
	char last[KF_TEXT_SIZE];
};

/* The functions of a struct kf_ui; the context is a struct peer_person. */
void
peer_show(void *context, bool error, const char *text);
void
peer_ask(void *context, bool echo, const char *prompt,
    struct kf_msg_answer *answer);

/* By whom peer_meet has questions answered; peer_ask, unless a test sets it. */
extern void (*peer_ask_by)(void *context, bool echo, const char *prompt,
    struct kf_msg_answer *answer);

extern const struct kf_msg_request peer_request;

/* Neither a grant nor an exemption. */
bool
peer_is_denied(const struct kf_outcome *outcome);

struct peer {
	int fd;
	long budget;		/* bytes that it still says; -1: no limit */
	unsigned char nonce[KF_NONCE_SIZE];
	struct kf_msg_answer answer;
	int arg;
};

/* Reads what the module says; the type, or 0 at the end. */
unsigned
peer_hear(struct peer *p);

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

/* A grant of this session, not said yet. */
void
peer_grant_frame(const struct peer *p, struct kf_frame *f);

/* Scripts.  Greets, up to where the verifier's turn begins: */
void
peer_greet(struct peer *p);
/* Listens and never says anything: */
void
peer_hang(struct peer *p);
void
peer_honest_grant(struct peer *p);
void
peer_honest_exempt(struct peer *p);
/* For the reason in arg: */
void
peer_honest_deny(struct peer *p);

/* Runs the client against a script; its process is gone afterwards. */
struct kf_outcome
peer_meet(void (*script)(struct peer *), int arg, long budget,
    struct peer_person *person);

#endif
