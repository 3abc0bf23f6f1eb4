# Sourced by the scripts here: functions that print TAP, and the places of
# source and build.  A script ends with "finish", which prints the plan.  A
# script that stops before has printed no plan, and that counts as an error.
# shellcheck shell=sh disable=SC2034,SC2154

if [ -z "${srcdir:-}" ]; then
	case $0 in
	*/can-fail/*)	srcdir=$(dirname "$0")/../../.. ;;
	*)		srcdir=$(dirname "$0")/../.. ;;
	esac
fi
builddir=${builddir:-.}
CC=${CC:-cc}
KF_CFLAGS=${KF_CFLAGS:--std=c11 -Wall -Wextra -D_GNU_SOURCE=}
KF_LIB_CFLAGS=${KF_LIB_CFLAGS:-}
# The folders with the source of the programs.
rooms='common processes protocol client policy key_protocol store factors
	key_dialogue key_device pam_module verifier enroll_tool'
export srcdir builddir CC KF_CFLAGS KF_LIB_CFLAGS
tap_count=0
tap_dir=

# ok DESCRIPTION / not_ok DESCRIPTION [DETAILS]
ok() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

not_ok() {
	tap_count=$((tap_count + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
	if [ -n "${2:-}" ]; then
		printf '%s\n' "$2" | sed 's/^/#   /'
	fi
}

# none DESCRIPTION FINDINGS: ok when FINDINGS is empty.
none() {
	if [ -z "$2" ]; then
		ok "$1"
	else
		not_ok "$1" "$2"
	fi
}

# made FILE: whether a build inside the tree may have made $tree/FILE.
made() {
	case $1 in
	*/.*)						return 0 ;;
	*.o | *.lo | *.la | *.a | *.log | *.trs | *.old | *.orig | *.rej | *~)
							return 0 ;;
	esac
	[ "$(head -c 4 "$tree/$1" | od -An -tx1)" = ' 7f 45 4c 46' ]
}

# Makes $tap_dir, a directory that is removed when the script ends.
scratch() {
	tap_dir=$(mktemp -d "${TMPDIR:-/tmp}/kf-check.XXXXXX")
	trap 'rm -rf "$tap_dir"' EXIT
	trap 'exit 1' HUP INT TERM
}

finish() {
	printf '1..%d\n' "$tap_count"
}

# For can-fail/: finds PATTERN ARG...
# runs the check of the same name with ARG...; it must run to its end, print a
# "not ok", and have PATTERN (a fixed string) in its output.
finds() {
	finds_pattern=$1
	shift
	finds_what="finds $finds_pattern"
	if ! finds_out=$("$srcdir/tests/check/${0##*/}" "$@" 2>&1); then
		not_ok "$finds_what" "broke instead of failing: $finds_out"
	elif ! printf '%s\n' "$finds_out" | grep -q '^not ok'; then
		not_ok "$finds_what" "passed: $finds_out"
	elif ! printf '%s\n' "$finds_out" | grep -qF -e "$finds_pattern"; then
		not_ok "$finds_what" "not named in: $finds_out"
	else
		ok "$finds_what"
	fi
}

# passes WHAT ARG...: the same check must print no "not ok".  It shows that what
# "finds" finds is the planted mistake and nothing else.
passes() {
	passes_what=$1
	shift
	if passes_out=$("$srcdir/tests/check/${0##*/}" "$@" 2>&1) &&
		! printf '%s\n' "$passes_out" | grep -q '^not ok'; then
		ok "is content with $passes_what"
	else
		not_ok "is content with $passes_what" "$passes_out"
	fi
}
