#!/bin/bash
# sudo: a code of one's own, README.md's recipe, and what the module leaves in
# sudo's address space.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

# maps NAME PAIR...: the files mapped into a sudo that has let NAME in and is
# waiting for its command to end.
maps()
{
	local name=$1 pid
	shift
	rm -f "$site_dir/go"
	mkfifo "$site_dir/go"
	site_as "$name" sudo -k sh -c "echo started; read x <$site_dir/go"
	pty_start "${as_argv[@]}"
	while [ $# -gt 0 ]; do
		pty "expect ${1%%|*}" && pty "line ${1#*|}"
		shift
	done
	pty 'expect started' && pty pid
	pid=$pty_answer
	[ "$(cat "/proc/$pid/comm")" = sudo ] || note "pid $pid is not sudo"
	awk '$6 ~ "^/" { print $6 }' "/proc/$pid/maps" | sort -u
	echo >"$site_dir/go"
	pty_end
}

site_begin
site_person sudo-a sudo-b sudo-c
site_enroll sudo-a sudo-b

maps sudo-c "sudo-c: |$(site_password sudo-c)" >"$site_dir/maps.before"

site_recipe '/etc/pam.d/sudo: a password, then a code' | site_pam sudo
log_mark
tap_check 'a password and a code' shows inside:root sudo_login sudo-a \
	"sudo-a: |$(site_password sudo-a)" "$prompt|$(site_code sudo-a)"
tap_check 'the grant is logged' \
	logged 'result=grant factor=totp id=T1 user=sudo-a .*service=sudo '
maps sudo-a "sudo-a: |$(site_password sudo-a)" \
	"$prompt|$(site_code sudo-a 1)" >"$site_dir/maps.after"
tap_check 'sudo was seen with what is known to be there' \
	grep -q pam_unix.so "$site_dir/maps.before"
comm -13 "$site_dir/maps.before" "$site_dir/maps.after" >"$site_dir/maps.new"
note "new in sudo: $(tr '\n' ' ' <"$site_dir/maps.new")"
tap_check 'one new file is mapped into sudo' \
	test "$(wc -l <"$site_dir/maps.new")" = 1
tap_check 'and that is the module' grep -q '/pam_keyfirst\.so$' \
	"$site_dir/maps.new"

# sudo -i is a service of its own.
site_person sudo-i
site_enroll sudo-i
site_recipe '/etc/pam.d/sudo: a password, then a code' | site_pam sudo-i
# shellcheck disable=SC2016 # for the shell over there
site_as sudo-i sudo -k -i sh -c 'echo inside:$(id -un)'
tap_check 'sudo -i: a password and a code' shows inside:root \
	pty_run "sudo-i: |$(site_password sudo-i)" \
	"$prompt|$(site_code sudo-i)" -- "${as_argv[@]}"
tap_check 'sudo -i: not the password alone' fails shows inside: \
	pty_run "sudo-i: |$(site_password sudo-i)" "$prompt|" "|" "|" \
	-- "${as_argv[@]}"

# Who runs sudo is the person asked about: reasons are said in words here
# even where nothing stands before us.
site_pam sudo <<<'auth required pam_keyfirst.so'
wrong=$(site_wrong sudo-b)
start=$EPOCHSECONDS
tap_check 'a code alone, where the stack says so' \
	shows inside:root sudo_login sudo-b "$prompt|$(site_code sudo-b)"
tap_check 'wrong codes are refused, in words' \
	refused sudo_login sudo-b "$prompt|$wrong" "Wrong code|$wrong" \
	"Wrong code|$wrong"
tap_check 'and they have to wait' test $((EPOCHSECONDS - start)) -ge 1
tap_check 'three failures' test "$(site_failures sudo-b known)" = 3
tap_check 'who is not enrolled is refused, in words' refused \
	sudo_login sudo-c 'No second factor is enrolled for you.'
tap_done
