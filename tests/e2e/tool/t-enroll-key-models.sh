#!/bin/bash
# keyfirst enroll key: where a key comes from, and which models are allowed.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/enroll-key.sh
. "$(dirname "$0")/../enroll-key.sh"

site_begin
softkeys_begin
site_person em-e
conf 'key.touch-timeout = 5' 'key.insert-timeout = 5'
plug first
enrol em-e >"$tool_out"
key_stop first

# --- attestation ------------------------------------------------------------------------

roots=/etc/keyfirst-roots
mkdir "$roots" "$site_dir/empty"
plug maker --attestation-root "$roots/maker.pem"
plug stranger --attestation-root "$site_dir/stranger.pem"
key_stop stranger
chmod 0644 "$roots/maker.pem"
tap_check 'up to a root' says 0 'Enrolled K2' \
	enrol em-e --attestation-roots "$roots"
tap_check 'it is on record' has em-e '.[1].attestation == "chain"'
keyfirst remove em-e K2 >/dev/null
chmod 0775 "$roots"
tap_check 'a directory that others can write' complains 3 'only root may' \
	in_vain untouched maker enrol em-e --attestation-roots "$roots"
chmod 0755 "$roots"
tap_check 'an empty directory' complains 4 'no *.pem' \
	in_vain enrol em-e --attestation-roots "$site_dir/empty"
tap_check 'no directory' complains 4 'no such directory' \
	in_vain enrol em-e --attestation-roots "$site_dir/none"
echo junk >"$roots/junk.pem"
tap_check 'junk beside a root is text' says 0 'Enrolled K2' \
	enrol em-e --attestation-roots "$roots"
keyfirst remove em-e K2 >/dev/null
head -n 3 "$roots/maker.pem" >"$roots/junk.pem"
tap_check 'half a root is named' complains 5 'junk.pem: not a certificate' \
	in_vain untouched maker enrol em-e --attestation-roots "$roots"
chmod 0666 "$roots/junk.pem"
tap_check 'and what others can write' complains 3 "$roots/junk.pem: only root" \
	in_vain untouched maker enrol em-e --attestation-roots "$roots"
truncate -s 1M "$roots/junk.pem"
chmod 0644 "$roots/junk.pem"
tap_check 'and what is too large' complains 3 "$roots/junk.pem: only root" \
	in_vain untouched maker enrol em-e --attestation-roots "$roots"
rm "$roots/junk.pem"
mv "$roots/maker.pem" "$site_dir/maker.pem"
install -m 0644 "$site_dir/stranger.pem" "$roots/stranger.pem"
tap_check 'a root of others' complains 3 'leads to none of the roots' \
	in_vain enrol em-e --attestation-roots "$roots"
install -m 0644 "$site_dir/maker.pem" "$roots/maker.pem"
key_stop maker
for way in self none; do
	plug "$way" --attestation "$way"
	tap_check "attestation $way: no root" complains 3 'no certificate' \
		in_vain enrol em-e --attestation-roots "$roots"
	tap_check "attestation $way: without roots" says 0 'Enrolled K2' \
		enrol em-e
	tap_check "attestation $way: on record" has em-e \
		".[1].attestation == \"$way\""
	keyfirst remove em-e K2 >/dev/null
	key_stop "$way"
done
plug u2froot --mode u2f --attestation-root "$roots/u2f.pem"
chmod 0644 "$roots/u2f.pem"
tap_check 'U2F, up to a root' says 0 'Enrolled K2' \
	enrol em-e --attestation-roots "$roots"
tap_check 'U2F, on record' has em-e '.[1].attestation == "chain"'
keyfirst remove em-e K2 >/dev/null
key_stop u2froot

site_conf <<-CONF
	[default]
	key.synced = deny
	key.touch-timeout = 5
CONF
plug copied
key copied 'synced yes' >/dev/null
tap_check 'one that can be copied, where that is not allowed' \
	complains 3 'key.synced refuses that' in_vain enrol em-e
site_conf <<-CONF
	[default]
	key.touch-timeout = 5
CONF
tap_check 'and where it is' answers 0 enrol em-e
tap_check 'it is on record' has em-e '.[1].synced == true'
keyfirst remove em-e K2 >/dev/null
key_stop copied

site_conf <<-CONF
	[default]
	key.aaguid-allow = 00112233-4455-6677-8899-aabbccddeeff
	key.touch-timeout = 5
CONF
plug maker
tap_check 'a model that is not allowed' answers 3 \
	in_vain untouched maker enrol em-e
tap_check 'it is named' grep -q \
	'AAGUID 2fc0579f-8113-47ea-b116-bb5a8db9202a, is not in' "$tool_err"
site_conf <<-CONF
	[default]
	key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202a
	key.touch-timeout = 5
CONF
tap_check 'one that is' complains 0 "the key's own word" enrol em-e
keyfirst remove em-e K2 >/dev/null
tap_check 'with roots it is more than its word' says 0 'Enrolled K2' \
	enrol em-e --attestation-roots "$roots"
tap_check 'no warning' test ! -s "$tool_err"
keyfirst remove em-e K2 >/dev/null
site_conf <<-CONF
	[default]
	factors = totp
	key.touch-timeout = 5
CONF
tap_check 'a key that no login will ask for' complains 0 'leaves out key' \
	enrol em-e
keyfirst remove em-e K2 >/dev/null
site_conf <<-CONF
	[default]
	key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202a
	key.touch-timeout = 5
CONF
plug u2f --mode u2f
tap_check 'U2F is no model' complains 3 'not in key.aaguid-allow' \
	in_vain enrol em-e --device "$softkeys/u2f" --attestation-roots "$roots"
key_stop maker u2f
site_conf <<-CONF
	[default]
	key.touch-timeout = 5
CONF
tap_done
