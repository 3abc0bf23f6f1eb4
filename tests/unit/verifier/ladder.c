/*
 * The ladder (verifier/ladder.h): which ways to prove are offered, which
 * questions are asked in which order, and how the login ends when nothing is
 * proved.  Tried for every combination of enrolled authenticators, allowed
 * factors, place of the person, and known person or stranger.  A new way has to
 * be added to the tables of ladder_rows.h.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/verifier/ladder_rows.h"
#include "verifier/codes.h"
#include "verifier/keys.h"
#include "verifier/ladder.h"
#include "verifier/policy.h"
#include "verifier/report.h"

/* ------------------------------- functions in the place of keys and codes */

static struct {
	struct kf_session s;
	char asked[64];			/* the questions so far */
	const char *words;		/* the last text shown, or NULL */
	enum kf_keys_end key_end[3];	/* of each look */
	enum kf_codes_end code_end[3];	/* of each question */
	unsigned looks, questions;	/* so far */
	unsigned equalised;		/* calls of kf_codes_equalise */
} play;

static void
note(const char *what)
{
	size_t len = strlen(play.asked);

	(void)snprintf(play.asked + len, sizeof(play.asked) - len, "%s%s",
	    len > 0 ? " " : "", what);
}

enum kf_keys_end
kf_keys_try(struct kf_session *s)
{
	enum kf_keys_end end = play.key_end[play.looks++];

	note("key");
	s->deny = KF_DENY_AUTH;
	if (strcmp(s->reason, "key-busy") != 0)
		s->reason = "key-absent";
	return end;
}

enum kf_codes_end
kf_codes_try(struct kf_session *s)
{
	note(s->stronger_offered ? "code/key" : "code");
	if (s->insert_key)
		note("(insert)");
	s->deny = KF_DENY_AUTH;
	s->reason = "code-wrong";
	return play.code_end[play.questions++];
}

void
kf_codes_equalise(int64_t begun)
{
	(void)begun;
	play.equalised++;
}

enum kf_err
kf_talk_show(struct kf_talk *talk, bool error, const char *text)
{
	(void)talk;
	assert_true(error);
	play.words = text;
	return KF_OK;
}

void
kf_talk_last_words(struct kf_talk *talk, bool held_back, const char *words)
{
	(void)talk;
	(void)held_back;
	play.words = words;
}

void
kf_report_step(const struct kf_session *s, const char *step)
{
	(void)s;
	assert_non_null(step);
}

/* -------------------------------------------------------- the combinations */

#define KEY 1U
#define TOTP 2U
#define RECOVERY 4U

static void
add(struct kf_person *person, enum kf_kind kind)
{
	person->authenticators[person->count++].kind = kind;
}

/* A new login of a person with that enrolled; `factors` allows factors. */
static void
set_up(unsigned enrolled, unsigned factors, bool is_known)
{
	struct kf_session *s = &play.s;

	memset(&play, 0, sizeof(play));
	kf_conf_default(&s->conf);
	s->conf.factors = ((factors & KEY) != 0 ? KF_CONF_FACTOR_KEY : 0) |
	    ((factors & TOTP) != 0 ? KF_CONF_FACTOR_TOTP : 0);
	if ((enrolled & KEY) != 0)
		add(&s->person, KF_KIND_KEY);
	if ((enrolled & TOTP) != 0)
		add(&s->person, KF_KIND_TOTP);
	if ((enrolled & RECOVERY) != 0)
		add(&s->person, KF_KIND_RECOVERY);
	s->known = is_known;
	s->reason = "";
	s->standing = kf_factor_can_prove(&s->person, &s->conf) ?
	    KF_STANDING_ENROLLED : KF_STANDING_NOBODY;
	for (size_t i = 0; i < UNIT_COUNT(play.key_end); i++)
		play.key_end[i] = KF_KEYS_ABSENT;
}

