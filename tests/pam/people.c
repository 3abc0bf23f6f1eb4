/* People, stacks and conversations; see people.h. */
#include "tests/pam/people.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/paths.h"
#include "factors/totp.h"
#include "policy/conf.h"
#include "processes/privileges.h"
#include "store/seal.h"
#include "store/store.h"

#define FIRST_UID 700000
#define MAX_PEOPLE 1024

static struct person people[MAX_PEOPLE];
static size_t made, used;
static pid_t owner;
static char passwd[1 << 16];
static size_t passwd_len;
static struct kf_machine_key key;

static void __attribute__((noreturn))
die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(99);
}

static int64_t
soon(void)
{
	return kf_clock_monotonic() + 10000;
}

int64_t
people_clock(void)
{
	return kf_clock_monotonic();
}

static struct kf_store *
open_store(void)
{
	struct kf_store *store = NULL;
	struct kf_conf conf;

	kf_conf_default(&conf);
	return kf_store_open(conf.store, &store) == KF_OK ? store : NULL;
}

/* Files */

static void
write_whole(const char *path, const void *bytes, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len ||
	    fchmod(fd, mode) != 0 || close(fd) != 0)
		die(path);
}

void
people_write(const char *name, const char *text)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), PEOPLE_DIR "/%s", name);
	write_whole(path, text, strlen(text), 0644);
}

void
people_service(const char *service, const char *lines)
{
	char path[256], text[4096];
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "pam.d/%s", service);
	for (; *lines != '\0' && len < sizeof(text) - 100; lines++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s",
		    *lines == '@' ? 99 : 1, *lines == '@' ?
		    PEOPLE_DIR "/pam_keyfirst.so" : lines);
	text[len] = '\0';
	people_write(path, text);
}

static void
copy_module(void)
{
	static char bytes[4 << 20];
	const char *build = getenv("builddir");
	char path[PATH_MAX];
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/.libs/pam_keyfirst.so",
	    build != NULL ? build : ".");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : -1;
	if (len <= 0 || close(fd) != 0)
		die(path);
	write_whole(PEOPLE_DIR "/pam_keyfirst.so", bytes, (size_t)len, 0755);
}

static void
make_stacks(void)
{
	if ((mkdir(PEOPLE_DIR, 0755) != 0 && errno != EEXIST) ||
	    (mkdir(PEOPLE_DIR "/pam.d", 0755) != 0 && errno != EEXIST))
		die(PEOPLE_DIR);
	copy_module();
	people_write("conf", "[default]\n");
	people_write("conf1", "[default]\ntries = 1\n");
	people_service("stranger", "auth required @ conf=" PEOPLE_DIR
	    "/conf\n");
	people_service("known", "auth required @ after_first_factor conf="
	    PEOPLE_DIR "/conf\n");
	people_service("stranger1", "auth required @ conf=" PEOPLE_DIR
	    "/conf1\n");
	people_service("known1", "auth required @ after_first_factor conf="
	    PEOPLE_DIR "/conf1\n");
}

/* People */

static void
write_passwd(void)
{
	size_t size = passwd_len + MAX_PEOPLE * 64;
	char *text = malloc(size);
	size_t len = passwd_len;

	if (text == NULL)
		die("memory");
	memcpy(text, passwd, passwd_len);
	for (size_t i = 0; i < made; i++)
		len += (size_t)snprintf(text + len, size - len,
		    "%s:x:%u:%u::/:/bin/false\n", people[i].name,
		    people[i].uid, people[i].uid);
	write_whole("/etc/passwd.kf", text, len, 0644);
	if (rename("/etc/passwd.kf", "/etc/passwd") != 0)
		die("/etc/passwd");
	free(text);
}

static struct person *
make_person(void)
{
	struct person *p = &people[made];

	if (made == MAX_PEOPLE)
		die("too many people");
	p->uid = FIRST_UID + (uint32_t)made++;
	(void)snprintf(p->name, sizeof(p->name), "kfp%u", p->uid);
	return p;
}

