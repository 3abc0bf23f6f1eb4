#!/bin/sh
# circles.sh [TREE [BUILD]]: no two files need each other, directly or through
# other files, because a reader cannot follow files that call each other in all
# directions.  A header needs the headers that it includes; a source needs the
# sources whose symbols its object uses.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
build=${2:-$builddir}
scratch

# circles: reads lines "FROM TO", and prints the names in a circle, if any.
circles() {
	tsort 2>&1 >/dev/null | sed -e '/input contains a loop/d' \
		-e 's/^tsort: *//'
}

# shellcheck disable=SC2086 # words
headers=$(cd "$tree" && find $rooms -name '*.h')
(cd "$tree" && for header in $headers; do
	sed -n "s|^[ 	]*#[ 	]*include[ 	]*\"\([^\"]*\)\".*|$header \1|p" \
		"$header"
done) >"$tap_dir/includes"
none 'no circle of headers' "$(circles <"$tap_dir/includes")"

# An object is DIR/NAME.o, or libtool's DIR/.libs/LIBRARY-NAME.o.
# shellcheck disable=SC2086 # words
(cd "$build" && find $rooms -name '*.o' 2>/dev/null | sort |
	while read -r object; do
		name=$(printf '%s\n' "$object" |
			sed -e 's|/\.libs/|/|' -e 's|/[^/]*-\([^/-]*\)$|/\1|')
		nm -g "$object" | sed "s|^|${name%.o} |"
	done) >"$tap_dir/symbols"
awk '
	NF == 3 && $2 == "U" { used[$1 " " $3] = 1; next }
	NF == 4 && $3 ~ /^[TDBRV]$/ { where[$4] = $1 }
	END {
		for (pair in used) {
			split(pair, part, " ")
			to = where[part[2]]
			if (to != "" && to != part[1])
				print part[1], to
		}
	}' "$tap_dir/symbols" | sort -u >"$tap_dir/calls"
if [ -s "$tap_dir/calls" ]; then
	ok 'there are objects to look at'
else
	not_ok 'there are objects to look at'
fi
none 'no circle of sources' "$(circles <"$tap_dir/calls")"
finish
