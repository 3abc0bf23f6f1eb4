/*
 * Which files and directories are trusted (common/trust.h), most of it tested
 * through kf_conf_load.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/trust.h"
#include "policy/conf.h"

/*
 * This fstat takes the place of libc's.  As long as replacements is not 0, it
 * replaces the file, counts down, and only then looks at the descriptor.
 */
static const char *replaced;
static unsigned replacements;

int
fstat(int fd, struct stat *st)
{
	if (replaced != NULL && replacements > 0) {
		replacements--;
		assert_int_equal(rename(unit_path("next"), replaced), 0);
		unit_write(unit_path("next"), "[default]\n", 10, 0644);
	}
	return (int)syscall(SYS_newfstatat, fd, "", st, AT_EMPTY_PATH);
}

static enum kf_err
load(const char *path)
{
	struct kf_ini_error error;
	struct kf_conf conf;
	enum kf_err err = kf_conf_load(path, "sshd", &conf, &error);

	assert_int_equal(err != KF_OK, error.reason[0] != '\0');
	return err;
}

static const char good[] = "[default]\ntries = 2\n";

static const char *
fresh_directory(void)
{
	static unsigned n;
	const char *dir = unit_path("d%u", n++);

	assert_int_equal(mkdir(dir, 0755), 0);
	return dir;
}

static void
conf_files(void **state)
{
	char path[256], target[512];
	const char *dir = fresh_directory();

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/conf", dir);
	(void)snprintf(target, sizeof(target), "%s/other", dir);
	assert_int_equal(load(path), KF_ERR_MISSING);
	unit_write(path, good, sizeof(good) - 1, 0644);
	assert_int_equal(load(path), KF_OK);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(load(path), KF_OK);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	assert_int_equal(chmod(path, 0646), 0);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	assert_int_equal(chmod(path, 0644), 0);
	/* A second link: another person might be able to write through it. */
	assert_int_equal(link(path, target), 0);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	assert_int_equal(rename(target, unit_path("gone")), 0);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(unit_path("gone")), 0);
	assert_int_equal(load(path), KF_OK);
	/* Paths that are relative, not below the top, or not canonical. */
	assert_int_equal(load("conf"), KF_ERR_UNTRUSTED);
	assert_int_equal(load(""), KF_ERR_UNTRUSTED);
	assert_int_equal(load("/etc/passwd"), KF_ERR_UNTRUSTED);
	(void)snprintf(target, sizeof(target), "%s/", path);
	assert_int_equal(load(target), KF_ERR_UNTRUSTED);
	(void)snprintf(target, sizeof(target), "%s/../%s/conf", dir,
	    strrchr(dir, '/') + 1);
	assert_int_equal(load(target), KF_ERR_UNTRUSTED);
}

/*
 * A FIFO, a symbolic link, a directory, a socket or too large a file in the
 * place of the configuration: each must be refused without waiting.
 */
static void
conf_special_files(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = unit_path("special");
	const char *target = unit_path("target");
	char big[70000];
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(path), 0);

	unit_write(target, good, sizeof(good) - 1, 0644);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(path), 0);

	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	assert_int_equal(rmdir(path), 0);

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	(void)strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	assert_int_not_equal(load(path), KF_OK);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);

	memset(big, '\n', sizeof(big));
	unit_write(path, big, 65535, 0644);
	assert_int_equal(load(path), KF_OK);
	unit_write(path, big, 65536, 0644);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
	unit_write(path, big, sizeof(big), 0644);
	assert_int_equal(load(path), KF_ERR_UNTRUSTED);
}