static uint64_t
step_now(void)
{
	return (uint64_t)kf_clock_wall() / 30;
}

static struct kf_totp
totp_of_all(void)
{
	return (struct kf_totp){ .algorithm = KF_SHA1, .digits = 6,
		.period = 30, .first_step = step_now() - 10 };
}

static void
enrol(struct kf_store *store, struct person *p)
{
	struct kf_person person = { .uid = p->uid };
	struct kf_authenticator *a = NULL;
	struct kf_secret seed;
	unsigned char random[10];

	(void)snprintf(person.name, sizeof(person.name), "%s", p->name);
	if (kf_random(random, sizeof(random)) != KF_OK)
		die("random bytes");
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(p->seed + 2 * i, 3, "%02x", random[i]);
	if (kf_secret_set(&seed, p->seed, 20) != KF_OK ||
	    kf_enrolment_add(&person, KF_KIND_TOTP, &a) != KF_OK)
		die("enrolment");
	(void)snprintf(a->by, sizeof(a->by), "test");
	a->totp = totp_of_all();
	if (kf_seal(&key, p->uid, a->tag, &seed, a->totp.sealed,
	    &a->totp.sealed_len) != KF_OK)
		die("seal");
	if (kf_store_put(store, &person, soon()) != KF_OK)
		die("kf_store_put");
	p->enrolled = true;
}

/*
 * Calls work for each enrolled person in a child that runs as the service user.
 * Returns the state that work has stored in shared memory; NULL on an error.
 */
static struct kf_state *
as_service(enum kf_err (*work)(struct kf_store *, const struct person *,
    struct kf_state *, unsigned), const struct person *p, size_t count,
    unsigned argument)
{
	static struct kf_state *shared;
	uid_t uid;
	gid_t gid;
	int status = 1;
	pid_t pid;

	if (shared == NULL)
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct kf_store *store;

		if (kf_service_user(&uid, &gid) != KF_OK ||
		    kf_privileges_drop(uid, gid, 3) != KF_OK ||
		    (store = open_store()) == NULL)
			_exit(1);
		for (size_t i = 0; i < count; i++)
			if (p[i].enrolled && work(store, &p[i], shared,
			    argument) != KF_OK)
				_exit(2);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return NULL;
	return shared;
}

static enum kf_err
create_state(struct kf_store *store, const struct person *p,
    struct kf_state *state, unsigned argument)
{
	(void)state;
	(void)argument;
	if (kf_store_delete_state(store, p->uid, soon()) != KF_OK)
		return KF_ERR_IO;
	return kf_store_create_state(store, p->uid, soon());
}

/* At exit: removes the enrolments, and the people from /etc/passwd. */
static void
restore(void)
{
	char path[PATH_MAX];

	if (getpid() != owner)
		return;
	for (size_t i = 0; i < made; i++) {
		(void)snprintf(path, sizeof(path), "%s/enrolled/%u",
		    kf_path_store, people[i].uid);
		(void)unlink(path);
	}
	made = 0;
	write_passwd();
}

void
people_start(size_t count)
{
	struct kf_store *store;
	int fd;

	(void)umask(022);
	if (geteuid() != 0 || access("/run/keyfirst-throwaway", F_OK) != 0) {
		errno = EPERM;
		die("runs as root in the throw-away system only");
	}
	fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	passwd_len = (size_t)read(fd, passwd, sizeof(passwd));
	if (fd < 0 || passwd_len >= sizeof(passwd) || close(fd) != 0)
		die("/etc/passwd");
	make_stacks();
	if (kf_machine_key_load(kf_path_machine_key, &key) != KF_OK)
		die(kf_path_machine_key);
	store = open_store();
	if (store == NULL)
		die(kf_path_store);
	owner = getpid();
	if (atexit(restore) != 0)
		die("atexit");
	for (size_t i = 0; i < count; i++)
		enrol(store, make_person());
	kf_store_close(store);
	write_passwd();
	if (as_service(create_state, people, made, 0) == NULL)
		die("state of people");
}

