#!/bin/sh
# Shows that hardening.sh notices when any one of the defences is missing.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
KF_HARDENED=yes
export KF_HARDENED
cat >"$tap_dir/p.c" <<'END'
#include <stdio.h>
int main(void) { char b[64]; return fgets(b, sizeof(b), stdin) == NULL; }
END
program=$tap_dir/program
build() {
	$CC -O1 -fPIE -pie -fstack-protector-all -Wl,-z,relro -Wl,-z,now \
		-Wl,-z,noexecstack "$@" -o "$program" "$tap_dir/p.c" 2>&1
}

build
passes 'a hardened program' "$program"
build -no-pie -fno-PIE
finds 'position independent: program' "$program"
build -Wl,-z,norelro
finds 'RELRO: program' "$program"
build -Wl,-z,lazy
finds 'BIND_NOW: program' "$program"
build -fno-stack-protector
finds 'stack canary: program' "$program"
build -Wl,-z,execstack
finds 'no executable stack: program' "$program"
build -Wl,-rpath,/opt/lib
finds 'no RPATH, no RUNPATH: program' "$program"

KF_HARDENED=no
build -no-pie -fno-PIE -fno-stack-protector
passes 'a plain program after --disable-hardening' "$program"
build -Wl,-z,execstack
finds 'no executable stack: program' "$program"
finish
