/*
 * Opening another module's file as root, and what root accepts from the child
 * (user keyfirst) that parses it, when that child has been taken over.  The
 * test decides what the child sends; see child_seam.h.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enroll_tool/import/import.h"
#include "tests/unit/enroll_tool/child_seam.h"

#define HEX "3132333435363738393031323334353637383930"

/* What the child sends: so many entries, without the last cut bytes. */
static struct kf_import_entry entries[2];
static size_t entries_count;
static size_t cut;

static void
say_entries(void)
{
	(void)!write(3, entries, entries_count * sizeof(entries[0]) - cut);
}

static void
say_without_end(void)
{
	for (;;)
		(void)!write(3, entries, sizeof(entries[0]));
}

static enum kf_err
ask(enum kf_import_format format, const char *user, void (*how)(void),
    struct kf_import_list *list)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	enum kf_err err;

	child_says = how;
	err = kf_import_read(format, fd, user, list);
	(void)close(fd);
	child_is_gone();
	if (err != KF_OK) {
		assert_int_equal(list->count, 0);
		assert_null(list->entries);
	}
	return err;
}

/* A good entry of TOTP, and the END entry. */
static void
prepare(void)
{
	entries[0] = (struct kf_import_entry){
		.line = 1, .user = "alice", .algorithm = KF_SHA1,
		.digits = 6, .period = 30, .seed_len = 20,
	};
	memset(entries[0].seed, 7, 20);
	entries[1] = (struct kf_import_entry){ .why = KF_IMPORT_END };
	entries_count = 2;
	cut = 0;
}

static void
honest(void **state)
{
	struct kf_import_list list;

	(void)state;
	prepare();
	assert_int_equal(ask(KF_IMPORT_OATH, NULL, say_entries, &list), KF_OK);
	assert_int_equal(list.count, 1);
	assert_memory_equal(&list.entries[0], &entries[0], sizeof(entries[0]));
	kf_import_free(&list);
	kf_import_free(&list);
	assert_int_equal(ask(KF_IMPORT_OATH, "alice", say_entries, &list),
	    KF_OK);
	assert_int_equal(list.count, 1);
	kf_import_free(&list);
	entries[0].user[0] = '\0';
	assert_int_equal(ask(KF_IMPORT_GOOGLE, "alice", say_entries, &list),
	    KF_OK);
	assert_int_equal(list.count, 1);
	kf_import_free(&list);
	/* An error of the whole file replaces all entries. */
	entries[1].why = KF_IMPORT_TOO_LARGE;
	assert_int_equal(ask(KF_IMPORT_GOOGLE, "alice", say_entries, &list),
	    KF_OK);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.entries[0].why, KF_IMPORT_TOO_LARGE);
	kf_import_free(&list);
}

static void
lie(const char *what, enum kf_import_format format, const char *user)
{
	struct kf_import_list list;
	enum kf_err err = ask(format, user, say_entries, &list);

	if (err != KF_ERR_PROTOCOL)
		fail_msg("%s: %d", what, (int)err);
}

