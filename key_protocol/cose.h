/*
 * COSE's numbers of the signature algorithms that we enrol (RFC 9053, 2.1 and
 * 2.2; RFC 8812, 2) and our own, which messages and files hold.
 */
#ifndef KF_COSE_H
#define KF_COSE_H

#include "common/credential.h"

/* 0, which COSE reserves, for one that we do not know. */
int
kf_cose_number(enum kf_key_algorithm algorithm);

/* An enum kf_key_algorithm; 0 for one that we do not enrol. */
unsigned
kf_cose_algorithm(int number);

#endif
