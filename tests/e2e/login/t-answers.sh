#!/bin/bash
# Answers that cannot be a code, typed into real programs: refused, never
# charged, no crash.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

# repeated N CHARACTER
repeated()
{
	head -c "$1" /dev/zero | tr '\0' "$2"
}

# piped NAME ANSWER: su without a terminal, every prompt answered the same.
piped()
{
	local name=$1 answer=$2
	printf '%s\n%s\n%s\n' "$answer" "$answer" "$answer" |
		setpriv --reuid ans-a --regid ans-a --init-groups \
		su "$name" -c 'echo inside:b'
}

# odd WHAT ANSWER: all at once, since each denial takes seconds; odd_results
# then has the points.
odd_names=()
odd()
{
	odd_names+=("$1")
	(refused piped ans-b "$2" >"$site_dir/odd.${#odd_names[@]}" 2>&1 &&
		echo good >>"$site_dir/odd.${#odd_names[@]}") &
}

odd_results()
{
	local n=0 name
	wait
	for name in "${odd_names[@]}"; do
		n=$((n + 1))
		tap_check "su, $name: refused" \
			test "$(tail -n 1 "$site_dir/odd.$n")" = good
	done
	tap_check 'su: nobody crashed, no code was let in' \
		not_logged 'segfault|result=grant|event=verifier|reason=broken'
}

site_begin
site_at_once
site_person ans-a ans-b ans-c
site_enroll ans-b ans-c
site_pam su <<<'auth requisite pam_keyfirst.so'
code=$(site_code ans-b)

odd 'empty' ''
odd '1 byte' 1
odd '5 digits' "${code:0:5}"
odd '7 digits, a right code before one' "${code}0"
odd '7 digits, a right code after one' "0$code"
odd '511 bytes' "$(repeated 511 1)"
odd '512 bytes' "$(repeated 512 1)"
odd '513 bytes' "$(repeated 513 1)"
odd '64 KiB' "$(repeated 65536 1)"
odd '511 bytes that begin with a code' "$code$(repeated 505 0)"
odd 'not ASCII' 'ñöß€漢字'
odd 'not UTF-8' $'\xff\xfe\xfd\xfc\xfb\xfa'
odd 'full-width digits' "$(sed 'y/0123456789/０１２３４５６７８９/' <<<"$code")"
odd 'two spaces' "${code:0:3}  ${code:3}"
odd 'a space in the wrong place' "${code:0:2} ${code:2}"
odd 'a space before' " $code"
odd 'a space after' "$code "
odd 'a tab' "${code:0:3}"$'\t'"${code:3}"
odd 'a sign' "+${code:1}"
odd 'a carriage return' "$code"$'\r'
# shellcheck disable=SC2016
odd 'shell and format signs' '%s%n$(id)`id`;id'
odd 'an escape sequence' $'\e[2J\e]0;x\a'
odd_results
tap_check 'nothing of all this was charged' \
	test "$(site_failures ans-b stranger)" = 0
tap_check 'while a wrong code is' \
	refused piped ans-b "$(site_wrong ans-b)"
tap_check 'three times' test "$(site_failures ans-b stranger)" = 3
tap_check 'the log has no control characters' \
	no_line '(keyfirst-verify|pam_keyfirst)' '#[0-7]{3}' "$site_log"

# The same over ssh, where the client takes what its terminal gives it.
site_recipe '/etc/pam.d/sshd: a public key, then a code' | site_pam sshd
sshd_start < <(site_recipe 'sshd_config: a public key, then a code')
both=publickey,keyboard-interactive
for length in 1 5 7 511 512 513 1000; do
	answer=$(repeated "$length" 1)
	tap_check "ssh, $length bytes: refused" refused ssh_login ans-b "$both" \
		"$prompt|$answer" "$prompt|$answer" "$prompt|$answer"
done
tap_check 'ssh, empty: refused' refused ssh_login ans-b "$both" \
	"$prompt|" "$prompt|" "$prompt|"
tap_check 'ssh, full-width: refused' refused ssh_login ans-b "$both" \
	"$prompt|１２３４５６" "$prompt|" "$prompt|"

# What OpenSSH's client would not send.
peer()
{
	/usr/bin/python3 "$site_top/tests/e2e/peer.py" "$sshd_port" ans-b \
		"$site_dir/ans-b.key" "$1"
}
log_mark
for kind in 1023 1024 1025 65536 200000 "nul:$code" "many:$code"; do
	tap_check "a hostile client, ${kind%%:*}: refused" peer "$kind"
done
tap_check 'none of it reached a verdict but no' not_logged result=grant
tap_check 'and nothing charged' test "$(site_failures ans-b known)" = 0

# Minutes may have passed.
code=$(site_code ans-b)
tap_check 'one space in the middle, as phones show it, is accepted' \
	shows inside:ans-b ssh_login ans-b "$both" \
	"$prompt|${code:0:3} ${code:3}"
tap_check 'and is no second way to spend the same code' \
	refused ssh_login ans-b "$both" "$prompt|$code" 'already used' \
	"$prompt|" "$prompt|"

# sudo reads its own way.
site_pam sudo <<<'auth required pam_keyfirst.so'
for length in 1 5 7 511; do
	answer=$(repeated "$length" 1)
	tap_check "sudo, $length bytes: refused" refused sudo_login ans-c \
		"$prompt|$answer" "$prompt|$answer" "$prompt|$answer"
done
# Past 511 sudo itself calls it an error of the conversation.
for length in 512 513 1022; do
	answer=$(repeated "$length" 1)
	tap_check "sudo, $length bytes: refused" refused sudo_login ans-c \
		"$prompt|$answer"
done
tap_check 'and nothing charged' test "$(site_failures ans-c known)" = 0
tap_check 'after which a right code lets in' shows inside:root \
	sudo_login ans-c "$prompt|$(site_code ans-c)"
tap_done
