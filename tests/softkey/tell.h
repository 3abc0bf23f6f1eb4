/*
 * A client of the control socket, for scripts:
 *
 *	softkey --tell PATH COMMAND...
 */
#ifndef SOFTKEY_TELL_H
#define SOFTKEY_TELL_H

/*
 * Sends each command and prints each answer.  Returns the exit status: 0 when
 * all answers were "ok", 1 when an answer was not, 2 when there was no answer.
 */
int
softkey_tell(const char *path, int count, char *commands[]);

#endif
