/*
 * All that is said to, and asked of, whoever runs the tool; and the only reader
 * of the environment, which is emptied at the start.  Facts go to standard
 * output, complaints to standard error, questions to the terminal itself.
 */
#ifndef KF_TERMINAL_H
#define KF_TERMINAL_H

#include <stdbool.h>

#include "common/secret.h"
#include "enroll_tool/cli/command.h"

/* Takes SUDO_USER and NO_COLOR from the environment, and empties it. */
void
kf_terminal_start(void);

/*
 * Flushes standard output and wipes its buffer.  A status other than DONE is
 * kept; DONE becomes ERROR when not everything could be written.
 */
enum kf_exit
kf_terminal_finish(enum kf_exit status);

/* Who called sudo, as sudo says; NULL when nobody did.  Not trusted. */
const char *
kf_terminal_sudo_user(void);

/* Is there somebody who can be asked? */
bool
kf_terminal_is_there(void);

/* Is standard output a terminal?  With its size, where known, else 0. */
bool
kf_terminal_shows(unsigned *columns, unsigned *rows)
    __attribute__((nonnull));

/* May standard output have colours? */
bool
kf_terminal_colour(void);

/* To standard output. */
void
kf_say(const char *format, ...) __attribute__((nonnull, format(printf, 1, 2)));

/* Has all that was said arrived?  What fails is complained of at the end. */
bool
kf_said(void);

/* One line on standard error, filtered: "keyfirst: ...". */
void
kf_complain(const char *format, ...)
    __attribute__((nonnull, format(printf, 1, 2)));

/*
 * Asks on the terminal, or (where standard input is meant) on standard output
 * for a line of standard input.  KF_ERR_CONVERSATION: no terminal.
 * KF_ERR_CLOSED: end of file.  KF_ERR_RANGE: over KF_SECRET_MAX bytes.  The
 * caller wipes the answer.
 */
KF_CHECKED enum kf_err
kf_terminal_ask(const char *prompt, bool echo, struct kf_secret *answer)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_terminal_ask_stdin(const char *prompt, bool echo, struct kf_secret *answer)
    __attribute__((nonnull));

#endif
