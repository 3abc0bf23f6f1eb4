#!/bin/sh
# pages.sh [TREE [BUILD]]: every installed program and every file of FILEFORMAT
# has a manual page; mandoc has no complaint about a page, and configure has
# replaced every @VARIABLE@ in it.  The commands of keyfirst and the options of
# each command are the same in the source, in "keyfirst help COMMAND" and in the
# synopsis of keyfirst(1); exit statuses and the keys of --json are the same in
# source and pages.
#
# In the source, the options of a command are the table in the file of its
# function kf_cmd_X, or in options.c beside enroll.c.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
build=${2:-$builddir}
scratch
pages=$(cd "$tree/man" && echo *.[1-8])
page=$tree/man/keyfirst.1

# same WHAT A-NAME A B-NAME B: the sorted files A and B must be the same.
same() {
	none "$1 of $2: also in $4" "$(comm -23 "$3" "$5")"
	none "$1 of $4: also in $2" "$(comm -13 "$3" "$5")"
}

# has WHAT FILE: FILE must not be empty, or the check would check nothing.
has() {
	[ -s "$2" ] || not_ok "there are $1"
}

# --- which pages there are ----------------------------------------------------

sed -n 's/^\([a-z]*\)_\(PROGRAMS\|LTLIBRARIES\) *+\{0,1\}= *\([a-z].*\)/\1 \3/p' \
	"$tree/Makefile.am" >"$tap_dir/made"
while read -r where programs; do
	case $where in
	noinst | check)	continue ;;
	esac
	for program in $programs; do
		ls "$tree/man/${program%.la}".[18] 2>/dev/null ||
			echo "no page: $program"
	done
done <"$tap_dir/made" >"$tap_dir/programs"
has programs "$tap_dir/programs"
none 'a page for every program' "$(grep '^no page' "$tap_dir/programs" || :)"

# FILEFORMAT has each path in a heading; a page has it on a line of its own.
sed -nE 's/^([0-9]+\.|  ) +(\/[^ ]*).*/\2/p' "$tree/FILEFORMAT" |
	sed -e 's|^/etc/|@sysconfdir@/|' -e 's|^/var/|@localstatedir@/|' \
	>"$tap_dir/files"
has files "$tap_dir/files"
none 'a page for every file' "$(while read -r file; do
	grep -qxE "\.(It )?Pa $file" "$tree"/man/*.5 || echo "$file"
done <"$tap_dir/files")"

for name in $pages; do
	if command -v mandoc >/dev/null; then
		none "clean: $name" \
			"$(mandoc -T lint -W warning "$tree/man/$name" || :)"
	else
		ok "clean: $name # SKIP mandoc is not installed"
	fi
	if [ -s "$build/built/$name" ]; then
		none "configured: $name" "$(grep -nE '@[A-Za-z]+@' \
			"$build/built/$name" || :)"
	else
		not_ok "configured: $name" 'it is not built'
	fi
	none "the pages that $name refers to exist" "$(
		sed -n 's/^\.Xr \(keyfirst[^ ]*\|pam_keyfirst\) \([1-8]\).*/\1.\2/p' \
			"$tree/man/$name" | sort -u | while read -r other; do
			[ -s "$tree/man/$other" ] || echo "$other"
		done)"
done

# --- commands --------------------------------------------------------------------

# One command on each line; its name may have two words.
"$build/keyfirst" help |
	sed -n 's/^  \([a-z][a-z]*\( [a-z][a-z-]*\)\{0,1\}\)  .*/\1/p' |
	sort >"$tap_dir/help.names"
has commands "$tap_dir/help.names"
: >"$tap_dir/usage"
while read -r name; do
	# shellcheck disable=SC2086 # one word or two
	"$build/keyfirst" help $name </dev/null >"$tap_dir/help" || :
	# The usage line without options; then the options, with = if they
	# take a value.
	sed -n "1s/^usage: keyfirst $name//p" "$tap_dir/help" |
		sed -e 's/ \[OPTION\.\.\.\]//' -e 's/ \[--[^]]*\]//g' \
		-e "s/^/$name:/" >>"$tap_dir/help.operands"
	sed -nE 's/^  (--[a-z][a-z-]*)( [A-Z]+)?  .*/\1\2/p' "$tap_dir/help" |
		sed -e 's/ .*/=/' -e "s/^/$name: /" >>"$tap_dir/help.options"
	sed -n 1p "$tap_dir/help" | grep -oE -e '\[--[a-z][a-z-]*' |
		sed "s/^\[/$name: /" >>"$tap_dir/usage" || :
done <"$tap_dir/help.names"

# The same from the synopsis of the page.
awk -v out="$tap_dir/page" '
/^\.Sh / { inside = /SYNOPSIS/ }
!inside { next }
/^\.Nm/ { if (name != "") print name ":" operands >(out ".operands"); name = "" }
/^\.Cm / {
	name = substr($0, 5)
	operands = ""
	print name >(out ".names")
}
/^\.Op Fl / { print name ": -" $3 ($4 == "Ar" ? "=" : "") >(out ".options") }
/^\.Ar / { operands = operands substr($0, 4) }
/^\.Op Ar / { operands = operands " [" substr($0, 8) "]" }
' "$page"