struct person *
people_next(void)
{
	assert_true(used < made && people[used].enrolled);
	return &people[used++];
}

struct person *
people_unenrolled(void)
{
	struct person *p = make_person();

	write_passwd();
	return p;
}

/* Codes */

static void
code_of_step(const struct person *p, uint64_t step, char *code)
{
	const struct kf_totp totp = totp_of_all();
	struct kf_secret seed;

	assert_int_equal(kf_secret_set(&seed, p->seed, 20), KF_OK);
	assert_int_equal(kf_totp_generate(&totp, &seed, step, code), KF_OK);
}

void
people_code(const struct person *p, int steps, char *code)
{
	code_of_step(p, step_now() + (uint64_t)steps, code);
}

void
people_recovery(const struct person *p,
    char texts[KF_RECOVERY_CODES][KF_RECOVERY_TEXT])
{
	struct kf_store *store = open_store();
	struct kf_person person = { 0 };
	struct kf_authenticator *a;

	assert_non_null(store);
	assert_int_equal(kf_store_get(store, p->uid, soon(), &person), KF_OK);
	a = kf_enrolment_find(&person, "R");
	if (a != NULL)
		kf_enrolment_remove(&person, a);
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_RECOVERY, &a),
	    KF_OK);
	assert_int_equal(kf_recovery_make(p->uid, a->tag, &a->recovery, texts),
	    KF_OK);
	assert_int_equal(kf_store_put(store, &person, soon()), KF_OK);
	kf_store_close(store);
}

void
people_wrong(const struct person *p, char *code)
{
	uint64_t now = step_now();
	char other[9];
	bool taken = true;

	for (unsigned n = 100000; taken; n++) {
		(void)snprintf(code, 9, "%06u", n);
		taken = false;
		for (uint64_t s = now - 8; p->enrolled && s <= now + 8; s++) {
			code_of_step(p, s, other);
			taken = taken || strcmp(other, code) == 0;
		}
	}
}

/* State */

static enum kf_err
read_state(struct kf_store *store, const struct person *p,
    struct kf_state *state, unsigned argument)
{
	(void)argument;
	return kf_store_state(store, p->uid, soon(), state);
}

struct kf_state
people_state(const struct person *p)
{
	struct kf_state *state = as_service(read_state, p, 1, 0);

	assert_non_null(state);
	return *state;
}

static enum kf_err
unlock(struct kf_store *store, const struct person *p, struct kf_state *state,
    unsigned argument)
{
	(void)state;
	(void)argument;
	return kf_store_unlock(store, p->uid, soon());
}

void
people_unlock(const struct person *p)
{
	assert_non_null(as_service(unlock, p, 1, 0));
}

/*
 * argument: the position in the lowest bit, the number of failures above it.
 * Writes them directly to the state file, because the store would refuse
 * guesses so soon after one another.  Both slots get the same counts, and the
 * second slot the higher sequence.
 */
static enum kf_err
fail_often(struct kf_store *store, const struct person *p,
    struct kf_state *state, unsigned argument)
{
	const struct kf_throttle throttle = { 10, 1800 };
	const enum kf_position position = (enum kf_position)(argument % 2);
	char slots[KF_STATE_SIZE], path[300];
	struct kf_state s = { 0 }, other = { 0 };
	enum kf_err err = KF_OK;
	int fd;

