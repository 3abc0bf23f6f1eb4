#!/bin/sh
# Shows that sizes.sh finds files, functions and folders that are too large.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
# lines N: prints N lines of C.
lines() {
	seq "$1" | sed 's|.*|/* & */|'
}
fresh() {
	rm -rf "${tree:?}"/*
	for room in $rooms tests/unit man; do
		mkdir -p "$tree/$room"
	done
	lines 350 >"$tree/common/long.c"
	lines 80 >"$tree/common/middle.c"
	lines 90 >"$tree/common/more.c"
	lines 1 >"$tree/common/short.h"
	{
		printf 'int\nf(void)\n{\n'
		lines 58
		printf '}\n'
	} >"$tree/store/f.c"
}
# crowd FOLDER N: makes N files in FOLDER.
crowd() {
	for n in $(seq "$2"); do
		echo 1 >"$tree/$1/$n.sh"
	done
}

fresh
crowd tests/unit 24
touch "$tree/tests/unit/a.o" "$tree/tests/unit/.dirstamp"
printf '\177ELF' >"$tree/tests/unit/a"
passes 'sizes that are just small enough' "$tree"
echo >"$tree/tests/unit/more.c"
finds '#   tests/unit: 25' "$tree"
fresh
crowd man 25
finds '#   man: 25' "$tree"
fresh
echo '/* */' >>"$tree/common/long.c"
finds '#   common/long.c: 351' "$tree"
fresh
sed -i 's|^/\* 9 \*/|&\n|' "$tree/store/f.c"
finds '#   store/f.c:3: 61' "$tree"
fresh
lines 79 >"$tree/common/middle.c"
rm "$tree/store/f.c"
finds '#   79 lines' "$tree"
fresh
lines 201 >"$tree/common/middle.c"
lines 201 >"$tree/common/more.c"
finds '#   201 lines' "$tree"
rm -r "${tree:?}"/*/*
finds 'there are files' "$tree"
finish
