/*
 * Payloads for a device program that is taken over: each makes one system call
 * that its sandbox must forbid, and is killed for it.
 */
#ifndef KF_TESTS_SANDBOX_PAYLOADS_H
#define KF_TESTS_SANDBOX_PAYLOADS_H

struct sandbox_payload {
	const char *name;
	void (*run)(void);
};

/* The last element has NULL as its name. */
extern const struct sandbox_payload sandbox_payloads[];

/* Must be called before the sandbox is entered. */
void
sandbox_payloads_prepare(void);

#endif
