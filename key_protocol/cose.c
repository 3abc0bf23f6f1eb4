/*
 * COSE's numbers of algorithms; see cose.h.  The device program needs them for
 * libfido2, and so does its parent for attestation.  This file must not need
 * libfido2.
 */
#include "key_protocol/cose.h"

#include <stddef.h>

static const struct {
	enum kf_key_algorithm algorithm;
	int number;
} table[] = {
	{ KF_ES256, -7 },
	{ KF_EDDSA, -8 },
	{ KF_RS256, -257 },
};
#define ROWS (sizeof(table) / sizeof(table[0]))

int
kf_cose_number(enum kf_key_algorithm algorithm)
{
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].algorithm == algorithm)
			return table[i].number;
	return 0;
}

unsigned
kf_cose_algorithm(int number)
{
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].number == number)
			return table[i].algorithm;
	return 0;
}
