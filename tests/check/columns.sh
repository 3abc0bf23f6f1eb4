#!/bin/sh
# columns.sh [TREE]: no line of C is wider than 80 columns, with tabs of eight.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
files=$(cd "$tree" && find . -path ./.git -prune -o -name '*.[ch]' -print |
	sort)
[ -n "$files" ] || not_ok 'there are files to look at'

# A character of UTF-8 is one column: its bytes but the first are not counted.
# The names are our own, without blanks.
# shellcheck disable=SC2086
none 'no line of C is wider than 80 columns' "$(cd "$tree" && LC_ALL=C awk '
	{
		columns = 0
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			if (c == "\t")
				columns += 8 - columns % 8
			else if (c < "\200" || c > "\277")
				columns++
		}
		if (columns > 80)
			print FILENAME ":" FNR ": " columns
	}' $files)"
finish
