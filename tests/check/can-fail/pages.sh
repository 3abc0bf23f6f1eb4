#!/bin/sh
# pages.sh can fail.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir/tree
build=$tap_dir/build
real=$(cd "$builddir" && pwd)
mkdir -p "$tree/man" "$tree/enroll_tool" "$build/built"
fresh() {
	cp -f "$srcdir"/man/*.[1-8] "$tree/man/"
	cp -f "$srcdir"/enroll_tool/*.c "$tree/enroll_tool/"
	cp -f "$builddir"/built/*.[1-8] "$build/built/"
	# A tarball's tree may be read-only.
	chmod -R u+w "$tree"
	tool 'cat'
}
# tool FILTER: a keyfirst whose help went through FILTER
tool() {
	printf '#!/bin/sh\n"%s/keyfirst" "$@" | %s\n' "$real" "$1" \
		>"$build/keyfirst"
	chmod +x "$build/keyfirst"
}

fresh
passes 'the project itself' "$tree" "$build"

rm -f "$tree/man/keyfirst-verify.8"
finds 'there is keyfirst-verify.8' "$tree" "$build"
fresh
if command -v mandoc >/dev/null; then
	printf '.Bl -tag\n' >>"$tree/man/pam_keyfirst.8"
	finds 'clean: pam_keyfirst.8' "$tree" "$build"
	fresh
fi
echo 'in @sysconfdir@' >>"$build/built/keyfirst.1"
finds 'configured: keyfirst.1' "$tree" "$build"
fresh
echo '.It Fl -planted' >>"$tree/man/keyfirst.1"
finds '--planted' "$tree" "$build"
fresh
sed -i 's/Fl -label/Fl -lable/' "$tree/man/keyfirst.1"
finds '#   --label' "$tree" "$build"
fresh
tool "sed 's/--qr-png/--qr-pgn/'"
finds '#   --qr-png' "$tree" "$build"
finds '#   --qr-pgn' "$tree" "$build"
tool "sed '/--issuer/d'"
finds '#   --issuer' "$tree" "$build"
tool "sed 's/keyfirst unlock/keyfirst relock/'"
finds '#   relock' "$tree" "$build"
tool 'sed /^../d'
finds 'there are commands' "$tree" "$build"
fresh
echo 'struct option o[] = { { "hidden", no_argument, NULL, 1 } };' \
	>>"$tree/enroll_tool/main.c"
finds '#   --hidden' "$tree" "$build"
finish
