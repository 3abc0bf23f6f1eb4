#!/bin/sh
# needs.sh [MODULE [VERIFIER]]: the module brings no library into sshd and sudo
# but libpam and libc, names no directory to look for them, and can be opened by
# libpam.  What takes a security key's words apart, and what locks that in, is
# not in the verifier.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

module=${1:-$builddir/.libs/pam_keyfirst.so}
verifier=${2:-$builddir/keyfirst-verify}
dynamic=$(readelf -dW "$module")
needed=$(printf '%s\n' "$dynamic" |
	sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' | sort)

for library in libpam.so.0 libc.so.6; do
	if printf '%s\n' "$needed" | grep -qxF "$library"; then
		ok "needs $library"
	else
		not_ok "needs $library" "$needed"
	fi
done
none 'needs nothing else' \
	"$(printf '%s\n' "$needed" | grep -vxE 'libpam\.so\.0|libc\.so\.6|' || :)"
none 'no RPATH, no RUNPATH' \
	"$(printf '%s\n' "$dynamic" | grep -E '\((RPATH|RUNPATH)\)' || :)"
none 'can be opened by dlopen' "$(printf '%s\n' "$dynamic" | grep NOOPEN || :)"
if printf '%s\n' "$dynamic" | grep -q NODELETE; then
	ok 'stays mapped'
else
	not_ok 'stays mapped' 'no NODELETE'
fi
none 'the verifier does without libfido2 and libseccomp' \
	"$(readelf -dW "$verifier" | grep -E 'lib(fido2|seccomp|cbor|udev)' || :)"
finish
