#!/bin/bash
# Logins with security keys on a real system: the installed keyfirst, the kernel's
# hidraw, and a udevd that obeys our rule.  A key must be asked for when it can
# help and never otherwise, and need one touch.  No process and no open device may
# be left, however the key or the person behaves.
set -eu
# shellcheck source=tests/vm/guest.sh
. "$(dirname "$0")/guest.sh"
# shellcheck source=tests/e2e/systemd.sh
. "$(dirname "$0")/../e2e/systemd.sh"
vm_inside 900

put_in='Insert your security key.'
rule=/usr/lib/udev/rules.d/70-keyfirst.rules
mouse='\x05\x01\x09\x02\xa1\x01\x09\x01\xa1\x00\x05\x09\x19\x01\x29\x08\x15\x00'
mouse+='\x25\x01\x95\x08\x75\x01\x81\x02\xc0\xc0'

# recovery NAME: sets code to the next of their recovery codes.
recovery()
{
	local next=$site_dir/$1.next
	echo >>"$next"
	code=$(site_recovery_code "$1" "$(wc -l <"$next")")
}

# tap_pty TEXT COMMAND: what the terminal that pty_start has begun must show.
tap_pty()
{
	tap_check "$1" pty_shows "$2"
}

pty_shows()
{
	pty "$1" || {
		cat "$pty_shown"
		return 1
	}
}

node_is()
{
	shows "$2" stat -c '%U %G %a' "$(key_node "$1")"
}

# lock NAME PAIR...: a locker of theirs, which is not root.
lock()
{
	site_as "$1" "$site_build/tests/e2e/locker" kf-locker
	shift
	pty_run "$@" -- "${as_argv[@]}"
}

site_begin
trap 'systemd_stop; sshd_stop' EXIT
keys_begin
for service in sudo su; do
	site_pam "$service" <<<'auth required pam_keyfirst.so'
done
printf '%s required pam_keyfirst.so\n' auth account >/etc/pam.d/kf-locker
cp /etc/pam.d/login "$site_dir/pam.login"
site_pam login <<-PAM
	auth requisite pam_unix.so
	auth required pam_keyfirst.so after_first_factor
PAM
site_person vk-a vk-b vk-u vk-only vk-two

# --- the rule --------------------------------------------------------------------------

tap_check "the kernel is Debian's own" grep -q Debian /proc/version
log_mark
logger -t keys-vm 'a line'
tap_check 'the log is kept' logged 'keys-vm.*: a line'
key_start one
key_start two
key_start old --mode u2f
uhid_plug mouse "$mouse" '\x1c'
udevadm wait --timeout=60 --settle /dev/softkey/mouse
tap_check 'the rule gives a key to user keyfirst' node_is one 'root keyfirst 660'
tap_check 'and a U2F key' node_is old 'root keyfirst 660'
tap_check 'whose group nobody else is in' \
	test -z "$(getent group keyfirst | cut -d : -f 4)"
site_as vk-a test -r "$(key_node one)"
tap_check 'so that nobody else has it' fails "${as_argv[@]}"
tap_check 'what is no key stays as it was' node_is mouse 'root root 600'
# So that it could be.
chmod 0666 "$(key_node mouse)"
# The kernel itself may have.
uhid_openings >/dev/null

# --- enrolled, then used ---------------------------------------------------------------

tap_check 'a FIDO2 key is enrolled' key_enroll vk-a one
tap_check 'a U2F key is' key_enroll vk-u old
tap_check "somebody's only factor is" key_enroll vk-only two
tap_check 'two keys of one person are' key_enroll vk-two one
tap_check 'the second one too' key_enroll vk-two two
site_enroll vk-a vk-u
site_recovery vk-a
tap_check 'nobody has them open afterwards' quiet
key_out two
key_out old

log_mark
tap_check 'sudo: one touch' touched one shows inside:root sudo_login vk-a "$touch"
tap_check 'the log has it' logged \
	'result=grant factor=key via=local id=K1 user=vk-a .*service=sudo '
tap_check 'and nothing is left' quiet
tap_check 'su to oneself: one touch' \
	touched one shows inside:vk-a su_login vk-a vk-a "$touch"
log_mark
tap_check "su to another's account: one touch" \
	touched one shows inside:vk-a su_login vk-b vk-a "$touch"
tap_check 'the log has it' logged 'result=grant factor=key .*user=vk-a .*service=su '
tap_check 'login: a password, then one touch' touched one login_login vk-a \
	"Password: |$(site_password vk-a)" "$touch"
