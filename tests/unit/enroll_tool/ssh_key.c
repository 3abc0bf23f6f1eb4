/*
 * A credential as OpenSSH key files (enroll_tool/keys/ssh_key.h).  The test
 * parses each field of the files, and has ssh-keygen read them, if it is there.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "enroll_tool/keys/ssh_key.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define END "-----END OPENSSH PRIVATE KEY-----\n"

/* The generator of P-256, so that it is a point on the curve. */
static const unsigned char point[64] =
	"\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2"
	"\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96"
	"\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16"
	"\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5";

static struct kf_key
make_key(uint32_t algorithm, size_t credential_len, const char *rp_id)
{
	struct kf_key key = {
		.algorithm = algorithm,
		.credential_len = credential_len,
		.public_key_len = kf_public_key_size(algorithm),
	};

	(void)snprintf(key.rp_id, sizeof(key.rp_id), "%s", rp_id);
	memset(key.credential, 0x5a, credential_len);
	if (algorithm == KF_ES256)
		memcpy(key.public_key, point, sizeof(point));
	else
		memset(key.public_key, 0x17, key.public_key_len);
	return key;
}

/* --- reading back --- */

struct cursor {
	const unsigned char *p;
	size_t left;
};

static uint32_t
number(struct cursor *c)
{
	uint32_t n;

	assert_true(c->left >= 4);
	n = (uint32_t)c->p[0] << 24 | (uint32_t)c->p[1] << 16 |
	    (uint32_t)c->p[2] << 8 | c->p[3];
	c->p += 4;
	c->left -= 4;
	return n;
}

static struct cursor
string(struct cursor *c)
{
	struct cursor s = { .left = number(c) };

	assert_true(c->left >= s.left);
	s.p = c->p;
	c->p += s.left;
	c->left -= s.left;
	return s;
}

static void
expect_bytes(struct cursor *c, const void *bytes, size_t len)
{
	struct cursor s = string(c);

	assert_int_equal(s.left, len);
	if (len > 0)
		assert_memory_equal(s.p, bytes, len);
}

static void
expect(struct cursor *c, const char *text)
{
	expect_bytes(c, text, strlen(text));
}

static size_t
decode(const char *text, size_t len, unsigned char *bytes)
{
	char joined[KF_SSH_PRIVATE_SIZE];
	size_t n = 0;
	int out;

	for (size_t i = 0; i < len; i++)
		if (text[i] != '\n')
			joined[n++] = text[i];
	joined[n] = '\0';
	assert_int_equal(n % 4, 0);
	out = EVP_DecodeBlock(bytes, (const unsigned char *)joined, (int)n);
	assert_true(out >= 0);
	for (size_t i = n; i > n - 2 && joined[i - 1] == '='; i--)
		out--;
	return (size_t)out;
}

static void
expect_public(struct cursor *c, const struct kf_key *key)
{
	unsigned char q[65] = { 4 };

	if (key->algorithm == KF_ES256) {
		memcpy(q + 1, key->public_key, 64);
		expect(c, "sk-ecdsa-sha2-nistp256@openssh.com");
		expect(c, "nistp256");
		expect_bytes(c, q, sizeof(q));
	} else {
		expect(c, "sk-ssh-ed25519@openssh.com");
		expect_bytes(c, key->public_key, 32);
	}
	expect(c, key->rp_id);
}

static void
check_private(const struct kf_key *key, const char *comment)
{
	char text[KF_SSH_PRIVATE_SIZE];
	unsigned char bytes[KF_SSH_PRIVATE_SIZE];
	struct cursor all, public, private;
	uint32_t check;
	size_t len = 0;

	assert_int_equal(kf_ssh_key_private(key, comment, text, &len), KF_OK);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(text, BEGIN, strlen(BEGIN));
	assert_string_equal(text + len - strlen(END), END);
	all.p = bytes;
	all.left = decode(text + strlen(BEGIN),
	    len - strlen(BEGIN) - strlen(END), bytes);
	assert_memory_equal(all.p, "openssh-key-v1", 15);
	all.p += 15;
	all.left -= 15;
	expect(&all, "none");
	expect(&all, "none");
	expect(&all, "");
	assert_int_equal(number(&all), 1);
	public = string(&all);
	expect_public(&public, key);
	assert_int_equal(public.left, 0);
	private = string(&all);
	assert_int_equal(all.left, 0);
	assert_int_equal(private.left % 8, 0);
	check = number(&private);
	assert_int_equal(number(&private), check);
	expect_public(&private, key);
	assert_true(private.left > 1);
	assert_int_equal(*private.p, key->verify ? 0x05 : 0x01);
	private.p++;
	private.left--;
	expect_bytes(&private, key->credential, key->credential_len);
	expect(&private, "");
	expect(&private, comment);
	assert_true(private.left < 8);
	for (unsigned char i = 1; private.left > 0; i++) {
		assert_int_equal(*private.p, i);
		private.p++;
		private.left--;
	}
}