#define LIE(field, value) \
	do { \
		prepare(); \
		entries[0].field = (value); \
		lie(#field " = " #value, KF_IMPORT_OATH, NULL); \
	} while (0)

/* A good entry of a security key, and the END entry. */
static void
prepare_key(void)
{
	prepare();
	entries[0] = (struct kf_import_entry){
		.line = 1, .user = "alice", .algorithm = KF_ES256,
		.verify = 1, .credential_len = 64, .public_key_len = 64,
	};
}

#define LIE_OF_KEY(field, value) \
	do { \
		prepare_key(); \
		entries[0].field = (value); \
		lie("key: " #field " = " #value, KF_IMPORT_U2F, NULL); \
	} while (0)

static void
lies(void **state)
{
	(void)state;
	LIE(why, KF_IMPORT_END + 1);
	LIE(why, UINT32_MAX);
	LIE(why, KF_IMPORT_END);	/* its line must be 0 */
	LIE(line, 0);
	LIE(line, KF_IMPORT_FILE_MAX + 1);
	LIE(line, UINT32_MAX);
	LIE(algorithm, 0);
	LIE(algorithm, 4);
	LIE(digits, 5);
	LIE(digits, 9);
	LIE(period, 0);
	LIE(period, 14);
	LIE(period, 61);
	LIE(flags, 16);
	LIE(flags, UINT32_MAX);
	LIE(seed_len, 0);
	LIE(seed_len, 19);		/* bytes after it must be 0 */
	LIE(seed_len, KF_SEED_MAX + 1);
	LIE(seed_len, UINT32_MAX);
	LIE(user[0], '\0');
	LIE(user[0], '\n');
	LIE(user[0], '\033');
	LIE(user[0], '\x80');
	prepare();
	memset(entries[0].user, 'a', sizeof(entries[0].user));
	lie("a name without end", KF_IMPORT_OATH, NULL);
	prepare();
	lie("another one", KF_IMPORT_OATH, "bob");
	lie("a name in a file that has none", KF_IMPORT_GOOGLE, "alice");
	prepare();
	entries[0].user[0] = '\0';
	entries[1] = entries[0];
	lie("two where there is one", KF_IMPORT_GOOGLE, "alice");
	prepare();
	entries[1].line = 1;
	lie("an end with a line", KF_IMPORT_OATH, NULL);
	memset(entries, 0xff, sizeof(entries));
	lie("all ones", KF_IMPORT_OATH, NULL);
	memset(entries, 0, sizeof(entries));
	lie("all zeros", KF_IMPORT_OATH, NULL);
}

static void
lies_of_keys(void **state)
{
	struct kf_import_list list;

	(void)state;
	prepare_key();
	assert_int_equal(ask(KF_IMPORT_U2F, "alice", say_entries, &list),
	    KF_OK);
	assert_int_equal(list.count, 1);
	assert_memory_equal(&list.entries[0], &entries[0], sizeof(entries[0]));
	kf_import_free(&list);
	LIE_OF_KEY(algorithm, 0);
	LIE_OF_KEY(algorithm, KF_EDDSA);	/* its keys are shorter */
	LIE_OF_KEY(algorithm, 4);
	LIE_OF_KEY(algorithm, UINT32_MAX);
	LIE_OF_KEY(public_key_len, 0);
	LIE_OF_KEY(public_key_len, 65);
	LIE_OF_KEY(public_key_len, UINT32_MAX);
	LIE_OF_KEY(credential_len, 0);
	LIE_OF_KEY(credential_len, 15);
	LIE_OF_KEY(credential_len, 481);
	LIE_OF_KEY(credential_len, UINT32_MAX);
	LIE_OF_KEY(verify, 2);
	LIE_OF_KEY(verify, UINT32_MAX);
	LIE_OF_KEY(flags, 16);
	LIE_OF_KEY(user[0], '\0');
	LIE_OF_KEY(line, 0);
	prepare_key();
	lie("another one's key", KF_IMPORT_U2F, "bob");
	prepare_key();
	entries[0].public_key_len = 0;
	entries[0].algorithm = 0;
	lie("a key without one", KF_IMPORT_U2F, NULL);
	prepare();
	lie("codes as a key", KF_IMPORT_U2F, NULL);
	prepare_key();
	lie("a key as codes", KF_IMPORT_OATH, NULL);
	memset(entries, 0xff, sizeof(entries));
	lie("all ones", KF_IMPORT_U2F, NULL);
}

/* Without the END entry, all entries are discarded. */
static void
short_and_long(void **state)
{
	struct kf_import_list list;

	(void)state;
	prepare();
	for (cut = 1; cut < sizeof(entries); cut += 61)
		assert_int_equal(ask(KF_IMPORT_OATH, NULL, say_entries, &list),
		    KF_ERR_CLOSED);
	cut = 0;
	entries_count = 0;
	assert_int_equal(ask(KF_IMPORT_OATH, NULL, say_entries, &list),
	    KF_ERR_CLOSED);
	assert_int_equal(ask(KF_IMPORT_OATH, NULL, child_dies, &list),
	    KF_ERR_CLOSED);
	prepare();
	assert_int_equal(ask(KF_IMPORT_OATH, NULL, say_without_end, &list),
	    KF_ERR_PROTOCOL);
}

static void
silence(void **state)
{
	struct kf_import_list list;

	(void)state;
	unit_set_leap(9000);
	assert_int_equal(ask(KF_IMPORT_OATH, NULL, child_stays, &list),
	    KF_ERR_TIMEOUT);
}

/* The real child, except that it does not become user keyfirst. */
static struct kf_import_list
read_text(const char *text, size_t len, const char *user)
{
	const char *path = unit_path("users");
	struct kf_import_list list;
	int fd = -1;

	unit_write(path, text, len, 0600);
	assert_int_equal(kf_import_open(path, false, &fd), KF_EXIT_DONE);
	child_says = NULL;
	assert_int_equal(kf_import_read(KF_IMPORT_OATH, fd, user, &list),
	    KF_OK);
	(void)close(fd);
	return list;
}

static void
files(void **state)
{
	static const char line[] = "HOTP/T30 u - " HEX "\n";
	const size_t len = sizeof(line) - 1;
	const size_t lines = KF_IMPORT_ENTRIES_MAX + 1;
	struct kf_import_list list = read_text(line, len, NULL);
	char *text = malloc(lines * len);

	(void)state;
	assert_int_equal(list.count, 1);
	assert_memory_equal(list.entries[0].seed, "12345678901234567890", 20);
	kf_import_free(&list);
	list = read_text("", 0, NULL);
	assert_int_equal(list.count, 0);
	kf_import_free(&list);
	assert_non_null(text);
	for (size_t i = 0; i < lines; i++)
		memcpy(text + i * len, line, len);
	list = read_text(text, (lines - 1) * len, NULL);
	assert_int_equal(list.count, KF_IMPORT_ENTRIES_MAX);
	assert_int_equal(list.entries[list.count - 1].line,
	    KF_IMPORT_ENTRIES_MAX);
	kf_import_free(&list);
	list = read_text(text, lines * len, NULL);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.entries[0].why, KF_IMPORT_TOO_MANY);
	kf_import_free(&list);
	list = read_text(text, lines * len, "v");
	assert_int_equal(list.count, 0);
	kf_import_free(&list);
	free(text);
}

/* A file that grows after root has checked its size. */
static void
grows(void **state)
{
	const char *path = unit_path("grows");
	struct kf_import_list list;
	int fd = -1;

	(void)state;
	unit_write(path, "", 0, 0600);
	assert_int_equal(kf_import_open(path, false, &fd), KF_EXIT_DONE);
	assert_int_equal(truncate(path, KF_IMPORT_FILE_MAX + 1), 0);
	child_says = NULL;
	assert_int_equal(kf_import_read(KF_IMPORT_OATH, fd, NULL, &list),
	    KF_OK);
	(void)close(fd);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.entries[0].why, KF_IMPORT_TOO_LARGE);
	kf_import_free(&list);
}

