#!/bin/sh
# columns.sh [TREE]: no line of C is wider than 80 columns, with tabs of eight.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
files=$(cd "$tree" && find . -path ./.git -prune -o -name '*.[ch]' -print |
	sort)
[ -n "$files" ] || not_ok 'there are files to look at'

# A UTF-8 character is one column: only its first byte is counted.  No file
# name has a blank in it.
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
