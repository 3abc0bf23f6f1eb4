#!/bin/sh
# headers.sh [TREE]: every header compiles alone, and when it is included twice,
# so that headers can be included in any order.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
scratch
# shellcheck disable=SC2086 # words
headers=$(cd "$tree" && find $rooms -name '*.h' | sort)
[ -n "$headers" ] || not_ok 'there are headers to look at'

for header in $headers; do
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" \
		>"$tap_dir/twice.c"
	# Compiler and flags are lists of words.
	# shellcheck disable=SC2086
	if said=$($CC -I"$tree" $KF_CFLAGS $KF_LIB_CFLAGS -Werror \
		-fsyntax-only "$tap_dir/twice.c" 2>&1); then
		ok "$header"
	else
		not_ok "$header" "$said"
	fi
done
finish