# A real systemd starts its verifier, and could keep the device from it.
systemd_start vk-a
inside systemctl --quiet enable --now keyfirst-verify.socket
log_mark
tap_check "a locker that is not root, and the shipped unit: one touch" \
	touched one shows inside:vk-a lock vk-a "$touch" inside:
tap_check 'the log has it, and who called' logged \
	"result=grant factor=key .*user=vk-a .*caller=$(id -u vk-a) "
tap_check 'and nothing is left of them all' quiet
tap_check 'the mouse was never opened' test "$(uhid_openings)" = 0
: <"$(key_node mouse)"
tap_check 'or it would have been seen' test "$(uhid_openings)" = 1
exec {uhid}>&-
key_out one
key_in old
tap_check 'sudo with a U2F key: one touch' \
	touched old shows inside:root sudo_login vk-u "$touch"
tap_check 'login with a U2F key: one touch' touched old login_login vk-u \
	"Password: |$(site_password vk-u)" "$touch"

# --- none that can help ----------------------------------------------------------------

key old 'stats reset' >/dev/null
recovery vk-a
tap_check "another's key: a code" \
	shows inside:root sudo_login vk-a "$insert|$code"
tap_check 'and it was told nothing' key_touches old 0
tap_check 'nor did it blink' shows ' assert=0 ' key old stats
key_out old
recovery vk-a
tap_check 'no key: a code, and not a word of touching' \
	lacks "$touch" sudo_login vk-a "$insert|$code"
sudo_start vk-a
tap_pty 'no key: asked for one' "expect $insert"
key_in one
pty 'line '
tap_pty 'put in, and Enter' "expect $touch"
key one 'wait touch' touch >/dev/null
tap_pty 'lets in' 'expect inside:root'
pty_end
key_out one
conf 'key.insert-timeout = 2'
log_mark
tap_check 'no key and no code: a clear denial' refused sudo_login vk-only \
	"$put_in" 'No security key of yours was found.'
tap_check 'and the log says why' logged \
	'result=deny reason=key-absent .*user=vk-only'
conf 'key.insert-timeout = 40'

# --- plugged in while somebody waits -----------------------------------------------------

# sleeps PID: how often it has gone to sleep.
sleeps()
{
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status"
}

# The verifier has woken up and gone to sleep again.
sleeps_again()
{
	local end=$((SECONDS + 20))
	while [ "$SECONDS" -lt "$end" ]; do
		[ "$(sleeps "$verifier")" -le "$slept" ] || return 0
	done
	return 1
}

# udev gives a node away after it is there.  Seen before that, and after it.
for order in 'before the rule' 'after the rule'; do
	log_mark
	sudo_start vk-only
	pty "expect $put_in"
	verifier=$(pgrep -n -x keyfirst-verify)
	if [ "$order" = 'before the rule' ]; then
		udevadm control --stop-exec-queue
		slept=$(sleeps "$verifier")
		key two plug >/dev/null
		tap_check "seen $order: looked at" sleeps_again
		tap_check "seen $order: and not opened" \
			fails pgrep -x keyfirst-key-de
		udevadm control --start-exec-queue
	else
		kill -STOP "$verifier"
		key_in two
		kill -CONT "$verifier"
	fi
	tap_pty "seen $order: noticed without Enter" "expect $touch"
	key two 'wait touch' touch >/dev/null
	tap_pty "seen $order: lets in" 'expect inside:root'
	pty_end
	tap_check "seen $order: nobody complains of the rule" \
		not_logged udev-rule-missing
	key_there two
	key_out two
done

# --- pulled out ------------------------------------------------------------------------

key_in one
recovery vk-a
tap_check 'pulled out at the touch: on to the code' during one unplug \
	shows inside:root sudo_login vk-a "$touch" "code: |$code"
conf 'key.insert-timeout = 8'
key_in two
tap_check 'pulled out at the touch, and no code: a denial' during two unplug \
	refused sudo_login vk-only "$touch" "$put_in" \
	'No security key of yours was found.'
tap_check 'nothing is left of a key that is gone' quiet
conf

# --- two of them -----------------------------------------------------------------------

key_in one
key_in two
for name in one two; do
	key one 'stats reset' >/dev/null
	key two 'stats reset' >/dev/null
	tap_check "two keys, $name is touched: that is all" \
		touched "$name" shows inside:root sudo_login vk-two "$touch"
	tap_check 'and no other was' \
		key_touches "$([ "$name" = one ] && echo two || echo one)" 0
