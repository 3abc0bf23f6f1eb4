#!/bin/sh
# Shows that listed.sh finds files that no makefile names, and scripts that are
# not executable.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
for room in $rooms; do
	mkdir -p "$tree/$room"
done
mkdir -p "$tree/conf" "$tree/man" "$tree/tests/unit/.deps"
printf 'a_SOURCES = common/a.c \\\n\tcommon/a.h\nunit = tests/unit/a\n' \
	>"$tree/Makefile.am"
touch "$tree/common/a.c" "$tree/common/a.h" "$tree/tests/unit/a.c" \
	"$tree/common/a.o" "$tree/tests/unit/.deps/a.Po"
printf '\177ELF' >"$tree/tests/unit/a"
passes 'a tree that is listed' "$tree"

touch "$tree/common/a.hh"
finds common/a.hh "$tree"
rm "$tree/common/a.hh"
touch "$tree/tests/unit/b.c"
finds tests/unit/b.c "$tree"
rm "$tree/tests/unit/b.c"
printf 'c_SOURCES = tests/unit/c.c\n' >"$tree/tests/unit/unit.am"
touch "$tree/tests/unit/c.c"
finds tests/unit/unit.am "$tree"
# shellcheck disable=SC2016 # make's name of a place
echo 'include $(srcdir)/tests/unit/unit.am' >>"$tree/Makefile.am"
passes 'a makefile that is included, and what it lists' "$tree"
touch "$tree/MANUAL"
finds MANUAL "$tree"
rm "$tree/MANUAL"
touch "$tree/tests/forgotten"
finds tests/forgotten "$tree"
rm "$tree/tests/forgotten"

# Scripts that have lost their executable bit.
echo 'scripts = tests/unit/t.sh tests/unit/s.sh check' >>"$tree/Makefile.am"
printf '#!/bin/sh\n' >"$tree/tests/unit/t.sh"
printf '#!/bin/sh\n' >"$tree/check"
printf '# sourced\n' >"$tree/tests/unit/s.sh"
chmod 0755 "$tree/tests/unit/t.sh" "$tree/check"
passes 'executable scripts, and one that is only sourced' "$tree"
chmod 0644 "$tree/tests/unit/t.sh"
finds tests/unit/t.sh "$tree"
chmod 0755 "$tree/tests/unit/t.sh"
chmod 0644 "$tree/check"
finds ./check "$tree"
finish