# The same from the source: each command's function, and the option tables.
tr '\n' ' ' <"$tree/enroll_tool/main.c" |
	grep -oE '\{[[:space:]]*"[a-z -]+",[^{}]*kf_cmd_[a-z_]+[[:space:]]*\}' |
	sed -E 's/[^"]*"([^"]*)".*(kf_cmd_[a-z_]+).*/\2 \1/' >"$tap_dir/rows"
cut -d ' ' -f 2- "$tap_dir/rows" | sort >"$tap_dir/source.names"
# command_in FILE...: prints the name of the command whose function is there.
command_in() {
	sed -n 's/^\(kf_cmd_[a-z_]*\)(.*/\1/p' "$@" | while read -r function; do
		sed -n "s/^$function //p" "$tap_dir/rows"
	done
}
# A table of options is in the file of its command, or in the file options.c
# beside the command's enroll.c.
find "$tree/enroll_tool" -name '*.c' | sort | while read -r file; do
	base=${file#"$tree"/enroll_tool/}
	name=$(command_in "$file")
	if [ "${file##*/}" = options.c ] && [ -e "${file%/*}/enroll.c" ]; then
		name=$(command_in "${file%/*}/enroll.c")
	fi
	tr '\n' ' ' <"$file" |
		grep -oE '\{[[:space:]]*"[a-z-]+",[[:space:]]*(no|required|optional)_argument' |
		sed -E -e 's/[^"]*"([^"]*)".*(no|required|optional)_.*/--\1 \2/' \
		-e 's/ no$//' -e 's/ (required|optional)$/=/' \
		-e "s|^|${name:-$base belongs to no command}: |" || :
done >"$tap_dir/source.options"

for part in help page source; do
	for what in names options operands; do
		touch "$tap_dir/$part.$what"
		sort -u -o "$tap_dir/$part.$what" "$tap_dir/$part.$what"
		[ "$part.$what" = source.operands ] || has "$what in $part" "$tap_dir/$part.$what"
	done
done
for what in names options; do
	same "$what" source "$tap_dir/source.$what" help "$tap_dir/help.$what"
	same "$what" help "$tap_dir/help.$what" page "$tap_dir/page.$what"
done
same operands help "$tap_dir/help.operands" page "$tap_dir/page.operands"
sed 's/=$//' "$tap_dir/help.options" | sort >"$tap_dir/without"
none 'every option of a usage line is explained' \
	"$(sort -u "$tap_dir/usage" | comm -23 - "$tap_dir/without")"

# The page describes exactly the options of its synopsis.
sed -n 's/.*: \(--[a-z-]*\).*/\1/p' "$tap_dir/page.options" | sort -u \
	>"$tap_dir/synopsis"
sed '1,/^\.Sh DESCRIPTION/d' "$page" | grep -oE 'Fl \\?-[a-z][a-z-]*' |
	sed 's/^Fl [\\]*/-/' | sort -u >"$tap_dir/explained"
same options synopsis "$tap_dir/synopsis" description "$tap_dir/explained"

# --- exit statuses and keys ---------------------------------------------------------

sed -n 's/^\tKF_EXIT_[A-Z]* = \([0-9]*\).*/\1/p' \
	"$tree/enroll_tool/cli/command.h" | sort >"$tap_dir/enum"
has 'exit statuses' "$tap_dir/enum"
sed -n '/^\.Sh EXIT STATUS/,/^\.Sh [^E]/s/^\.It \([0-9]*\)$/\1/p' "$page" |
	sort >"$tap_dir/statuses"
same 'exit statuses' source "$tap_dir/enum" page "$tap_dir/statuses"

sed -n 's/: --json$//p' "$tap_dir/source.options" >"$tap_dir/json.commands"
sed -n 's/^\.Ss keyfirst //p' "$tree/man/keyfirst-json.5" | sort \
	>"$tap_dir/json.sections"
same 'commands with --json' source "$tap_dir/json.commands" \
	'keyfirst-json(5)' "$tap_dir/json.sections"
cat "$tree"/enroll_tool/*.c "$tree"/enroll_tool/*/*.c | tr -s '\n\t' '  ' |
	grep -oE 'kf_json_set\([^"();]*"[a-z-]+"' | sed 's/.*"\(.*\)"/\1/' |
	sort -u >"$tap_dir/keys"
has 'keys of --json' "$tap_dir/keys"
sed -nE 's/^\.(It )?Sy ([a-z-]+)( .*)?$/\2/p' "$tree/man/keyfirst-json.5" |
	grep -vx null | sort -u >"$tap_dir/keys.page"
same 'keys of --json' source "$tap_dir/keys" \
	'keyfirst-json(5)' "$tap_dir/keys.page"
finish
