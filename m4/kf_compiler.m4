# The flags of every compilation: the language, and warnings.  Each flag is
# tried first, and left out if this compiler does not know it.

# KF_TRY_CFLAG(VARIABLE, FLAG)
# Append FLAG to VARIABLE if the compiler accepts it without a warning.
AC_DEFUN([KF_TRY_CFLAG], [
	AS_VAR_PUSHDEF([kf_cache], [kf_cv_cflag_$2])
	AC_CACHE_CHECK([whether $CC takes $2], [kf_cache], [
		kf_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -Werror $2"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]],
			[[char b[8]; memset(b, 0, sizeof(b)); return b[0];]])],
			[AS_VAR_SET([kf_cache], [yes])],
			[AS_VAR_SET([kf_cache], [no])])
		CFLAGS=$kf_save_CFLAGS
	])
	AS_VAR_IF([kf_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
	AS_VAR_POPDEF([kf_cache])
])

# KF_TRY_LDFLAG(VARIABLE, FLAG)
# The same for the linker.  --fatal-warnings is needed because GNU ld only warns
# about a -z keyword that it does not know.
AC_DEFUN([KF_TRY_LDFLAG], [
	AS_VAR_PUSHDEF([kf_cache], [kf_cv_ldflag_$2])
	AC_CACHE_CHECK([whether the linker takes $2], [kf_cache], [
		kf_save_LDFLAGS=$LDFLAGS
		LDFLAGS="$LDFLAGS -Wl,--fatal-warnings $2"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[AS_VAR_SET([kf_cache], [yes])],
			[AS_VAR_SET([kf_cache], [no])])
		LDFLAGS=$kf_save_LDFLAGS
	])
	AS_VAR_IF([kf_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
	AS_VAR_POPDEF([kf_cache])
])

AC_DEFUN([KF_COMPILER], [
	KF_STD_CFLAGS=
	KF_TRY_CFLAG([KF_STD_CFLAGS], [-std=c11])
	AS_IF([test -z "$KF_STD_CFLAGS"],
		[AC_MSG_ERROR([a compiler for C11 is needed])])
	AC_SUBST([KF_STD_CFLAGS])
])

# A warning with -Werror= is an error in every build, because it is certainly a
# mistake.  Plain -Werror is for development alone, because the next compiler
# may have new warnings.  -Wconversion warns about cmocka's macros, so the tests
# are compiled without it.
AC_DEFUN([KF_WARNINGS], [
	KF_WARN_CFLAGS=
	m4_foreach_w([kf_flag], [
		-Wall -Wextra -Wimplicit-fallthrough
		-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
		-Wpointer-arith -Wwrite-strings -Wshadow -Wundef -Wvla
		-Wtrampolines -Wbidi-chars=any
		-Werror=implicit
		-Werror=incompatible-pointer-types -Werror=int-conversion
	], [KF_TRY_CFLAG([KF_WARN_CFLAGS], kf_flag)])
	KF_TRY_CFLAG([KF_WARN_CFLAGS], [-Wformat=2 -Werror=format-security])
	AS_IF([test "$enable_werror" = yes],
		[KF_WARN_CFLAGS="$KF_WARN_CFLAGS -Werror"])
	KF_WARN_CONVERSION=
	KF_TRY_CFLAG([KF_WARN_CONVERSION], [-Wconversion])
	KF_TRY_CFLAG([KF_WARN_CONVERSION], [-Wsign-conversion])
	AC_SUBST([KF_WARN_CFLAGS])
	AC_SUBST([KF_WARN_CONVERSION])
])
