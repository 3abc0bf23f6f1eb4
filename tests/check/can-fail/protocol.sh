#!/bin/sh
# protocol.sh can fail, on either side and on either table.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
mkdir "$tree/common"
fresh() {
	cp -f "$srcdir/PROTOCOL" "$tree/"
	cp -f "$srcdir/common/msg.h" "$srcdir/common/phase.c" "$tree/common/"
	# A tarball's tree may be read-only.
	chmod -R u+w "$tree"
}
# change FILE SED-COMMAND: and something has changed
change() {
	fresh
	sed -i "$2" "$tree/$1"
	if cmp -s "$tree/$1" "$srcdir/$1"; then
		not_ok "could change $1 by $2"
	fi
}

fresh
passes 'the project itself' "$tree"
change common/msg.h 's/\(KF_MSG_GRANT = \)0x86/\10x89/'
finds '0x89 GRANT' "$tree"
change common/msg.h '/KF_MSG_CANCEL/d'
finds '0x04 CANCEL' "$tree"
change common/msg.h 's/\(KF_PROTOCOL_VERSION \).*/\17/'
finds '#   7' "$tree"
change common/msg.h 's/char rhost\[256\]/char rhost[128]/'
finds 'rhost 127' "$tree"
change PROTOCOL '/string  tty/d'
finds 'tty 63' "$tree"
change common/phase.c '/KF_PHASE_ANSWER, KF_MSG_CANCEL/d'
finds 'ANSWER CANCEL ANSWER' "$tree"
change common/phase.c 's/\(KF_MSG_GRANT, KF_PHASE_\)END/\1WORK/'
finds 'WORK GRANT WORK' "$tree"
change PROTOCOL 's/0x86/0x89/'
finds '0x86 GRANT' "$tree"
change PROTOCOL '/WORK.*EXEMPT.*END/d'
finds 'WORK EXEMPT END' "$tree"
change common/msg.h 's/KF_MSG/KF_MESSAGE/'
finds 'messages: found in common/msg.h' "$tree"
finish
