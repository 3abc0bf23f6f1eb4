/*
 * Translates between COSE's numbers of the signature algorithms that we enrol
 * (RFC 9053, 2.1 and 2.2; RFC 8812, 2) and enum kf_key_algorithm, our own
 * numbers, which messages and files hold.
 */
#ifndef KF_COSE_H
#define KF_COSE_H

#include "common/credential.h"

/* COSE's number; 0, which COSE reserves, for an unknown algorithm. */
int
kf_cose_number(enum kf_key_algorithm algorithm);

/* An enum kf_key_algorithm; 0 for an algorithm that we do not enrol. */
unsigned
kf_cose_algorithm(int number);

#endif
