#!/bin/sh
# shell.sh [TREE]: shellcheck has no complaint about any script.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}

# All files that begin with #! of a shell, or have the name of a script.
cd "$tree"
scripts=$({
	for file in .ci/run demo check; do
		[ ! -f "$file" ] || echo "$file"
	done
	find conf tests -type f | sort
} | while read -r file; do
	case $file in
	*/.*)		continue ;;
	*.sh | *.bash)	echo "$file" ;;
	*)
		case $(head -c 32 "$file" | tr -d '\0') in
		'#!'*sh*)	echo "$file" ;;
		esac ;;
	esac
done)
[ -n "$scripts" ] || not_ok 'there are scripts'

for script in $scripts; do
	if ! command -v shellcheck >/dev/null; then
		ok "$script # SKIP shellcheck is not installed"
	elif said=$(shellcheck -x "$script" 2>&1); then
		ok "$script"
	else
		not_ok "$script" "$said"
	fi
done
finish
