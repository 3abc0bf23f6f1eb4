#!/bin/sh
# listed.sh [TREE]: every file of the source is named in Makefile.am or in a
# file that it includes.  A file that is not named would be missing from the
# tarball, and a test would never run.  Nor would a script that is not
# executable: every script can be run.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}

# The words of Makefile.am and of the files that it includes.
makefiles=$(cd "$tree" && find . -name '*.am' | sort)
# shellcheck disable=SC2016,SC2086 # make's name of a place; words
names=$(cd "$tree" && cat $makefiles | sed -e 's/[\\=]/ /g' \
	-e 's|^include \$(srcdir)/||' | tr -s '[:blank:]' '\n')
named() {
	printf '%s\n' "$names" | grep -qxF -e "$1"
}

folders="$rooms conf man tests"
# shellcheck disable=SC2086 # words
missing=$(cd "$tree" && {
	find . -maxdepth 1 -type f \( -name '[A-Z]*' -o -perm -u+x \) \
		! -name 'Makefile*' ! -name 'configure*' ! -name libtool \
		! -name config.status | sed 's|^\./||'
	find $folders -type f
} | sort | while read -r file; do
	named "$file" && continue
	# automake knows the source of a program by its name.
	named "${file%.c}" && continue
	named "${file%.c}.t" && continue
	made "$file" || printf '%s\n' "$file"
done)
none 'Makefile.am names every file' "$missing"

# What is sourced has no #!; shell.sh sees to it that all else has.
# shellcheck disable=SC2086
none 'every script can be run' "$(cd "$tree" && {
	find . -maxdepth 1 \( -name demo -o -name check \)
	find $folders -type f ! -perm -u+x
} | while read -r file; do
	read -r first <"$file" || first=
	case $first in
	'#!'*)	[ -x "$file" ] || printf '%s\n' "$file" ;;
	esac
done)"
finish
