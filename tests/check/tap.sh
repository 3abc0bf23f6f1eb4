# Sourced by the scripts here: TAP on standard output, and where the trees
# are.  A script ends with "finish" and status 0; one that breaks before has no
# plan, which is an error.
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
# The folders that the programs are made of.
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

# none DESCRIPTION FINDINGS: good when there are no findings.
none() {
	if [ -z "$2" ]; then
		ok "$1"
	else
		not_ok "$1" "$2"
	fi
}

# made FILE: a build inside the tree has left $tree/FILE there.
made() {
	case $1 in
	*/.*)						return 0 ;;
	*.o | *.lo | *.la | *.a | *.log | *.trs | *.old | *.orig | *.rej | *~)
							return 0 ;;
	esac
	[ "$(head -c 4 "$tree/$1" | od -An -tx1)" = ' 7f 45 4c 46' ]
}

# A directory that goes with the script.
scratch() {
	tap_dir=$(mktemp -d "${TMPDIR:-/tmp}/kf-check.XXXXXX")
	trap 'rm -rf "$tap_dir"' EXIT
	trap 'exit 1' HUP INT TERM
}

finish() {
	printf '1..%d\n' "$tap_count"
}

# For can-fail/: finds PATTERN ARG...
# runs the check of the same name with ARG... and is good when it comes to its
# end with a "not ok" and its output holds PATTERN (a fixed string).
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

# passes WHAT ARG...: the same check is content, so that what "finds" sees is
# the planted mistake and nothing else.
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
