/*
 * The other end of the control socket, for scripts:
 *
 *	softkey --tell PATH COMMAND...
 */
#ifndef SOFTKEY_TELL_H
#define SOFTKEY_TELL_H

/*
 * Sends each command and prints each answer; the exit status: 0 when all of
 * them were "ok", 1 when one was not, 2 when nobody answers.
 */
int
softkey_tell(const char *path, int count, char *commands[]);

#endif
