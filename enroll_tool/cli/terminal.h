/*
 * Everything that the tool says to the administrator or asks.  Facts go to
 * standard output, complaints to standard error, questions to the terminal
 * itself.  No other file reads the environment, which is emptied at the start.
 */
#ifndef KF_TERMINAL_H
#define KF_TERMINAL_H

#include <stdbool.h>

#include "common/secret.h"
#include "enroll_tool/cli/command.h"

/*
 * Notes SUDO_USER and NO_COLOR, empties the environment, and makes sure that
 * descriptors 0 to 2 are open.  Call it first.
 */
void
kf_terminal_start(void);

/*
 * Flushes standard output and wipes its buffer.  Returns status, but
 * KF_EXIT_ERROR instead of KF_EXIT_DONE, after a complaint, if not all output
 * could be written.
 */
enum kf_exit
kf_terminal_finish(enum kf_exit status);

/*
 * The name of the person who called sudo, from SUDO_USER; NULL if it is unset.
 * The name is not trusted: anybody who is root can set SUDO_USER.
 */
const char *
kf_terminal_sudo_user(void);

/* Is there a terminal on which a person can be asked? */
bool
kf_terminal_is_there(void);

/*
 * Is standard output a terminal?  Sets its width and height in characters; 0
 * if they are not known.
 */
bool
kf_terminal_shows(unsigned *columns, unsigned *rows)
    __attribute__((nonnull));

/* May standard output have colours? */
bool
kf_terminal_colour(void);

/* Prints to standard output. */
void
kf_say(const char *format, ...) __attribute__((nonnull, format(printf, 1, 2)));

/*
 * Flushes standard output; true if all that was printed so far was written.
 * Does not complain: kf_terminal_finish does, if the command succeeds.
 */
bool
kf_said(void);

/*
 * Prints one line, "keyfirst: ...", on standard error, filtered so that it has
 * no control characters.
 */
void
kf_complain(const char *format, ...)
    __attribute__((nonnull, format(printf, 1, 2)));

/*
 * kf_terminal_ask writes the prompt to the terminal and reads a line from it;
 * kf_terminal_ask_stdin uses standard output and standard input.  Without echo,
 * a terminal does not show the answer.  KF_ERR_CONVERSATION: there is no
 * terminal.  KF_ERR_CLOSED: end of file, or a signal.  KF_ERR_RANGE: more than
 * KF_SECRET_MAX bytes.  The caller wipes the answer.
 */
KF_CHECKED enum kf_err
kf_terminal_ask(const char *prompt, bool echo, struct kf_secret *answer)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_terminal_ask_stdin(const char *prompt, bool echo, struct kf_secret *answer)
    __attribute__((nonnull));

#endif
