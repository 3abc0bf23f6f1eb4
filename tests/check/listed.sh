#!/bin/sh
# listed.sh [TREE]: every source file is named in Makefile.am or in a file that
# it includes, because a file that is not named would be missing from the
# tarball, and a test that is not named would never run.  And every script is
# executable, because a test that is not executable would not run either.
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

# A script without #! is only sourced by others, and need not be executable.
# shellcheck disable=SC2086
none 'every script is executable' "$(cd "$tree" && {
	find . -maxdepth 1 \( -name demo -o -name check \)
	find $folders -type f ! -perm -u+x
} | while read -r file; do
	read -r first <"$file" || first=
	case $first in
	'#!'*)	[ -x "$file" ] || printf '%s\n' "$file" ;;
	esac
done)"
finish
