/* A child of the tool that has been taken over; see child_seam.h. */
#include "tests/unit/enroll_tool/child_seam.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "processes/privileges.h"
#include "tests/unit/unit.h"

void (*child_says)(void);

enum kf_err
kf_service_user(uid_t *uid, gid_t *gid)
{
	*uid = 1;
	*gid = 1;
	return KF_OK;
}

enum kf_err
kf_privileges_drop(uid_t uid, gid_t gid, unsigned first_fd)
{
	(void)uid;
	(void)gid;
	(void)first_fd;
	if (child_says == NULL)
		return KF_OK;
	child_says();
	_exit(0);
}

void
child_stays(void)
{
	for (;;)
		(void)pause();
}

void
child_dies(void)
{
	(void)raise(SIGKILL);
}

void
child_is_gone(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}
