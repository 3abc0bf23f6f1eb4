/*
 * Payloads for a device program that is taken over: each tries something else
 * that its sandbox must not let it do, and dies of it.
 */
#ifndef KF_TESTS_SANDBOX_PAYLOADS_H
#define KF_TESTS_SANDBOX_PAYLOADS_H

struct sandbox_payload {
	const char *name;
	void (*run)(void);
};

/* Ends with a name that is NULL. */
extern const struct sandbox_payload sandbox_payloads[];

/* Before the sandbox. */
void
sandbox_payloads_prepare(void);

#endif