static void
bytes(void **state)
{
	char rp_id[KF_KEY_RP_ID_SIZE];
	struct kf_key key;

	(void)state;
	memset(rp_id, 'x', sizeof(rp_id) - 1);
	memcpy(rp_id, "ssh:", 4);
	rp_id[sizeof(rp_id) - 1] = '\0';
	for (uint32_t algorithm = KF_ES256; algorithm <= KF_EDDSA;
	    algorithm++) {
		for (size_t len = KF_KEY_CREDENTIAL_MIN;
		    len <= KF_KEY_CREDENTIAL_MAX; len += 29) {
			key = make_key(algorithm, len, "ssh:");
			check_private(&key, "a key");
			key.verify = true;
			check_private(&key, "");
		}
		key = make_key(algorithm, KF_KEY_CREDENTIAL_MAX, rp_id);
		check_private(&key, "0123456789012345678901234567890123456789"
		    "0123456789012345678901234567890123456789"
		    "012345678901234567890123456789012345678901234567");
	}
}

static void
refused(void **state)
{
	char private[KF_SSH_PRIVATE_SIZE], public[KF_SSH_PUBLIC_SIZE];
	char long_comment[KF_SSH_COMMENT_SIZE + 1];
	struct kf_key key = make_key(KF_RS256, 64, "ssh:");
	size_t len = 7;

	(void)state;
	assert_false(kf_ssh_key_can(KF_RS256));
	assert_false(kf_ssh_key_can(0));
	assert_true(kf_ssh_key_can(KF_ES256));
	assert_true(kf_ssh_key_can(KF_EDDSA));
	assert_int_equal(kf_ssh_key_private(&key, "", private, &len),
	    KF_ERR_RANGE);
	assert_int_equal(kf_ssh_key_public(&key, "", public, &len),
	    KF_ERR_RANGE);
	key = make_key(KF_ES256, 64, "ssh:");
	/* The comment would add another line to authorized_keys. */
	assert_int_equal(kf_ssh_key_public(&key, "x\nssh-rsa AAAA", public,
	    &len), KF_ERR_RANGE);
	memset(long_comment, 'c', sizeof(long_comment) - 1);
	long_comment[sizeof(long_comment) - 1] = '\0';
	assert_int_equal(kf_ssh_key_private(&key, long_comment, private,
	    &len), KF_ERR_RANGE);
	key.public_key_len--;
	assert_int_equal(kf_ssh_key_private(&key, "", private, &len),
	    KF_ERR_RANGE);
}

/* Runs ssh-keygen; said is its output.  False: it is not installed. */
static bool
run_keygen(const char *option, const char *file, char *said, size_t size)
{
	size_t len = 0;
	int status, ends[2];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		(void)execlp("ssh-keygen", "ssh-keygen", option, "-f", file,
		    (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	while ((n = read(ends[0], said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	(void)close(ends[0]);
	said[len] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return false;
	assert_int_equal(status, 0);
	return true;
}

/* Returns the length of "type blob", the line without its comment. */
static size_t
words(const char *line)
{
	const char *space = strchr(line, ' ');

	assert_non_null(space);
	return (size_t)(space - line) + 1 + strcspn(space + 1, " \n");
}

static void
keygen(void **state)
{
	(void)state;
	for (uint32_t algorithm = KF_ES256; algorithm <= KF_EDDSA;
	    algorithm++) {
		char private[KF_SSH_PRIVATE_SIZE], public[KF_SSH_PUBLIC_SIZE];
		struct kf_key key = make_key(algorithm, 70, "ssh:site");
		char said[4096];
		size_t len = 0;

		assert_int_equal(kf_ssh_key_private(&key, "my key", private,
		    &len), KF_OK);
		unit_write(unit_path("id"), private, len, 0600);
		assert_int_equal(kf_ssh_key_public(&key, "my key", public,
		    &len), KF_OK);
		assert_int_equal(len, strlen(public));
		assert_int_equal(public[len - 1], '\n');
		unit_write(unit_path("id.pub"), public, len, 0644);
		if (!run_keygen("-y", unit_path("id"), said, sizeof(said))) {
			print_message("# ssh-keygen is not installed\n");
			skip();
		}
		assert_int_equal(words(said), words(public));
		assert_memory_equal(said, public, words(public));
		/* A fingerprint shows that it has parsed the public file. */
		assert_true(run_keygen("-l", unit_path("id.pub"), said,
		    sizeof(said)));
		assert_non_null(strstr(said, "SHA256:"));
		assert_non_null(strstr(said, " my key "));
		assert_int_equal(unlink(unit_path("id")), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(bytes),
		UNIT_TEST(refused),
		UNIT_TEST(keygen),
	};

	unit_start();
	return cmocka_run_group_tests_name("ssh_key", tests, NULL, NULL);
}
