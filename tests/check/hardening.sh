#!/bin/sh
# hardening.sh [FILE...]: the installed binaries really have the properties for
# which m4/kf_hardening.m4 sets compiler flags.  With --disable-hardening, only
# the properties are checked that every build must have.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

# has DESCRIPTION FILE FACTS PATTERN: a line of FACTS must match PATTERN.
has() {
	if printf '%s\n' "$3" | grep -qE -e "$4"; then
		ok "$1: ${2##*/}"
	else
		not_ok "$1: ${2##*/}" "$3"
	fi
}

examine() {
	segments=$(readelf -lW "$1")
	dynamic=$(readelf -dW "$1")
	symbols=$(readelf --dyn-syms -W "$1")

	none "no executable stack: ${1##*/}" "$(printf '%s\n' "$segments" |
		awk '$1 == "GNU_STACK" && $0 !~ / RW +0x/')"
	has 'has a stack header' "$1" "$segments" GNU_STACK
	none "no text relocations: ${1##*/}" \
		"$(printf '%s\n' "$dynamic" | grep TEXTREL || :)"
	none "no RPATH, no RUNPATH: ${1##*/}" \
		"$(printf '%s\n' "$dynamic" | grep -E 'RPATH|RUNPATH' || :)"
	[ "${KF_HARDENED:-yes}" = yes ] || return 0

	has 'position independent' "$1" "$segments" 'file type is DYN'
	has 'RELRO' "$1" "$segments" GNU_RELRO
	has 'BIND_NOW' "$1" "$dynamic" '\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW'
	has 'stack canary' "$1" "$symbols" ' __stack_chk_fail'
}

[ "$#" -gt 0 ] || set -- "$builddir/.libs/pam_keyfirst.so" \
	"$builddir/keyfirst-verify" "$builddir/keyfirst-key-device" \
	"$builddir/keyfirst"
for file in "$@"; do
	examine "$file"
done
finish
