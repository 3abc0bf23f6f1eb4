#!/bin/sh
# Shows that options.sh finds a difference in the code, in the shipped file and
# in the page.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
mkdir "$tree/policy" "$tree/conf" "$tree/man"
files='policy/conf.c conf/keyfirst.conf man/keyfirst.conf.5'
fresh() {
	for file in $files; do
		cp -f "$srcdir/$file" "$tree/$file"
	done
	# A tarball's tree may be read-only.
	chmod -R u+w "$tree"
}
# change FILE SED-COMMAND: edits a fresh FILE, which must change.
change() {
	fresh
	sed -i "$2" "$tree/$1"
	if cmp -s "$tree/$1" "$srcdir/$1"; then
		not_ok "could change $1 by $2"
	fi
}

fresh
passes 'the project itself' "$tree"
change policy/conf.c 's/{ "totp.window", /{ "totp.windw", /'
finds 'totp.windw = 1' "$tree"
change policy/conf.c 's/\(.*NULL }, \)"1800" },/\1"1801" },/'
finds 'lockout.seconds = 1801' "$tree"
change policy/conf.c 's/^} options\[\]/} choices[]/'
finds 'options found' "$tree"
change conf/keyfirst.conf 's/^#\( *totp.window =\).*/#\1 2/'
finds 'totp.window = 2' "$tree"
change conf/keyfirst.conf '/^# *tries =/d'
finds 'tries = 3' "$tree"
change conf/keyfirst.conf 's/^# *\(tries =\)/\1/'
finds 'tries = 3' "$tree"
change conf/keyfirst.conf "\$a#colour = red"
finds 'colour = red' "$tree"
change man/keyfirst.conf.5 '/^\.It Ic tries/d'
finds 'tries' "$tree"
change man/keyfirst.conf.5 "\$a.It Ic colour = red"
finds 'colour = red' "$tree"
change man/keyfirst.conf.5 's/^\(\.It Ic tries =\).*/\1 5/'
finds 'tries = 5' "$tree"
finish
