#!/bin/bash
# A public key, then a code, through a real sshd with the stack and the
# sshd_config that README.md recommends.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

site_begin
site_person key-a key-b
site_enroll key-a key-b
site_recipe '/etc/pam.d/sshd: a public key, then a code' | site_pam sshd
sshd_start < <(site_recipe 'sshd_config: a public key, then a code')
both=publickey,keyboard-interactive

code=$(site_code key-a)
log_mark
tap_check 'a key and a code let in' \
	shows inside:key-a ssh_login key-a "$both" "$prompt|$code"
tap_check 'the grant is logged' logged \
	'^authpriv.* keyfirst-verify.*event=auth result=grant factor=totp id=T1 user=key-a .*service=sshd rhost=127.0.0.1 '

log_mark
# The two tries that are left are spent on nothing, which costs nothing.
tap_check 'the same code is refused' \
	refused ssh_login key-a "$both" "$prompt|$code" "$prompt|" "$prompt|"
tap_check 'it is logged as used before' \
	logged 'event=code result=refused reason=code-reused id=T1 .*user=key-a '
tap_check 'and the person is told' \
	shows 'That code was already used. Wait for the next one.' \
	ssh_login key-a "$both" "$prompt|$code" \
	"already used. Wait for the next one.|$(site_code key-a 1)"
tap_check 'nothing of this counts as a failure' \
	test "$(site_failures key-a known)" = 0

wrong=$(site_wrong key-b)
log_mark
tap_check 'wrong codes are refused' refused ssh_login key-b "$both" \
	"$prompt|$wrong" "Wrong code|$wrong" "Wrong code|$wrong"
tap_check 'they are logged' logged \
	'event=auth result=deny reason=code-wrong failures=3 user=key-b '
tap_check 'each is a failure' test "$(site_failures key-b known)" = 3

tap_check 'a key alone is not enough' refused ssh_login key-b publickey
tap_check 'a code alone is not enough' \
	refused ssh_login key-b keyboard-interactive
tap_check 'after three wrong ones the right one lets in' \
	shows inside:key-b ssh_login key-b "$both" "$prompt|$(site_code key-b)"
tap_check 'and clears the failures' \
	test "$(site_failures key-b known)" = 0

# Beside Debian's own sshd_config, where the first value wins.
[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -A >/dev/null
for recipe in 'a public key, then a code' 'a password, then a code'; do
	site_recipe "sshd_config: $recipe" >/etc/ssh/sshd_config.d/00-keyfirst.conf
	for line in 'usepam yes' 'kbdinteractiveauthentication yes' \
		'passwordauthentication no' 'keyboard-interactive:pam'; do
		tap_check "$recipe, in Debian's configuration: $line" \
			shows "$line" /usr/sbin/sshd -T
	done
done
rm -f /etc/ssh/sshd_config.d/00-keyfirst.conf
tap_done
