/*
 * What one login with a code costs through the module: wall and CPU time of
 * pam_authenticate, beside a bare fork and exec of /bin/true in the same run,
 * since a machine's own speed says nothing.  Runs in the throw-away system, as
 * root: make bench.
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

/* Of this process and of its children that have ended. */
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
	double wall = wall_now(), cpu = cpu_now();

	work(run);
	cost->wall[run] = wall_now() - wall;
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

int
main(void)
{
	static struct cost login, bare;
	double wall, cpu, bare_wall, bare_cpu;

	people_start(RUNS);
	for (size_t run = 0; run < RUNS; run++) {
		measure(log_in, run, &login);
		measure(run_true, run, &bare);
	}
	wall = median(login.wall);
	cpu = median(login.cpu);
	bare_wall = median(bare.wall);
	bare_cpu = median(bare.cpu);
	(void)printf("login:     %6.2f ms wall, %6.2f ms CPU (median of %d)\n"
	    "/bin/true: %6.2f ms wall, %6.2f ms CPU\n"
	    "ratio:     %6.2f wall,    %6.2f CPU\n", wall, cpu, RUNS,
	    bare_wall, bare_cpu, wall / bare_wall, cpu / bare_cpu);
	return 0;
}
