#!/bin/bash
# A password, then a code, through a real sshd with README.md's recipe; and
# sshd's own `password` method, which must never hand us what was typed there.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

site_begin
site_at_once
site_person pw-a pw-b pw-c
site_enroll pw-a pw-b pw-c
site_recipe '/etc/pam.d/sshd: a password, then a code' | site_pam sshd
sshd_start < <(site_recipe 'sshd_config: a password, then a code')
kbd=keyboard-interactive

tap_check 'a password and a code let in' \
	shows inside:pw-a ssh_login pw-a "$kbd" \
	"Password: |$(site_password pw-a)" "$prompt|$(site_code pw-a)"
log_mark
tap_check 'a wrong password is refused' \
	refused ssh_login pw-a "$kbd" "Password: |not it"
tap_check 'and never comes to us' not_logged 'event=auth'
wrong=$(site_wrong pw-a)
tap_check 'a right password and wrong codes are refused, in words' \
	refused ssh_login pw-a "$kbd" "Password: |$(site_password pw-a)" \
	"$prompt|$wrong" "Wrong code|$wrong" "Wrong code|$wrong"
sshd_stop

# The old way, `requisite pam_unix.so`, is as good.
site_pam sshd <<'LINES'
auth requisite pam_unix.so
auth required pam_keyfirst.so after_first_factor
LINES
sshd_start < <(site_recipe 'sshd_config: a password, then a code')
tap_check 'behind requisite pam_unix a code lets in' \
	shows inside:pw-b ssh_login pw-b "$kbd" \
	"Password: |$(site_password pw-b)" "$prompt|$(site_code pw-b)"
log_mark
tap_check 'and a wrong password ends there' \
	refused ssh_login pw-b "$kbd" "Password: |not it"
tap_check 'without a word to us' not_logged 'event=auth'
sshd_stop

# `password` cannot answer an echoed question.  Were the login password or the
# code typed at its prompt passed on, the code would be judged.
for lines in 'auth required pam_keyfirst.so' \
	'auth requisite pam_unix.so
auth required pam_keyfirst.so after_first_factor' \
	'auth required pam_keyfirst.so
auth required pam_unix.so use_first_pass'; do
	site_pam sshd <<<"$lines"
	sshd_start <<-'LINES'
		PasswordAuthentication yes
		KbdInteractiveAuthentication no
		AuthenticationMethods password
	LINES
	what=$(tr '\n' ';' <<<"$lines")
	log_mark
	tap_check "password method, the password: refused ($what)" refused \
		ssh_login pw-c password "password: |$(site_password pw-c)"
	tap_check 'password method, a valid code: refused' refused \
		ssh_login pw-c password "password: |$(site_code pw-c)"
	tap_check 'no code was judged' \
		not_logged 'result=grant|reason=(wrong|code)'
	tap_check 'and nothing charged' \
		test "$(site_failures pw-c known) $(site_failures pw-c stranger)" = '0 0'
	sshd_stop
done
tap_done
