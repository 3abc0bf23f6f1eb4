#!/bin/bash
# keyfirst enroll key: no key that lies or is hostile is enrolled.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/enroll-key.sh
. "$(dirname "$0")/../enroll-key.sh"

site_begin
softkeys_begin
site_person el-e
conf 'key.touch-timeout = 5' 'key.insert-timeout = 5'
plug first
enrol el-e >"$tool_out"
key_stop first
plug other

for lie in 'sig bad' 'sig long' 'sig empty' 'sig trailing' \
	'authdata trailing' 'authdata short' 'authdata wrong-rp' \
	'credential other' 'algorithm wrong' 'challenge wrong' 'flags 00' \
	'flags 04' 'flags 11' 'flags 81'; do
	key other "$lie" >/dev/null
	tap_check "a key that lies: $lie" in_vain fails enrol el-e
	tap_check "and is not enrolled: $lie" has el-e 'length == 1'
	case $lie in
	'algorithm wrong')	key other 'algorithm ok' >/dev/null ;;
	flags*)			key other 'flags off' >/dev/null ;;
	*)			key other "${lie% *} ok" >/dev/null ;;
	esac
done
for lie in silent slow keepalive vanish short-report long-report garbage; do
	key other "hostile $lie" >/dev/null
	tap_check "a hostile key: $lie" in_vain fails enrol el-e
	key other 'hostile none' power-cycle >/dev/null
done
key_stop other
plug other
tap_check 'after all that it is a key like any other' says 0 \
	'Enrolled K2 for el-e' enrol el-e
key_stop other
tap_done