	(void)store;
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/state/%s%u", kf_path_store,
	    position == KF_POSITION_KNOWN ? "" : "strangers.", p->uid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || pread(fd, slots, sizeof(slots), 0) != sizeof(slots) ||
	    kf_state_parse(slots, &s) != KF_OK ||
	    kf_state_parse(slots + KF_SLOT_SIZE, &other) != KF_OK)
		return KF_ERR_IO;
	if (other.sequence > s.sequence)
		s = other;
	for (unsigned i = 0; i < argument / 2; i++)
		kf_throttle_charge(&s.counts[position], &throttle,
		    kf_clock_wall());
	for (int i = 0; i < KF_SLOTS && err == KF_OK; i++) {
		s.sequence += 2;
		err = kf_state_format(&s, slots + i * KF_SLOT_SIZE);
	}
	if (err == KF_OK && pwrite(fd, slots, sizeof(slots), 0) !=
	    sizeof(slots))
		err = KF_ERR_IO;
	(void)close(fd);
	return err;
}

void
people_fail(const struct person *p, enum kf_position position,
    unsigned failures)
{
	assert_non_null(as_service(fail_often, p, 1,
	    failures * 2 + (unsigned)position));
}

/* Conversations */

static void
note(struct script *s, char kind, const char *text)
{
	size_t len = strlen(s->transcript);

	(void)snprintf(s->transcript + len, sizeof(s->transcript) - len,
	    "%c:%s\n", kind, text);
}

/* Handles one message, and returns a PAM code; the module frees *answer. */
static int
answer_one(struct script *s, const struct pam_message *m, char **answer)
{
	unsigned n = s->prompts;
	bool is_prompt = m->msg_style == PAM_PROMPT_ECHO_ON ||
	    m->msg_style == PAM_PROMPT_ECHO_OFF;

	*answer = NULL;
	note(s, m->msg_style == PAM_PROMPT_ECHO_ON ? 'E' :
	    m->msg_style == PAM_PROMPT_ECHO_OFF ? 'B' :
	    m->msg_style == PAM_ERROR_MSG ? 'e' : 'i', m->msg);
	if (!is_prompt)
		return PAM_SUCCESS;
	s->prompts++;
	if (s->prompted != NULL)
		s->prompted(s->context, s->pamh);
	if (n >= PEOPLE_COUNT(s->answers))
		return PAM_CONV_ERR;
	if (s->codes[n] == PAM_SUCCESS && s->answers[n] != NULL)
		*answer = strdup(s->answers[n]);
	return s->codes[n];
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *context)
{
	struct pam_response *r = calloc((size_t)count, sizeof(*r));
	int rc = r != NULL ? PAM_SUCCESS : PAM_BUF_ERR;

	for (int i = 0; i < count && rc == PAM_SUCCESS; i++)
		rc = answer_one(context, messages[i], &r[i].resp);
	if (rc != PAM_SUCCESS) {
		free(r);
		r = NULL;
	}
	*responses = r;
	return rc;
}

/*
 * The module calls this function instead of libpam's, so that a test sees the
 * exact delay that it asks for; libpam varies it at random.
 */
static unsigned delay_asked;

int
pam_fail_delay(pam_handle_t *pamh, unsigned microseconds)
{
	(void)pamh;
	delay_asked = microseconds;
	return PAM_SUCCESS;
}

pam_handle_t *
people_open(const char *service, const char *user, struct script *script)
{
	const struct pam_conv conv = { converse, script };
	pam_handle_t *pamh = NULL;

	assert_int_equal(pam_start_confdir(service, user, &conv,
	    PEOPLE_DIR "/pam.d", &pamh), PAM_SUCCESS);
	script->pamh = pamh;
	return pamh;
}

void
people_close(pam_handle_t *pamh, int rc)
{
	assert_int_equal(pam_end(pamh, rc), PAM_SUCCESS);
}

int
people_authenticate(const char *service, const char *user,
    struct script *script)
{
	pam_handle_t *pamh = people_open(service, user, script);
	int rc;

	delay_asked = 0;
	rc = pam_authenticate(pamh, script->flags);
	script->delay = delay_asked;
	people_close(pamh, rc);
	return rc;
}
