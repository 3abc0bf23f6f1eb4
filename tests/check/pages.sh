#!/bin/sh
# pages.sh [TREE [BUILD]]: every program has a page, pages are clean in
# mandoc's eyes, nothing in them waits for configure any more once they are
# built, and the commands and options of keyfirst are the same in its source,
# in "keyfirst help" and in keyfirst(1), where an option is "Fl -NAME".
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
build=${2:-$builddir}
scratch
pages=$(cd "$tree/man" && echo *.[1-8])

for page in keyfirst.1 keyfirst.conf.5 keyfirst-verify.8 pam_keyfirst.8; do
	if [ -s "$tree/man/$page" ]; then
		ok "there is $page"
	else
		not_ok "there is $page"
	fi
done

for page in $pages; do
	if command -v mandoc >/dev/null; then
		none "clean: $page" \
			"$(mandoc -T lint -W warning "$tree/man/$page" || :)"
	else
		ok "clean: $page # SKIP mandoc is not installed"
	fi
	none "configured: $page" "$(grep -nE '@[A-Za-z]+@' \
		"$build/built/$page" || :)"
done

# Every command by its first word; help for "enroll" is about all of its kind.
"$build/keyfirst" help >"$tap_dir/help"
words=$(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' "$tap_dir/help" | sort -u)
[ -n "$words" ] || not_ok 'there are commands'
for word in $words; do
	"$build/keyfirst" help "$word"
done >>"$tap_dir/help"

grep -oE -e '--[a-z][a-z-]*' "$tap_dir/help" | sort -u >"$tap_dir/shown"
cat "$tree"/enroll_tool/*.c | tr '\n' ' ' |
	grep -oE '\{[[:space:]]*"[a-z-]+",[[:space:]]*(no|required|optional)_argument' |
	sed 's/[^"]*"\([^"]*\)".*/--\1/' | sort -u >"$tap_dir/taken"
grep -oE 'Fl \\?-[a-z][a-z-]*' "$tree/man/keyfirst.1" |
	sed 's/^Fl [\\]*/-/' | sort -u >"$tap_dir/page"
[ -s "$tap_dir/taken" ] || not_ok 'there are options'

none 'every option that is taken is in the help' \
	"$(comm -23 "$tap_dir/taken" "$tap_dir/shown")"
none 'every option of the help is in the page' \
	"$(comm -23 "$tap_dir/shown" "$tap_dir/page")"
none 'every option of the page is in the help' \
	"$(comm -13 "$tap_dir/shown" "$tap_dir/page")"

missing=
for name in $(sed -n 's/^usage: keyfirst \([a-z][a-z -]*[a-z]\).*/\1/p' \
	"$tap_dir/help" | tr ' ' '_' | sort -u); do
	name=$(printf '%s\n' "$name" | tr '_' ' ')
	grep -qE "^\.(It|Ss|Nm|Ic|Cm)( (Nm|Ic|Cm))* $name( |\$)" \
		"$tree/man/keyfirst.1" || missing="$missing$name, "
done
none 'every command is in the page' "$missing"
finish
