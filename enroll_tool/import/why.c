/*
 * Messages that say why a parser refuses an entry of a file; see import.h.
 * What policy or the account refuses is said in add.c and import.c, and why a
 * whole file is refused in read.c.
 */
#include "enroll_tool/import/import.h"

#include "enroll_tool/cli/terminal.h"

static const struct {
	const char *words;
	enum kf_exit status;
} whys[] = {
	[KF_IMPORT_SYNTAX] = { "it cannot be understood", KF_EXIT_ERROR },
	[KF_IMPORT_SECRET] = { "the secret cannot be understood",
	    KF_EXIT_ERROR },
	[KF_IMPORT_TYPE] = { "it is neither for time-based nor for "
	    "counter-based codes",
	    KF_EXIT_ERROR },
	[KF_IMPORT_OPTION] = { "an option that keyfirst does not know",
	    KF_EXIT_ERROR },
	[KF_IMPORT_COUNTER] = { "counter-based codes, but keyfirst takes "
	    "time-based codes only", KF_EXIT_POLICY },
	[KF_IMPORT_PERIOD] = { "a code must last 15 to 60 seconds",
	    KF_EXIT_POLICY },
	[KF_IMPORT_DIGITS] = { "a code must have 6 to 8 digits",
	    KF_EXIT_POLICY },
	[KF_IMPORT_LONG] = { "the secret is too long: at most 128 bytes",
	    KF_EXIT_POLICY },
	[KF_IMPORT_NO_KEY] = { "no key in it", KF_EXIT_ERROR },
	[KF_IMPORT_RESIDENT] = { "a resident key (*): the file does not have "
	    "its id: use keyfirst enroll key instead", KF_EXIT_POLICY },
	[KF_IMPORT_HANDLE] = { "the key handle cannot be understood",
	    KF_EXIT_ERROR },
	[KF_IMPORT_HANDLE_LENGTH] = { "a key handle must have 16 to 480 bytes",
	    KF_EXIT_POLICY },
	[KF_IMPORT_KEY_TYPE] = { "a key's type must be es256, eddsa or rs256",
	    KF_EXIT_POLICY },
	[KF_IMPORT_PUBLIC_KEY] = { "the public key is not valid for its type",
	    KF_EXIT_ERROR },
	[KF_IMPORT_TOO_MANY] = { "more than 4096 lines: import one person at a "
	    "time, with --user", KF_EXIT_ERROR },
	[KF_IMPORT_TOO_LARGE] = { "the file grew too large while it was read",
	    KF_EXIT_ERROR },
	[KF_IMPORT_UNREADABLE] = { "the file cannot be read", KF_EXIT_ERROR },
};

enum kf_exit
kf_import_complain(const char *file, const struct kf_import_entry *e)
{
	if (e->line > 0)
		kf_complain("import: %s: line %u: %s", file, e->line,
		    whys[e->why].words);
	else
		kf_complain("import: %s: %s", file, whys[e->why].words);
	return whys[e->why].status;
}

void
kf_import_explain(uint32_t flags, const char *user)
{
	if ((flags & KF_IMPORT_HAS_SCRATCH_CODES) != 0)
		kf_say("The emergency scratch codes are not imported.  For "
		    "recovery codes instead: keyfirst recovery %s\n",
		    user);
	if ((flags & KF_IMPORT_HAS_PIN) != 0)
		kf_say("PINs are not imported: keyfirst asks for none.\n");
	if ((flags & KF_IMPORT_HAS_SKEW) != 0)
		kf_say("The file says that the phone's clock is wrong: codes "
		    "are refused until it is set.\n");
	if ((flags & KF_IMPORT_HAS_NO_TOUCH) != 0)
		kf_say("Keys that needed no touch need one now.\n");
}
