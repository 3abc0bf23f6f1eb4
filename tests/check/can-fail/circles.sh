#!/bin/sh
# Shows that circles.sh finds two headers that include each other, and three
# sources that call each other in a circle, one of them by a pointer in data.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir/tree
build=$tap_dir/build
fresh() {
	rm -rf "$tree" "$build"
	for room in $rooms; do
		mkdir -p "$tree/$room" "$build/$room/.libs"
	done
	printf '#include <stdio.h>\n' >"$tree/common/a.h"
	printf ' # include "common/a.h" /* why */\n' >"$tree/store/b.h"
	object common/a 'int a(void) { return 1; }'
	object store/.libs/libkfstore_la-b \
		'int a(void); int b(void) { return a(); }'
	object verifier/c \
		'int b(void); int (*const c)(void) = b; int main(void) { return 0; }'
}
# object NAME CODE: compiles CODE to the object NAME.o.
object() {
	printf '%s\n' "$2" >"$tap_dir/object.c"
	$CC -c -o "$build/$1.o" "$tap_dir/object.c"
}

fresh
passes 'files without a circle' "$tree" "$build"
fresh
printf '#include "store/b.h"\n' >>"$tree/common/a.h"
finds '#   common/a.h' "$tree" "$build"
finds '#   store/b.h' "$tree" "$build"
fresh
object common/a 'extern int (*const c)(void); int a(void) { return c(); }'
finds '#   common/a' "$tree" "$build"
finds '#   store/b' "$tree" "$build"
finds '#   verifier/c' "$tree" "$build"
fresh
object common/a 'static int b(void) { return 1; } int a(void) { return b(); }'
passes 'a static function with the name of another' "$tree" "$build"
rm -rf "${build:?}"/*/*
for room in $rooms; do
	mkdir -p "$build/$room"
done
finds 'there are objects' "$tree" "$build"
finish
