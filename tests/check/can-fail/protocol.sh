#!/bin/sh
# Shows that protocol.sh finds differences, on the side of the code and of
# PROTOCOL, and in each of its tables.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
mkdir "$tree/protocol"
fresh() {
	cp -f "$srcdir/PROTOCOL" "$tree/"
	cp -f "$srcdir/protocol/msg.h" "$srcdir/protocol/phase.c" \
		"$tree/protocol/"
	# A tarball's tree may be read-only.
	chmod -R u+w "$tree"
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
passes 'the project itself' "$tree"
change protocol/msg.h 's/\(KF_MSG_GRANT = \)0x86/\10x89/'
finds '0x89 GRANT' "$tree"
change protocol/msg.h '/KF_MSG_CANCEL/d'
finds '0x04 CANCEL' "$tree"
change protocol/msg.h 's/\(KF_PROTOCOL_VERSION \).*/\17/'
finds '#   7' "$tree"
change protocol/msg.h 's/char rhost\[256\]/char rhost[128]/'
finds 'rhost 127' "$tree"
change PROTOCOL '/string  tty/d'
finds 'tty 63' "$tree"
change protocol/phase.c '/KF_PHASE_ANSWER, KF_MSG_CANCEL/d'
finds 'ANSWER CANCEL ANSWER' "$tree"
change protocol/phase.c 's/\(KF_MSG_GRANT, KF_PHASE_\)END/\1WORK/'
finds 'WORK GRANT WORK' "$tree"
change PROTOCOL 's/0x86/0x89/'
finds '0x86 GRANT' "$tree"
change PROTOCOL '/WORK.*EXEMPT.*END/d'
finds 'WORK EXEMPT END' "$tree"
change protocol/msg.h 's/KF_MSG/KF_MESSAGE/'
finds 'messages: found in protocol/msg.h' "$tree"
finish
