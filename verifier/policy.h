/*
 * What the configuration and the request decide before the person is asked: is
 * a first factor known, can a security key be asked, is the person exempt.
 */
#ifndef KF_POLICY_H
#define KF_POLICY_H

#include "verifier/session.h"

/* Does sshd, run by root, show that an authentication method was completed? */
bool
kf_policy_sshd_shows_method(const struct kf_msg_request *request)
    __attribute__((nonnull));

/* Does the request show that the person has passed a first factor? */
bool
kf_policy_first_factor_known(const struct kf_msg_request *request)
    __attribute__((nonnull));

/*
 * May a security key in this machine's own port be asked for a proof: does
 * `factors` name keys, is the port in front of the person, and has a known
 * person enrolled a key?
 */
bool
kf_policy_asks_local_key(const struct kf_session *s) __attribute__((nonnull));

/* sshd before OpenSSH 10.3 shows text only with the next prompt. */
bool
kf_policy_holds_text(const struct kf_msg_request *request)
    __attribute__((nonnull));

/* The exemption that holds for this person here and now, or NULL. */
const struct kf_exempt *
kf_policy_exemption(const struct kf_session *s) __attribute__((nonnull));

/* Is a person without any enrolment let through, until a date? */
bool
kf_policy_allows_unenrolled(const struct kf_session *s)
    __attribute__((nonnull));

#endif