static void
trusted_directories(void **state)
{
	char above[128], below[160], conf[192], other[160];

	(void)state;
	(void)snprintf(above, sizeof(above), "%s", fresh_directory());
	(void)snprintf(below, sizeof(below), "%s/below", above);
	(void)snprintf(conf, sizeof(conf), "%s/conf", below);
	(void)snprintf(other, sizeof(other), "%s.moved", above);
	assert_int_equal(mkdir(below, 0755), 0);
	unit_write(conf, good, sizeof(good) - 1, 0644);
	assert_int_equal(load(conf), KF_OK);
	for (unsigned bit = 1; bit <= 0777; bit <<= 1) {
		const char *const dirs[] = { above, below, unit_top };

		for (size_t i = 0; i < UNIT_COUNT(dirs); i++) {
			mode_t mode = (mode_t)(0700 | bit);
			enum kf_err want = (mode & 0022) == 0 ? KF_OK :
			    KF_ERR_UNTRUSTED;

			assert_int_equal(chmod(dirs[i], mode), 0);
			assert_int_equal(load(conf), want);
			assert_int_equal(chmod(dirs[i], 0755), 0);
		}
	}
	/* The sticky bit does not help: everybody can create files there. */
	assert_int_equal(chmod(above, 01777), 0);
	assert_int_equal(load(conf), KF_ERR_UNTRUSTED);
	assert_int_equal(chmod(above, 0755), 0);

	assert_int_equal(rename(above, other), 0);
	assert_int_equal(symlink(other, above), 0);
	assert_int_equal(load(conf), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(above), 0);
	unit_write(above, "", 0, 0755);
	assert_int_equal(load(conf), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(above), 0);
	assert_int_equal(mkfifo(above, 0755), 0);
	assert_int_equal(load(conf), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(above), 0);
	assert_int_equal(load(conf), KF_ERR_MISSING);
	assert_int_equal(rename(other, above), 0);
	assert_int_equal(load(conf), KF_OK);
}

/* A file that belongs to somebody else, or is below such a directory. */
static void
wrong_owner(void **state)
{
	struct kf_trust trust = { .owner = geteuid() + 1, .max = 100 };
	char buf[101];
	size_t len;
	int fd = -1;

	(void)state;
	unit_write(unit_path("mine"), good, sizeof(good) - 1, 0644);
	assert_int_equal(kf_trust_read(unit_path("mine"), &trust, buf,
	    sizeof(buf), &len), KF_ERR_UNTRUSTED);
	trust.owner = geteuid();
	assert_int_equal(kf_trust_read(unit_path("mine"), &trust, buf,
	    sizeof(buf), &len), KF_OK);
	assert_int_equal(len, sizeof(good) - 1);
	assert_string_equal(buf, good);
	assert_int_equal(kf_trust_directory(unit_top, &fd), KF_OK);
	assert_int_equal(close(fd), 0);
	/* The top directory is checked as well: everybody can write to /tmp. */
	(void)snprintf(buf, sizeof(buf), "%s", unit_top);
	memcpy(unit_top, "/tmp", 5);
	assert_int_equal(kf_trust_directory(buf, &fd), KF_ERR_UNTRUSTED);
	memcpy(unit_top, buf, sizeof(buf) < 64 ? sizeof(buf) : 64);
	assert_int_equal(kf_trust_directory(buf, &fd), KF_OK);
	assert_int_equal(close(fd), 0);
}

/* A file that is replaced while it is opened: the new file is read. */
static void
replaced_meanwhile(void **state)
{
	const struct kf_trust trust = { .owner = geteuid(), .max = 100 };
	char path[256], buf[101];
	size_t len;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s", unit_path("moving"));
	unit_write(path, good, sizeof(good) - 1, 0644);
	unit_write(unit_path("next"), "[default]\n", 10, 0644);
	/* The first fstat is that of the directory, not of the file. */
	for (unsigned n = 0; n < 8; n++) {
		replaced = path;
		replacements = n;
		assert_int_equal(kf_trust_read(path, &trust, buf, sizeof(buf),
		    &len), KF_OK);
		assert_int_equal(replacements, 0);
		if (n > 0)
			assert_string_equal(buf, "[default]\n");
	}
	/* When the file is replaced each time, kf_trust_read gives up. */
	replacements = 100000;
	assert_int_equal(kf_trust_read(path, &trust, buf, sizeof(buf), &len),
	    KF_ERR_UNTRUSTED);
	assert_true(replacements > 90000);
	replaced = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(conf_files),
		UNIT_TEST(conf_special_files),
		UNIT_TEST(trusted_directories),
		UNIT_TEST(wrong_owner),
		UNIT_TEST(replaced_meanwhile),
	};

	unit_start();
	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
