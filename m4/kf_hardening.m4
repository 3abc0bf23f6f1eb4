# The hardening flags of compiler and linker (OpenSSF's "Compiler Options
# Hardening Guide for C and C++"), each used if it is accepted.  -z nodlopen
# must never be added: libpam loads the module with dlopen.

# Without optimisation _FORTIFY_SOURCE causes a warning, and is left out.  -U is
# needed because a distribution's compiler may set a level of its own.  With
# ASan it is left out too, because ASan checks the plain calls.
AC_DEFUN([KF_FORTIFY], [
	AS_IF([test "$enable_sanitizers" != yes], [
		kf_fortify=
		KF_TRY_CFLAG([kf_fortify],
			[-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3])
		AS_IF([test -z "$kf_fortify"], [KF_TRY_CFLAG([kf_fortify],
			[-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2])])
		KF_HARDEN_CFLAGS="$KF_HARDEN_CFLAGS$kf_fortify"
	])
])

AC_DEFUN([KF_HARDENING], [
	KF_HARDEN_CFLAGS=
	KF_HARDEN_LDFLAGS=
	KF_PIE_CFLAGS=
	KF_PIE_LDFLAGS=
	AS_IF([test "$enable_hardening" != no], [
		KF_FORTIFY
		m4_foreach_w([kf_flag], [
			-fstrict-flex-arrays=3
			-fstack-clash-protection
			-fstack-protector-strong
			-ftrivial-auto-var-init=zero
			-fzero-init-padding-bits=all
			-fno-delete-null-pointer-checks
			-fno-strict-overflow
			-fno-strict-aliasing
		], [KF_TRY_CFLAG([KF_HARDEN_CFLAGS], kf_flag)])
		AS_CASE([$host_cpu],
			[x86_64|i?86], [KF_TRY_CFLAG([KF_HARDEN_CFLAGS],
				[-fcf-protection=full])],
			[aarch64], [KF_TRY_CFLAG([KF_HARDEN_CFLAGS],
				[-mbranch-protection=standard])])
		m4_foreach([kf_flag], [
			[-Wl,-z,noexecstack],
			[-Wl,-z,relro],
			[-Wl,-z,now],
			[-Wl,--as-needed],
			[-Wl,--no-copy-dt-needed-entries]], [KF_TRY_LDFLAG([KF_HARDEN_LDFLAGS], m4_quote(kf_flag))])
		KF_TRY_CFLAG([KF_PIE_CFLAGS], [-fPIE])
		KF_TRY_LDFLAG([KF_PIE_LDFLAGS], [-pie])
	])
	AC_SUBST([KF_HARDEN_CFLAGS])
	AC_SUBST([KF_HARDEN_LDFLAGS])
	AC_SUBST([KF_PIE_CFLAGS])
	AC_SUBST([KF_PIE_LDFLAGS])
	AC_SUBST([KF_HARDENED], [$enable_hardening])
])

# ASan must be the first library of a process.  The module is loaded into other
# programs, so it is built only with checks that need no run-time library:
# undefined behaviour in the module ends the process.
AC_DEFUN([KF_SANITIZERS], [
	KF_SAN_CFLAGS=
	KF_SAN_LDFLAGS=
	KF_SAN_MODULE_CFLAGS=
	AS_IF([test "$enable_sanitizers" = yes], [
		KF_TRY_LDFLAG([KF_SAN_LDFLAGS],
			[-fsanitize=address -fsanitize=undefined])
		AS_IF([test -z "$KF_SAN_LDFLAGS"],
			[AC_MSG_ERROR([this compiler has no sanitizers])])
		KF_SAN_CFLAGS="$KF_SAN_LDFLAGS -fno-sanitize-recover=undefined"
		KF_SAN_CFLAGS="$KF_SAN_CFLAGS -fno-omit-frame-pointer"
		# In instrumented code gcc warns about lengths that are right.
		m4_foreach_w([kf_flag], [
			-Wno-error=format-truncation
			-Wno-error=maybe-uninitialized
			-Wno-error=stringop-overflow
			-Wno-error=stringop-truncation
		], [KF_TRY_CFLAG([KF_SAN_CFLAGS], kf_flag)])
		KF_TRY_CFLAG([KF_SAN_MODULE_CFLAGS],
			[-fsanitize=undefined -fsanitize-undefined-trap-on-error])
	])
	AC_SUBST([KF_SAN_CFLAGS])
	AC_SUBST([KF_SAN_LDFLAGS])
	AC_SUBST([KF_SAN_MODULE_CFLAGS])
	AC_SUBST([KF_SANITIZED], [$enable_sanitizers])
])
