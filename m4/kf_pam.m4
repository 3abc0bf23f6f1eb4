# Finds libpam, and the directory where the system's libpam looks for modules.

# Older versions of Linux-PAM have no pam.pc; then -lpam is tried.
AC_DEFUN([KF_LIB_PAM], [
	PKG_CHECK_MODULES([PAM], [pam], [], [PAM_CFLAGS= PAM_LIBS=-lpam])
	kf_save_LIBS=$LIBS
	kf_save_CPPFLAGS=$CPPFLAGS
	LIBS="$PAM_LIBS $LIBS"
	CPPFLAGS="$CPPFLAGS $PAM_CFLAGS"
	AC_MSG_CHECKING([for Linux-PAM's headers])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <security/pam_modules.h>
#include <security/pam_ext.h>
#include <security/pam_modutil.h>
		]], [])], [AC_MSG_RESULT([yes])], [
		AC_MSG_RESULT([no])
		AC_MSG_ERROR([Linux-PAM's headers are needed (libpam0g-dev, pam-devel)])
	])
	AC_CHECK_FUNC([pam_modutil_getpwnam], [],
		[AC_MSG_ERROR([Linux-PAM's library is needed (libpam0g-dev, pam-devel)])])
	AC_CHECK_FUNC([pam_start_confdir], [],
		[AC_MSG_WARN([this libpam has no pam_start_confdir: the tests of the module need Linux-PAM 1.4])])
	LIBS=$kf_save_LIBS
	CPPFLAGS=$kf_save_CPPFLAGS

	AC_CACHE_CHECK([where the system's libpam finds its modules],
		[kf_cv_pam_system_dir], [
		kf_cv_pam_system_dir=unknown
		kf_triplet=`$CC -print-multiarch 2>/dev/null`
		for kf_dir in ${kf_triplet:+"/usr/lib/$kf_triplet/security"} \
			${kf_triplet:+"/lib/$kf_triplet/security"} \
			/usr/lib64/security /lib64/security \
			/usr/lib/security /lib/security
		do
			AS_IF([test -e "$kf_dir/pam_unix.so"], [
				kf_cv_pam_system_dir=$kf_dir
				break
			])
		done
	])
	AC_SUBST([KF_PAM_SYSTEM_DIR], [$kf_cv_pam_system_dir])
])

# By default the module is installed inside the prefix.  If libpam does not look
# there, this says which option installs it into the system's directory.
AC_DEFUN([KF_REPORT_PAM_DIR], [
	kf_prefix=$prefix
	kf_exec_prefix=$exec_prefix
	AS_IF([test "$prefix" = NONE], [prefix=$ac_default_prefix])
	AS_IF([test "$exec_prefix" = NONE], [exec_prefix=$prefix])
	eval "kf_dir=\"$pamdir\""
	eval "kf_dir=\"$kf_dir\""
	eval "kf_dir=\"$kf_dir\""
	prefix=$kf_prefix
	exec_prefix=$kf_exec_prefix
	AC_MSG_NOTICE([the module goes to $kf_dir])
	AS_IF([test "$kf_cv_pam_system_dir" != unknown &&
		test "$kf_cv_pam_system_dir" != "$kf_dir"], [
		kf_here=`cd "$kf_dir" 2>/dev/null && pwd -P`
		kf_there=`cd "$kf_cv_pam_system_dir" 2>/dev/null && pwd -P`
		AS_IF([test "$kf_here" != "$kf_there"], [
			AC_MSG_NOTICE([this system's libpam loads modules from $kf_cv_pam_system_dir])
			AC_MSG_NOTICE([so name the module by its full path, or configure --with-pam-dir=$kf_cv_pam_system_dir])
		])
	])
])