static const struct {
	const char *connection, *rhost, *tty;
	bool local;
} places[] = {
	{ "", "", "tty1", true },
	{ "", "", "", true },
	{ "", ":0", ":0", true },
	{ "", "localhost", "tty1", true },
	{ "203.0.113.5 1 2 3", "", "pts/1", false },
	{ "", "203.0.113.5", "", false },
	{ "203.0.113.5 1 2 3", "203.0.113.5", "pts/1", false },
};

/* Sets the place and key.local; returns whether keys may be asked then. */
static bool
go_to(size_t place, enum kf_key_local local)
{
	struct kf_msg_request *r = &play.s.request;

	play.s.conf.key_local = local;
	(void)snprintf(r->connection, sizeof(r->connection), "%s",
	    places[place].connection);
	(void)snprintf(r->rhost, sizeof(r->rhost), "%s", places[place].rhost);
	(void)snprintf(r->tty, sizeof(r->tty), "%s", places[place].tty);
	return local == KF_KEY_LOCAL_ALWAYS ||
	    (local == KF_KEY_LOCAL_AUTO && places[place].local);
}

/* Writes a set as letters, "-" for each way that is not in it. */
static void
write_set(unsigned set, size_t count, char text[4])
{
	for (size_t i = 0; i < count; i++)
		text[i] = '-';
	for (size_t i = 0; i < count; i++)
		if ((set >> i & 1) != 0)
			text[i] = "KTR"[i];
	text[count] = '\0';
}

static unsigned
offered(void)
{
	unsigned set = 0;

	for (size_t i = 0; i < kf_way_count; i++)
		if (kf_ways[i].is_offered(&play.s))
			set |= kf_ways[i].kind == KF_KIND_KEY ? KEY :
			    kf_ways[i].kind == KF_KIND_TOTP ? TOTP : RECOVERY;
	return set;
}

/* Runs the ladder, and looks for the row of its result in the table. */
static void
hold(const char *const *rows, size_t count, const char *who, unsigned factors,
    bool reach)
{
	char allowed[4], ways[4], row[128];
	bool proved = kf_ladder_prove(&play.s);

	write_set(factors, 2, allowed);
	write_set(offered(), 3, ways);
	(void)snprintf(row, sizeof(row), "%-3s %-2s %-4s | %-3s | %-21s | %s",
	    who, allowed, reach ? "here" : "far",
	    play.s.standing == KF_STANDING_ENROLLED || !play.s.known ? ways :
	    "---", play.asked, play.s.reason);
	assert_false(proved);
	/* Only a known person is told why; always, if nothing was asked. */
	if (!play.s.known)
		assert_null(play.words);
	else if (play.asked[0] == '\0')
		assert_non_null(play.words);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i], row) == 0)
			return;
	print_error("not in the table: %s\n", row);
	fail();
}

static void
everybody(bool is_known)
{
	for (unsigned mixture = 0; mixture < 8 * 3 * 3 * UNIT_COUNT(places);
	    mixture++) {
		unsigned enrolled = mixture % 8;
		unsigned factors = mixture / 8 % 3 + 1;
		enum kf_key_local local =
		    (enum kf_key_local)(mixture / 24 % 3);
		char who[4];
		bool reach;

		set_up(enrolled, factors, is_known);
		reach = go_to(mixture / 72, local);
		write_set(enrolled, 3, who);
		if (is_known)
			hold(known, UNIT_COUNT(known), who, factors, reach);
		else
			hold(stranger, UNIT_COUNT(stranger), play.s.standing ==
			    KF_STANDING_ENROLLED ? "yes" : "no", factors,
			    reach);
	}
}

static void
known_persons(void **state)
{
	(void)state;
	everybody(true);
}

/* Only the reason in the log may depend on what a stranger has enrolled. */
static void
strangers(void **state)
{
	const size_t half = UNIT_COUNT(stranger) / 2;

	(void)state;
	for (size_t i = 0; i < half; i++)
		assert_memory_equal(stranger[i] + 3, stranger[half + i] + 3,
		    (size_t)(strrchr(stranger[i], '|') - stranger[i]) - 3);
	everybody(false);
}

