/*
 * Measures what a login through the module costs: wall and CPU time of
 * pam_authenticate with a code, compared with fork and exec of /bin/true in the
 * same run, because times alone depend on the machine.  Given a person whose
 * security key is plugged in and touched at once, and the process id of that
 * (software) key, it measures logins with the key too, without the time of the
 * key's own process.  Runs as root in the throw-away system: make bench.
 */
#include "tests/pam/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS 200

struct cost {
	double wall[RUNS];	/* milliseconds */
	double cpu[RUNS];
};

static double
wall_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* CPU milliseconds of this process and of its children that have ended. */
static double
cpu_now(void)
{
	double sum = 0;

	for (int i = 0; i < 2; i++) {
		struct rusage r;

		(void)getrusage(i == 0 ? RUSAGE_SELF : RUSAGE_CHILDREN, &r);
		sum += (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e3 +
		    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e3;
	}
	return sum;
}

static void
log_in(size_t run)
{
	struct person *p = people_next();
	char code[9];
	struct script script = { .answers = { code } };

	(void)run;
	people_code(p, 0, code);
	if (people_authenticate("known1", p->name, &script) != PAM_SUCCESS) {
		(void)fprintf(stderr, "a login did not succeed\n");
		exit(1);
	}
}

/* The person who has the key, and the process id of the key; NULL: no key. */
static const char *key_owner;
static const char *key_pid;

static void
log_in_with_key(size_t run)
{
	struct script script = { 0 };

	(void)run;
	if (people_authenticate("known1", key_owner, &script) != PAM_SUCCESS ||
	    script.prompts != 0) {
		(void)fprintf(stderr, "a login did not succeed: %s\n",
		    script.transcript);
		exit(1);
	}
}

/* CPU milliseconds of the key's process, which has one thread. */
static double
key_now(void)
{
	char path[64];
	unsigned long long ns = 0;
	FILE *f;

	if (key_pid == NULL)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/%s/schedstat", key_pid);
	f = fopen(path, "r");
	if (f == NULL || fscanf(f, "%llu", &ns) != 1) {
		perror(path);
		exit(1);
	}
	(void)fclose(f);
	return (double)ns / 1e6;
}

static void
run_true(size_t run)
{
	pid_t pid = fork();

	(void)run;
	if (pid == 0) {
		(void)execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	(void)waitpid(pid, NULL, 0);
}

static void
measure(void (*work)(size_t), size_t run, struct cost *cost)
{
	double wall = wall_now(), cpu = cpu_now(), key = key_now();

	work(run);
	cost->wall[run] = wall_now() - wall - (key_now() - key);
	cost->cpu[run] = cpu_now() - cpu;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values)
{
	qsort(values, RUNS, sizeof(*values), compare);
	return values[RUNS / 2];
}

static void
report(const char *what, struct cost *cost, const struct cost *bare)
{
	struct cost copy = *bare;
	double wall = median(cost->wall), cpu = median(cost->cpu);

	(void)printf("%-10s %6.2f ms wall, %6.2f ms CPU (median of %d), "
	    "%5.2f and %5.2f times /bin/true\n", what, wall, cpu, RUNS,
	    wall / median(copy.wall), cpu / median(copy.cpu));
}

int
main(int argc, char **argv)
{
	static struct cost code, key, bare;

	if (argc == 3) {
		key_owner = argv[1];
		key_pid = argv[2];
	} else if (argc != 1) {
		(void)fprintf(stderr, "usage: login [PERSON PID-OF-KEY]\n");
		return 2;
	}
	people_start(RUNS);
	for (size_t run = 0; run < RUNS; run++) {
		measure(log_in, run, &code);
		if (key_owner != NULL)
			measure(log_in_with_key, run, &key);
		measure(run_true, run, &bare);
	}
	report("code:", &code, &bare);
	if (key_owner != NULL) {
		report("key:", &key, &bare);
		(void)printf("key less code: %.2f ms wall, %.2f ms CPU\n",
		    median(key.wall) - median(code.wall),
		    median(key.cpu) - median(code.cpu));
	}
	report("/bin/true:", &bare, &bare);
	return 0;
}
