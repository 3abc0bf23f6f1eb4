#!/bin/sh
# Shows that shell.sh finds mistakes in all kinds of scripts.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

if ! command -v shellcheck >/dev/null; then
	ok 'can fail # SKIP shellcheck is not installed'
	finish
	exit
fi

scratch
tree=$tap_dir
mkdir -p "$tree/conf/z" "$tree/tests/check/can-fail"

# shellcheck disable=SC2016 # planted
{
	printf '#!/bin/sh\necho "$1"\n' >"$tree/demo"
	passes 'a clean script' "$tree"
	printf '#!/bin/bash\necho $1\n' >"$tree/tests/check/x"
	finds 'tests/check/x' "$tree"
	rm "$tree/tests/check/x"
	printf '#!/bin/sh\nlocal x=$1\n' >"$tree/conf/y.sh"
	finds 'conf/y.sh' "$tree"
	rm "$tree/conf/y.sh"
	printf '# shellcheck shell=bash\necho $1\n' >"$tree/conf/z/z.bash"
	finds 'conf/z/z.bash' "$tree"
}
finish
