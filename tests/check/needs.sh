#!/bin/sh
# needs.sh [MODULE [VERIFIER]]: the module loads no library into sshd and sudo
# but libpam and libc, has no path of its own to search for libraries, and can
# be opened by libpam.  The verifier does not link libfido2, which parses what
# security keys send, nor libseccomp: only the device program does.
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
none 'the verifier does not need libfido2 or libseccomp' \
	"$(readelf -dW "$verifier" | grep -E 'lib(fido2|seccomp|cbor|udev)' || :)"
finish