done
tap_check 'both are left alone afterwards' quiet
key_out two

# --- Ctrl-C ----------------------------------------------------------------------------

# interrupted WHAT: the login that pty_start has begun, of vk-a.
interrupted()
{
	pty "expect $touch" || return
	key one 'wait touch' >/dev/null || return
	pty 'send \x03' && pty "expect $prompt" || return
	fails grep -a 'not touched in time' "$pty_shown" || return
	shows ok key one 'wait idle' || return
	recovery vk-a
	pty "line $code"
}

sudo_start vk-a
tap_check 'Ctrl-C at the touch in sudo: on to the code' interrupted
tap_pty 'which lets in' 'expect inside:root'
pty_end
# shellcheck disable=SC2016
site_as vk-b su vk-a -c 'echo inside:$(id -un)'
pty_start "${as_argv[@]}"
tap_check 'Ctrl-C at the touch in su: on to the code' interrupted
tap_pty 'which lets in' 'expect inside:vk-a'
pty_end
pty_start login
pty 'expect login: ' && pty 'line vk-a'
pty 'expect Password: ' && pty "line $(site_password vk-a)"
tap_check 'Ctrl-C at the touch in login: on to the code' interrupted
pty 'expect $ ' && pty "line $login_command"
tap_pty 'which lets in' 'expect inside:vk-a'
pty 'line exit'
pty_end
tap_check 'nothing is left of them' quiet

# --- sshd ------------------------------------------------------------------------------

site_pam sshd <<<'auth required pam_keyfirst.so'
sshd_start <<-CONFIG
	PasswordAuthentication no
	KbdInteractiveAuthentication yes
	AuthenticationMethods publickey,keyboard-interactive:pam
CONFIG
key one 'stats reset' >/dev/null
tap_check 'over ssh it is a code, and no key is waited for' lacks 'ecurity key' \
	shows inside:vk-a ssh_login vk-a publickey,keyboard-interactive \
	"$prompt|$(site_code vk-a)"
tap_check "the key in the server's port was not opened" \
	shows openings=0 key one stats
sshd_stop

# --- ten at once -----------------------------------------------------------------------

conf 'key.insert-timeout = 40'
key one 'auto on' >/dev/null
tap_check 'ten at once: each gets in, or is told that the key is in use' \
	ten vk-a 'inside|in-use'
tap_check 'and nothing is left of them' quiet
key_in two
key two 'auto on' >/dev/null
key_out one
tap_check 'ten who have no code: each waits until it gets in' ten vk-only inside
tap_check 'and nothing is left of them' quiet
key two 'auto off' >/dev/null
key_out two
key one 'auto off' >/dev/null

# --- a hostile key ---------------------------------------------------------------------

conf 'key.touch-timeout = 3'
key_in one
for how in silent keepalive vanish; do
	key one "hostile $how" >/dev/null
	sudo_start vk-a
	start=$SECONDS
	tap_pty "$how: passed on to the code" 'expect code: '
	# Ten are the limits; the rest is the emulator's.
	tap_check "$how: within the limits" test $((SECONDS - start)) -le 25
	pty 'send \x03'
	pty_end
	tap_check "$how: nobody is let in" fails grep -a inside: "$pty_shown"
	tap_check "$how: nothing is left" quiet
	key one 'hostile none' >/dev/null
	[ "$how" != vanish ] || key_in one
	tap_check "$how: the next login is unharmed" \
		touched one shows inside:root sudo_login vk-a "$touch"
done

# --- without the rule --------------------------------------------------------------------

key_out one
mv "$rule" "$site_dir/rule"
udevadm control --reload
key_in one
tap_check "without the rule the key is root's" node_is one 'root root 600'
log_mark
recovery vk-a
tap_check 'a login goes on to the code' \
	shows inside:root sudo_login vk-a "$insert|$code"
tap_check 'and the log says what is missing' logged \
	'event=key result=not-opened reason=udev-rule-missing user=vk-a'
tap_check 'enroll says so, in one line' test \
	"$(key_enroll vk-b one 2>&1 | grep -c 'the udev rule .* is missing')" = 1
mv "$site_dir/rule" "$rule"
udevadm control --reload
udevadm trigger --action=add --subsystem-match=hidraw --settle
tap_check 'with it, and udevadm trigger, the key is ours' \
	node_is one 'root keyfirst 660'
tap_check 'and lets in' touched one shows inside:root sudo_login vk-a "$touch"
tap_check 'nothing is left at the end' quiet
tap_done
