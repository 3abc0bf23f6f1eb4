#!/bin/bash
# keyfirst enroll key: PINs and fingerprints, and who is asked for them.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/enroll-key.sh
. "$(dirname "$0")/../enroll-key.sh"

site_begin
softkeys_begin
site_person ep-e
conf 'key.touch-timeout = 5' 'key.insert-timeout = 5'
plug first
enrol ep-e >"$tool_out"
key_stop first

# --- PIN ----------------------------------------------------------------------------------

site_ledger pin 'right-Pin-4711'
plug pin --pin right-Pin-4711
tap_check 'a PIN for one who cannot be asked' complains 1 'nobody typed one' \
	in_vain enrol ep-e --verify
tap_check 'wrong once, then right' talk 0 "$pin_asked|wrong-Pin" \
	'Wrong PIN (7 tries left).' \
	'Security key PIN (7 tries left): |right-Pin-4711' \
	'Label [softkey pin]: |' "$no_codes" -- ep-e --verify
tap_check 'it is not shown' not_shown right-Pin
tap_check 'verification is recorded' has ep-e \
	'.[1].verify == true and .[1].label == "softkey pin"'
tap_check 'list says so' shows 'es256, verify' keyfirst list ep-e
keyfirst remove ep-e K2 >/dev/null
tap_check 'an empty one is a try, and not sent' talk 1 "$pin_asked|" \
	'not tried' "$pin_asked|" 'no right PIN' -- ep-e --verify
tap_check 'so the key counted nothing' shows pin=8 key pin retries
tap_check 'one that is too short, and one that is too long' talk 1 \
	"$pin_asked|123" 'not tried' \
	"$pin_asked|0123456789012345678901234567890123456789012345678901234567890123" \
	'no right PIN' -- ep-e --verify
tap_check 'nor those' shows pin=8 key pin retries
tap_check 'wrong twice: no more' talk 1 "$pin_asked|wrong-Pin" \
	'(7 tries left): |wrong-Pin' 'no right PIN' -- ep-e --verify
tap_check 'it was sent twice' shows pin=6 key pin retries
tap_check 'the third in a row' talk 1 '(6 tries left): |wrong-Pin' \
	'plug it in again' -- ep-e --verify
key pin power-cycle >/dev/null
tap_check 'plugged in again, two more' talk 1 '(5 tries left): |wrong-Pin' \
	'(4 tries left): |wrong-Pin' 'no right PIN' -- ep-e --verify
key pin power-cycle >/dev/null
tap_check 'and two more' talk 1 '(3 tries left): |wrong-Pin' \
	'(2 tries left): |wrong-Pin' 'no right PIN' -- ep-e --verify
key pin power-cycle >/dev/null
tap_check 'the last try is left alone' complains 1 'only one try' \
	in_vain enrol ep-e --verify
tap_check 'it is still there' shows pin=1 key pin retries
key pin 'pin right-Pin-4711' >/dev/null
site_conf <<-CONF
	[default]
	key.verify = yes
	key.touch-timeout = 5
CONF
tap_check 'the policy asks for it too' talk 0 \
	"$pin_asked|right-Pin-4711" "$no_codes" -- ep-e --label p
tap_check 'which is not the record of that key' has ep-e \
	'.[1].verify == false'
keyfirst remove ep-e K2 >/dev/null
key_stop pin
plug plain
tap_check 'no PIN, and one is needed' complains 3 \
	"fido2-token -S $softkeys/plain" in_vain untouched plain \
	enrol ep-e --verify
tap_check 'also by policy' complains 3 'fido2-token -S' in_vain enrol ep-e
key_stop plain
plug u2f --mode u2f
tap_check 'U2F never has one' complains 3 'take a FIDO2 key' \
	in_vain enrol ep-e
key_stop u2f
site_conf <<-CONF
	[default]
	key.touch-timeout = 5
	key.insert-timeout = 5
CONF
plug finger --uv
tap_check 'a fingerprint asks for no PIN' says 0 'with PIN or fingerprint' \
	enrol ep-e --verify
keyfirst remove ep-e K2 >/dev/null
key finger 'uv fail' >/dev/null
tap_check 'a wrong one is not taken' complains 1 'not recognised' \
	in_vain enrol ep-e --verify
key_stop finger
plug both --uv --pin right-Pin-4711
key both 'uv block' >/dev/null
tap_check 'the PIN, where the fingerprint does not do' talk 0 \
	"$pin_asked|right-Pin-4711" "$no_codes" -- ep-e --verify --label f
keyfirst remove ep-e K2 >/dev/null
key_stop both
plug always --always-uv --pin right-Pin-4711
tap_check 'a key that always asks' talk 0 "$pin_asked|right-Pin-4711" \
	"$no_codes" -- ep-e --label g
tap_check 'that is its own business' has ep-e '.[1].verify == false'
keyfirst remove ep-e K2 >/dev/null
key_stop always
tap_check 'no PIN was said' fails grep -e right-Pin -e wrong-Pin "$tool_said"
tap_done