static void
opening(void **state)
{
	const char *file = unit_path("file");
	const char *link = unit_path("link");
	const char *fifo = unit_path("fifo");
	const char *large = unit_path("large");
	int fd = 7;

	(void)state;
	unit_write(file, "x", 1, 0600);
	assert_int_equal(symlink(file, link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	unit_write(large, "x", 1, 0600);
	assert_int_equal(truncate(large, KF_IMPORT_FILE_MAX + 1), 0);
	assert_int_equal(kf_import_open(link, false, &fd), KF_EXIT_ERROR);
	assert_int_equal(fd, -1);
	assert_int_equal(kf_import_open(fifo, false, &fd), KF_EXIT_ERROR);
	assert_int_equal(kf_import_open(large, false, &fd), KF_EXIT_ERROR);
	assert_int_equal(kf_import_open(unit_top, false, &fd), KF_EXIT_ERROR);
	assert_int_equal(kf_import_open("/dev/zero", false, &fd),
	    KF_EXIT_ERROR);
	assert_int_equal(kf_import_open(unit_path("none"), false, &fd),
	    KF_EXIT_MISSING);
	assert_int_equal(kf_import_open(unit_path("file/x"), false, &fd),
	    KF_EXIT_MISSING);
	assert_int_equal(chmod(file, 0), 0);
	assert_int_equal(kf_import_open(file, false, &fd), KF_EXIT_ERROR);
	assert_int_equal(fd, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(honest),
		UNIT_TEST(lies),
		UNIT_TEST(lies_of_keys),
		UNIT_TEST(short_and_long),
		UNIT_TEST(silence),
		UNIT_TEST(files),
		UNIT_TEST(grows),
		UNIT_TEST(opening),
	};

	unit_start();
	return cmocka_run_group_tests_name("import_child", tests, NULL, NULL);
}
