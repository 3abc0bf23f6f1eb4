#!/bin/sh
# Shows that needs.sh finds a library too many, one that is missing, a search
# path, and wrong linker flags.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
echo 'int pam_end(void *, int); int f(void); int f(void)
{ return pam_end(0, 0) + *(volatile char *)&pam_end; }' >"$tap_dir/m.c"
build() {
	# shellcheck disable=SC2086
	$CC -shared -fPIC -o "$tap_dir/m.so" "$tap_dir/m.c" \
		-Wl,--no-as-needed "$@"
}

echo 'int main(void) { return 0; }' >"$tap_dir/v.c"
$CC -o "$tap_dir/v" "$tap_dir/v.c"

build -lpam -Wl,-z,nodelete
passes 'libpam and libc' "$tap_dir/m.so" "$tap_dir/v"
build -lpam -lcrypto -Wl,-z,nodelete
finds libcrypto "$tap_dir/m.so" "$tap_dir/v"
build -lpam -Wl,-z,nodelete -Wl,-rpath,/opt/lib
finds /opt/lib "$tap_dir/m.so" "$tap_dir/v"
build -lpam -Wl,-z,nodelete -Wl,--disable-new-dtags -Wl,-rpath,/opt/lib
finds RPATH "$tap_dir/m.so" "$tap_dir/v"
build -lpam -Wl,-z,nodelete -Wl,-z,nodlopen
finds NOOPEN "$tap_dir/m.so" "$tap_dir/v"
build -lpam
finds 'no NODELETE' "$tap_dir/m.so" "$tap_dir/v"
build -Wl,-z,nodelete
finds 'not ok 1 - needs libpam.so.0' "$tap_dir/m.so" "$tap_dir/v"
build -lpam -Wl,-z,nodelete
for library in fido2 seccomp; do
	$CC -o "$tap_dir/v" "$tap_dir/v.c" -Wl,--no-as-needed "-l$library"
	finds "lib$library.so" "$tap_dir/m.so" "$tap_dir/v"
done
finish
