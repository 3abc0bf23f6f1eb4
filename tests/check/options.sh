#!/bin/sh
# options.sh [TREE]: every option of the code is in conf/keyfirst.conf (as a
# comment, with its default) and in keyfirst.conf(5), and neither of them names
# an option that the code does not have.  In the code an option is a row of
# "options" in policy/conf.c, which ends with the default; in the page it is
# an item, ".It Ic NAME = DEFAULT".
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
scratch

# "NAME = DEFAULT" of every row.  The default of `store` is set by configure.
awk '
/^} options\[\] = \{$/ { inside = 1; next }
/^};$/ { inside = 0 }
inside {
	row = row $0
	if (row !~ /\},$/)
		next
	name = value = row
	sub(/^[^"]*"/, "", name)
	sub(/".*/, "", name)
	sub(/[ \t]*\},$/, "", value)
	if (value ~ /NULL$/)
		value = "file:@localstatedir@/lib/keyfirst"
	else {
		sub(/"$/, "", value)
		sub(/.*"/, "", value)
	}
	print name " = " value
	row = ""
}' "$tree/policy/conf.c" | sort >"$tap_dir/code"
if [ ! -s "$tap_dir/code" ]; then
	not_ok 'options found in policy/conf.c'
fi

sed -n 's/^#[ ]\{0,1\}\([a-z][a-z.-]* =.*\)$/\1/p' \
	"$tree/conf/keyfirst.conf" | sed 's/ *$//' | sort >"$tap_dir/file"
none 'all options, with their defaults, in conf/keyfirst.conf' \
	"$(comm -23 "$tap_dir/code" "$tap_dir/file")"
none 'all options of conf/keyfirst.conf in the code' \
	"$(comm -13 "$tap_dir/code" "$tap_dir/file")"
none 'conf/keyfirst.conf sets nothing' \
	"$(grep -nvE '^(#.*|\[default\]|[[:space:]]*)$' \
		"$tree/conf/keyfirst.conf" || :)"

sed -n 's/^\.It Ic \([a-z][a-z.-]* =.*\)$/\1/p' \
	"$tree/man/keyfirst.conf.5" | sort >"$tap_dir/page"
none 'all options, with their defaults, in keyfirst.conf(5)' \
	"$(comm -23 "$tap_dir/code" "$tap_dir/page")"
none 'all options of keyfirst.conf(5) in the code' \
	"$(comm -13 "$tap_dir/code" "$tap_dir/page")"
finish
