#!/bin/sh
# exports.sh [MODULE]: the module exports no symbols but those of PAM
# (pam_sm_*).  Another exported symbol could be used by the program that loads
# the module, or take the place of one of the program's own symbols.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

module=${1:-$builddir/.libs/pam_keyfirst.so}
names=$(nm -D --defined-only "$module" | awk '{ print $NF }' | sort)
wanted='authenticate setcred acct_mgmt open_session close_session chauthtok'

strangers=
for name in $names; do
	known=0
	for entry in $wanted; do
		[ "$name" = "pam_sm_$entry" ] && known=1
	done
	[ "$known" = 1 ] || strangers="$strangers$name
"
done
none 'exports nothing but pam_sm_*' "$strangers"

for entry in authenticate acct_mgmt setcred; do
	if printf '%s\n' "$names" | grep -qx "pam_sm_$entry"; then
		ok "exports pam_sm_$entry"
	else
		not_ok "exports pam_sm_$entry" "$names"
	fi
done
finish
