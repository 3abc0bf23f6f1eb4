#!/bin/sh
# banned.sh [TREE]: no file calls a banned function.  A function is banned when
# it does not know the size of its buffer, runs a shell, keeps hidden state or
# hides errors.  getenv may be called only by the file that talks to the
# terminal, because nothing else may depend on a caller's environment.  Comments
# and strings do not count.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
scratch
calls='sprintf|vsprintf|strcpy|stpcpy|strcat|strtok|gets|atoi|atol|atoll|atof|system|popen|alloca'

# calls_in FILE NAMES: prints the lines of code.c that call one of NAMES, with
# FILE, the name of the source, in front.
calls_in() {
	grep -nE "(^|[^[:alnum:]_.>])($2)[[:space:]]*\(" "$tap_dir/code.c" |
		sed "s|^|$1:|" || :
}

# shellcheck disable=SC2086 # words
files=$(cd "$tree" && find $rooms tests -name '*.[ch]' | sort)
[ -n "$files" ] || not_ok 'there is source to look at'

: >"$tap_dir/found"
: >"$tap_dir/environment"
for file in $files; do
	awk -f "$srcdir/tests/check/strip.awk" "$tree/$file" >"$tap_dir/code.c"
	calls_in "$file" "$calls" >>"$tap_dir/found"
	case $file in
	enroll_tool/cli/terminal.c | tests/*) ;;
	*)
		calls_in "$file" 'getenv|secure_getenv' \
			>>"$tap_dir/environment" ;;
	esac
done
none 'no banned call' "$(cat "$tap_dir/found")"
none 'getenv only in enroll_tool/cli/terminal.c' "$(cat "$tap_dir/environment")"
finish
