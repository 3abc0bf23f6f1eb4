#!/bin/bash
# A dozen logins through real sshd, sudo and su, one of them with a security key:
# what ./check quick looks at between two commits.  Who may log in does, and
# who may not does not; the other scripts say why.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/softkeys.sh
. "$(dirname "$0")/../softkeys.sh"

site_begin
site_at_once
softkeys_begin
site_person quick-a quick-b quick-none
site_enroll quick-a quick-b
site_recovery quick-b
both=publickey,keyboard-interactive
kbd=keyboard-interactive

# --- sshd ----------------------------------------------------------------------

site_recipe '/etc/pam.d/sshd: a public key, then a code' | site_pam sshd
sshd_start < <(site_recipe 'sshd_config: a public key, then a code')
code=$(site_code quick-a)
tap_check 'ssh: a public key and a code let in' \
	shows inside:quick-a ssh_login quick-a "$both" "$prompt|$code"
tap_check 'ssh: the same code once more does not' refused \
	ssh_login quick-a "$both" "$prompt|$code" "$prompt|" "$prompt|"
tap_check 'ssh: nor does a public key alone' \
	refused ssh_login quick-a publickey
tap_check 'ssh: a recovery code lets in' shows inside:quick-b \
	ssh_login quick-b "$both" "$prompt|$(site_recovery_code quick-b 3)" \
	'Recovery code used: 9 left|'
tap_check 'ssh: nobody without a second factor' refused \
	ssh_login quick-none "$both" 'No second factor is enrolled for you.|'
sshd_stop

site_recipe '/etc/pam.d/sshd: a password, then a code' | site_pam sshd
sshd_start < <(site_recipe 'sshd_config: a password, then a code')
wrong=$(site_wrong quick-b)
tap_check 'ssh: a password and wrong codes do not let in' refused \
	ssh_login quick-b "$kbd" "Password: |$(site_password quick-b)" \
	"$prompt|$wrong" "Wrong code|$wrong" "Wrong code|$wrong"
tap_check 'ssh: a password and a code do' shows inside:quick-b \
	ssh_login quick-b "$kbd" "Password: |$(site_password quick-b)" \
	"$prompt|$(site_code quick-b)"
sshd_stop

# --- sudo and su -----------------------------------------------------------------

site_recipe '/etc/pam.d/sudo: a password, then a code' | site_pam sudo
tap_check 'sudo: a password and a code let in' shows inside:root \
	sudo_login quick-a "quick-a: |$(site_password quick-a)" \
	"$prompt|$(site_code quick-a 1)"
tap_check 'sudo: a wrong password does not' \
	refused sudo_login quick-a 'quick-a: |not it'
site_pam su <<<'auth required pam_keyfirst.so'
log_mark
tap_check 'su: a stranger with wrong codes is not let in' refused \
	su_login quick-none quick-a "$prompt|$wrong" "$prompt|$wrong" \
	"$prompt|$wrong"
tap_check 'and the log has it' \
	logged 'event=auth result=deny reason=code-wrong .*user=quick-a .*service=su '

# --- a security key ----------------------------------------------------------------

key_start quick
site_pam sudo <<<'auth required pam_keyfirst.so'
tap_check 'a security key is enrolled' key_enroll quick-a quick
log_mark
tap_check 'sudo: one touch of it lets in' touched quick shows inside:root \
	sudo_login quick-a "$touch"
tap_check 'and the log has the key' \
	logged 'result=grant factor=key via=local id=K1 user=quick-a '
key_out quick

# --- what is not understood ----------------------------------------------------------

printf '%s\n' '[default]' 'factor = totp' | site_conf
tap_check 'sudo: a mistake in the configuration lets nobody in' refused \
	sudo_login quick-b
site_begin
tap_done