/* ------------------------------------------------- how the ladder goes on */

static void
ends(void **state)
{
	(void)state;
	/* A proof ends the ladder, by a key or by a code. */
	set_up(KEY | TOTP, KEY | TOTP, true);
	play.key_end[0] = KF_KEYS_PROVED;
	assert_true(kf_ladder_prove(&play.s));
	assert_string_equal(play.asked, "key");
	set_up(KEY | TOTP, KEY | TOTP, true);
	play.code_end[0] = KF_CODES_PROVED;
	assert_true(kf_ladder_prove(&play.s));
	assert_string_equal(play.asked, "key code/key (insert)");
	/* Values that differ from a proof in one bit are no proof. */
	set_up(KEY | TOTP, KEY | TOTP, true);
	play.key_end[0] = (enum kf_keys_end)(KF_KEYS_PROVED ^ 1);
	play.code_end[0] = (enum kf_codes_end)(KF_CODES_PROVED ^ 0x1000);
	assert_false(kf_ladder_prove(&play.s));
	/* When the caller is gone, no code is asked for. */
	set_up(KEY | TOTP, KEY | TOTP, true);
	play.key_end[0] = KF_KEYS_OVER;
	assert_false(kf_ladder_prove(&play.s));
	assert_string_equal(play.asked, "key");
	/* Enter looks for the key once more, and then asks again. */
	set_up(KEY | TOTP, KEY | TOTP, true);
	play.code_end[0] = KF_CODES_KEY;
	play.key_end[1] = KF_KEYS_FAILED;
	assert_false(kf_ladder_prove(&play.s));
	assert_string_equal(play.asked,
	    "key code/key (insert) key code/key");
	assert_int_equal(play.equalised, 0);
	set_up(KEY | TOTP, KEY | TOTP, true);
	play.code_end[0] = KF_CODES_KEY;
	play.key_end[1] = KF_KEYS_PROVED;
	assert_true(kf_ladder_prove(&play.s));
	/* A stranger's Enter takes as long as an answer; no text is shown. */
	set_up(KEY | TOTP, KEY | TOTP, false);
	play.code_end[0] = KF_CODES_KEY;
	assert_false(kf_ladder_prove(&play.s));
	assert_string_equal(play.asked, "key code/key key code/key");
	assert_int_equal(play.equalised, 1);
	assert_null(play.words);
}

/* The texts for a known person who has only keys. */
static void
words(void **state)
{
	(void)state;
	set_up(KEY, KEY, true);
	assert_false(kf_ladder_prove(&play.s));
	assert_string_equal(play.words, "No security key of yours was found.");
	set_up(KEY, KEY, true);
	play.s.reason = "key-busy";
	assert_false(kf_ladder_prove(&play.s));
	assert_string_equal(play.words,
	    "The security key is in use by another program.");
	set_up(KEY, KEY, true);
	play.key_end[0] = KF_KEYS_FAILED;
	assert_false(kf_ladder_prove(&play.s));
	assert_null(play.words);
	set_up(KEY, KEY, true);
	play.s.conf.key_local = KF_KEY_LOCAL_NEVER;
	assert_false(kf_ladder_prove(&play.s));
	assert_string_equal(play.words, "Your security key cannot be asked "
	    "from here, and you have no other way. Ask your administrator.");
	assert_int_equal(play.s.deny, KF_DENY_MAXTRIES);
	set_up(0, KEY, true);
	play.s.standing = KF_STANDING_BROKEN;
	assert_false(kf_ladder_prove(&play.s));
	assert_int_equal(play.s.deny, KF_DENY_UNAVAILABLE);
	assert_string_equal(play.s.reason, "enrolment-damaged");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(known_persons),
		UNIT_TEST(strangers),
		UNIT_TEST(ends),
		UNIT_TEST(words),
	};

	unit_start();
	return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
