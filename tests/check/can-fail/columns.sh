#!/bin/sh
# Shows that columns.sh finds a line that is too wide.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
mkdir "$tree/store"

line=$(printf '%080d' 0)
printf '%s\n' "$line" >"$tree/store/planted.c"
passes 'eighty columns' "$tree"
printf '\303\251%s\n' "${line#0}" >"$tree/store/planted.c"
passes 'eighty columns with a letter of two bytes' "$tree"
printf '0%s\n' "$line" >"$tree/store/planted.c"
finds 'store/planted.c:1: 81' "$tree"
printf '\t%s\n' "${line#0000000}" >"$tree/store/planted.c"
finds 'store/planted.c:1: 81' "$tree"
rm "$tree/store/planted.c"
finds 'there are files' "$tree"
finish
