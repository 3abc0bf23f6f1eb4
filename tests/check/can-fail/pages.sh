#!/bin/sh
# Shows that pages.sh finds differences between source, help and pages.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir/tree
build=$tap_dir/build
real=$(cd "$builddir" && pwd)
mkdir -p "$tree/man" "$tree/enroll_tool" "$build/built"
fresh() {
	cp -f "$srcdir/Makefile.am" "$srcdir/FILEFORMAT" "$tree/"
	cp -f "$srcdir"/man/*.[1-8] "$tree/man/"
	rm -rf "$tree/enroll_tool"
	mkdir "$tree/enroll_tool"
	(cd "$srcdir/enroll_tool" && tar -cf - ./*.[ch] ./*/*.[ch]) |
		tar -C "$tree/enroll_tool" -xf -
	cp -f "$builddir"/built/*.[1-8] "$build/built/"
	# A tarball's tree may be read-only.
	chmod -R u+w "$tree" "$build"
	tool 'cat'
}
# tool FILTER: makes a keyfirst whose output goes through FILTER.
tool() {
	printf '#!/bin/sh\n"%s/keyfirst" "$@" | %s\n' "$real" "$1" \
		>"$build/keyfirst"
	chmod +x "$build/keyfirst"
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
passes 'the project itself' "$tree" "$build"

rm -f "$tree/man/keyfirst-verify.8"
finds 'no page: keyfirst-verify' "$tree" "$build"
change Makefile.am 's/^bin_PROGRAMS = keyfirst$/& keyfirst-planted/'
finds 'no page: keyfirst-planted' "$tree" "$build"
fresh
echo '9. /etc/keyfirst/planted   root' >>"$tree/FILEFORMAT"
finds '@sysconfdir@/keyfirst/planted' "$tree" "$build"
change man/keyfirst-store.5 '/Pa .*strangers.UID$/d'
finds 'state/strangers.UID' "$tree" "$build"
fresh
if command -v mandoc >/dev/null; then
	printf '.Bl -tag\n' >>"$tree/man/pam_keyfirst.8"
	finds 'clean: pam_keyfirst.8' "$tree" "$build"
	fresh
fi
echo 'in @sysconfdir@' >>"$build/built/keyfirst.1"
finds 'configured: keyfirst.1' "$tree" "$build"
rm "$build/built/keyfirst-json.5"
finds 'configured: keyfirst-json.5' "$tree" "$build"
change man/pam_keyfirst.8 's/^\.Xr keyfirst 1/.Xr keyfirst 8/'
finds '#   keyfirst.8' "$tree" "$build"

# An option of the wrong command, in the page, in help and in the source.
change man/keyfirst.1 '/^\.Op Fl -last$/d
s/^\.Cm unlock$/&\n.Op Fl -last/'
finds '#   remove: --last' "$tree" "$build"
finds '#   unlock: --last' "$tree" "$build"
fresh
tool "sed -e '/^  --last/d' -e '/wrong\|forget/s/.*/&\n\n  --last   x/'"
finds '#   remove: --last' "$tree" "$build"
finds '#   unlock: --last' "$tree" "$build"
change enroll_tool/people/remove.c 's/{ "last", no_/{ "service", required_/'
finds '#   remove: --last' "$tree" "$build"
finds '#   remove: --service=' "$tree" "$build"
fresh
mkdir "$tree/enroll_tool/sms"
mv "$tree/enroll_tool/totp/options.c" "$tree/enroll_tool/sms/options.c"
finds 'sms/options.c belongs to no command: --label=' "$tree" "$build"
finds '#   enroll totp: --label=' "$tree" "$build"

# An option that takes a value in one place and none in another.
change man/keyfirst.1 's/^\.Op Fl -last$/& Ar N/'
finds '#   remove: --last=' "$tree" "$build"
change enroll_tool/people/test.c 's/"service", required_/"service", no_/'
finds '#   test: --service' "$tree" "$build"

# Options that are in one place only, or misspelt in one place.
change man/keyfirst.1 "\$a.It Fl -planted"
finds '#   --planted' "$tree" "$build"
change man/keyfirst.1 '/^\.It Fl -issuer/d'
finds '#   --issuer' "$tree" "$build"
change man/keyfirst.1 's/^\.Op Fl -label/.Op Fl -lable/'
finds '#   enroll totp: --label=' "$tree" "$build"
fresh
tool "sed 's/--qr-png/--qr-pgn/'"
finds '#   enroll totp: --qr-png=' "$tree" "$build"
finds '#   enroll totp: --qr-pgn=' "$tree" "$build"
tool "sed '/--issuer/d'"
finds '#   enroll totp: --issuer=' "$tree" "$build"
tool "sed 's/\[--last\]/[--lost]/'"
finds '#   remove: --lost' "$tree" "$build"
fresh
echo 'struct option o[] = { { "hidden", no_argument, NULL, 1 } };' \
	>>"$tree/enroll_tool/cli/words.c"
finds 'cli/words.c belongs to no command: --hidden' "$tree" "$build"

# Commands and operands.
fresh
tool "sed 's/^  unlock/  relock/'"
finds '#   relock' "$tree" "$build"
finds '#   unlock' "$tree" "$build"
change enroll_tool/main.c 's/{ "unlock",/{ "relock",/'
finds '#   relock' "$tree" "$build"
change man/keyfirst.1 's/^\.Cm setup$/.Cm set-up/'
finds '#   set-up' "$tree" "$build"
change man/keyfirst.1 's/^\.Ar USER ID LABEL$/.Ar USER LABEL/'
finds '#   rename: USER ID LABEL' "$tree" "$build"
fresh
tool 'sed /^../d'
finds 'there are commands' "$tree" "$build"

# Exit statuses, and keys of --json.
change man/keyfirst.1 '/^\.It 4$/d'
finds '#   4' "$tree" "$build"
change enroll_tool/cli/command.h 's/KF_EXIT_ERROR = 5/&,\n\tKF_EXIT_MORE = 6/'
finds '#   6' "$tree" "$build"
change enroll_tool/people/json.c 's/"last-used"/"last-use"/'
finds '#   last-use' "$tree" "$build"
finds '#   last-used' "$tree" "$build"
change enroll_tool/people/remove.c 's/{ "last", no_argument/{ "json", no_argument/'
finds '#   remove' "$tree" "$build"
finish
