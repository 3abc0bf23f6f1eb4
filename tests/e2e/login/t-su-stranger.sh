#!/bin/bash
# A stranger types 200 wrong codes for somebody else through `su`, with the
# code before the password.  That closes the strangers' way and nothing else.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

# One su is one call of the module: three codes.  Nothing is a terminal here.
one_su()
{
	printf '%s\n%s\n%s\n' "$wrong" "$wrong" "$wrong" |
		setpriv --reuid str-a --regid str-a --init-groups \
			su str-b -c 'echo inside:str-b' >>"$site_dir/su.out" 2>&1
}

attack()
{
	local n
	: >"$site_dir/su.out"
	for n in $(seq 67); do
		one_su &
		# Ten at a time.
		[ $((n % 10)) -ne 0 ] || wait
	done
	wait
	! grep -q inside: "$site_dir/su.out"
}

site_begin
site_at_once
site_person str-a str-b str-c
site_enroll str-b str-c
site_pam su <<'LINES'
auth requisite pam_keyfirst.so
@include common-auth
LINES
wrong=$(site_wrong str-b)

tap_check 'su with code and password works for who has both' \
	shows inside:str-c su_login str-a str-c "$prompt|$(site_code str-c)" \
	"assword: |$(site_password str-c)"
log_mark
tap_check '201 wrong codes let nobody in' attack
answers=$(grep -o "$prompt" "$site_dir/su.out" | wc -l)
note "prompts seen: $answers"
tap_check 'all of them were typed' test "$answers" -ge 200
tap_check 'the strangers are slowed down' \
	logged 'event=code result=refused reason=wait .*user=str-b '
tap_check 'a right code from a stranger does not help now' \
	refused su_login str-a str-b "$prompt|$(site_code str-b)" \
	"$prompt|" "$prompt|"

tap_check 'four were judged before the first wait, and few after' \
	test "$(site_failures str-b stranger)" -lt 10
tap_check "the victim's own count is untouched" \
	test "$(site_failures str-b known)" = 0
site_pam sudo <<<'auth required pam_keyfirst.so'
tap_check 'the victim uses sudo at once' \
	shows inside:root sudo_login str-b "$prompt|$(site_code str-b)"
site_recipe '/etc/pam.d/sshd: a public key, then a code' | site_pam sshd
sshd_start < <(site_recipe 'sshd_config: a public key, then a code')
tap_check 'and ssh' shows inside:str-b ssh_login str-b \
	publickey,keyboard-interactive "$prompt|$(site_code str-b 1)"
tap_done
