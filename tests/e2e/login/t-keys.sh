#!/bin/bash
# Security keys in sudo, su and sshd: asked first, asked only when they can
# help, and worth nothing but what they sign.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/softkeys.sh
. "$(dirname "$0")/../softkeys.sh"

site_begin
site_at_once
softkeys_begin
site_pam sudo <<<'auth required pam_keyfirst.so'
site_person tk-a tk-b tk-only tk-two
site_enroll tk-a

key_start one
key_start two
key_start other
key_start u2f --mode u2f
key_start pin --pin 1234
tap_check 'a key and a code' key_enroll tk-a one
tap_check 'a key alone' key_enroll tk-only two
tap_check 'a U2F key' key_enroll tk-b u2f
tap_check 'two keys of one person' key_enroll tk-two one
key pin 'auto on' >/dev/null
tap_check 'the second of them, with its PIN' shows K2 pty_run \
	'Security key PIN (8 tries left): |1234' \
	'Make ten recovery codes now? [Y/n] |n' -- "$key_tool" \
	enroll key tk-two --label pin --verify --device "$softkeys/pin"
key pin 'auto off' >/dev/null
for name in two other u2f pin; do
	key_out "$name"
done

# --- the touch ------------------------------------------------------------------

log_mark
tap_check 'sudo: one touch' touched one shows inside:root \
	sudo_login tk-a "$touch"
tap_check 'the log says which key, and how it was reached' logged \
	'event=auth result=grant factor=key via=local id=K1 user=tk-a .*service=sudo '
tap_check 'no code was asked for' not_logged 'event=step result=ask user=tk-a'
tap_check 'nothing runs on' quiet

# All verifiers are one user's, whoever started them.
few_processes()
{
	site_as tk-a prlimit --nproc=1: su tk-a -c true
	pty_run "$touch" -- "${as_argv[@]}"
}
site_pam su <<<'auth required pam_keyfirst.so'
log_mark
touched one few_processes >/dev/null || :
tap_check "the caller's limit of processes is not the verifier's" logged \
	'event=auth result=grant factor=key .*user=tk-a .*service=su '
key_out one
key_in u2f
tap_check 'a U2F key' touched u2f shows inside:root sudo_login tk-b "$touch"
key_out u2f

# --- no key there ----------------------------------------------------------------

tap_check 'not there: a code will do' shows inside:root \
	sudo_login tk-a "$insert|$(site_code tk-a)"
sudo_start tk-a
pty "expect $insert"
key_in one
pty 'line '
tap_check 'inserted, and Enter: it is asked for its touch' pty "expect $touch"
key one 'wait touch' touch >/dev/null
tap_check 'and lets in' pty 'expect inside:root'
pty_end
key_out one
tap_check 'Enter without one: said, and asked again' refused sudo_login tk-a \
	"$insert|" "No security key of yours was found.|" "$insert|" "$insert|"

conf 'key.insert-timeout = 2'
tap_check 'a key alone, and not there: a clear denial' refused \
	sudo_login tk-only 'Insert your security key.' \
	'No security key of yours was found.'
tap_check 'the log says why' logged \
	'event=auth result=deny reason=key-absent user=tk-only'
conf
sudo_start tk-only
pty 'expect Insert your security key.'
key_in other
tap_check 'another one is noticed without Enter' \
	pty 'expect This security key is not enrolled for you.'
key_in two
tap_check 'and the right one' pty "expect $touch"
key two 'wait touch' touch >/dev/null
tap_check 'which lets in' pty 'expect inside:root'
pty_end

# --- never with somebody else's ----------------------------------------------------

tap_check "a key of another's is not asked" shows inside:root \
	sudo_login tk-a "$insert|$(site_code tk-a 1)"
tap_check 'it was not told to blink' shows touches=0 key other stats
key_out other

# --- a time limit, and Ctrl-C -------------------------------------------------------

conf 'key.touch-timeout = 2'
tap_check 'not touched: on to the code' refused sudo_login tk-only "$touch" \
	'The security key was not touched in time.'
key_out two
key_in one
tap_check 'with a code: it is asked for' refused sudo_login tk-a "$touch" \
	'The security key was not touched in time.' "$prompt|000" \
	"$prompt|000" "$prompt|000"
conf
sudo_start tk-a
pty "expect $touch"
key one 'wait touch' >/dev/null
pty 'send \x03'
tap_check 'Ctrl-C at the touch goes on to the code' pty "expect $prompt"
tap_check 'and not because its time was over' \
	fails grep -a 'not touched in time' "$pty_shown"
tap_check 'and the key is not waiting any more' key one 'wait idle'
pty 'line 000'
pty "expect $prompt"
pty 'send \x03'
pty_end
tap_check "Ctrl-C at a prompt is sudo's own" test "$pty_status" != 0
tap_check 'after that the key works' touched one shows inside:root \
	sudo_login tk-a "$touch"
tap_check 'nothing is left of the cancelled one' quiet

# --- two at once ----------------------------------------------------------------------

key_in other
tap_check 'a foreign key beside it' touched one shows inside:root \
	sudo_login tk-a "$touch"
key_out other

# --- PIN ------------------------------------------------------------------------------

key_out one
key_in pin
tap_check 'a record that wants its PIN' touched pin shows inside:root \
	sudo_login tk-two 'Security key PIN (8 tries left): |1234' \
	"$touch"
tap_check 'a wrong PIN is said, and asked once more' touched pin shows \
	inside:root sudo_login tk-two 'tries left): |9999' \
	'Wrong PIN.' '(7 tries left): |1234' "$touch"
tap_check 'an empty one is not sent' refused sudo_login tk-two \
	'(8 tries left): |' 'not sent to the key.' '(8 tries left): |'
tap_check 'the key has all its tries' shows 'pin=8' key pin retries
tap_check 'two wrong ones and no more' refused sudo_login tk-two \
	'(8 tries left): |9999' '(7 tries left): |9998' 'Wrong PIN.'
tap_check 'two tries are gone' shows 'pin=6' key pin retries
key pin 'sig bad' >/dev/null
tap_check 'what only says that it is the key is told no PIN' refused \
	sudo_login tk-two "The security key's answer is not valid."
tap_check 'and the log says so' logged \
	'event=key result=failed reason=wrong-signature id=K2 user=tk-two'
key pin 'sig ok' >/dev/null
key_out pin

# --- the matrix: policy, flags, path -----------------------------------------------------

# granted KEY PERSON FLAGS
granted()
{
	key "$1" "flags $3" >/dev/null
	touched "$1" sudo_login "$2" "$touch" | grep -q inside:root
}

conf 'tries = 1' 'key.touch-timeout = 3' 'key.insert-timeout = 1'
site_person mat-1 mat-2
key_start mat-u2f --mode u2f
key_start mat-fido --uv
tap_check 'matrix: U2F' key_enroll mat-1 mat-u2f
tap_check 'matrix: FIDO2' key_enroll mat-2 mat-fido
for policy in no yes; do
	conf 'tries = 1' 'key.touch-timeout = 3' 'key.insert-timeout = 1' \
		"key.verify = $policy"
	for flags in 00 01 04 05 45 85; do
		for path in 'mat-u2f mat-1' 'mat-fido mat-2'; do
			# shellcheck disable=SC2086 # two words
			set -- $path
			case $policy:$flags:$1 in
			no:01:*|no:05:*|yes:05:mat-fido) want="" word=granted ;;
			*) want=fails word=refused ;;
			esac
			tap_check "verify=$policy flags=$flags $1: $word" \
				$want granted "$1" "$2" "$flags"
		done
	done
done
key mat-u2f 'flags off' >/dev/null
key mat-fido 'flags off' >/dev/null
conf 'tries = 1' 'key.touch-timeout = 3' 'key.insert-timeout = 1'
tap_check 'matrix: and all is well again' touched mat-fido shows inside:root \
	sudo_login mat-2 "$touch"

# What it says of itself is signed too: key.synced.
key mat-fido 'synced yes' >/dev/null
tap_check 'one that says it can be copied' touched mat-fido shows inside:root \
	sudo_login mat-2 "$touch"
conf 'tries = 1' 'key.touch-timeout = 3' 'key.insert-timeout = 1' \
	'key.synced = deny'
log_mark
tap_check 'with key.synced = deny it does not let in' fails shows inside: \
	touched mat-fido sudo_login mat-2 "$touch" 'can be copied between'
tap_check 'and the log says why' logged \
	'event=key result=refused reason=synced id=K1 user=mat-2'
key mat-fido 'synced ok' >/dev/null
tap_check 'one that does not say so does' touched mat-fido shows inside:root \
	sudo_login mat-2 "$touch"
conf 'tries = 1' 'key.touch-timeout = 3' 'key.insert-timeout = 1'

# --- signatures that are wrong -------------------------------------------------------------

# lies COMMAND OK: of mat-fido
lies()
{
	key mat-fido "$1" >/dev/null
	touched mat-fido sudo_login mat-2 "$touch"
}
for lie in 'sig bad' 'sig long' 'sig empty' 'sig trailing' \
	'authdata trailing' 'authdata short' 'authdata wrong-rp' \
	'credential other' 'algorithm wrong' 'challenge wrong'; do
	log_mark
	tap_check "$lie: refused" fails shows inside: lies "$lie"
	tap_check "$lie: logged" logged 'event=auth result=deny reason='
	key mat-fido "${lie% *} ok" >/dev/null
done
key mat-fido 'counter 2' >/dev/null
log_mark
tap_check 'a counter that went back: refused' fails shows inside: \
	touched mat-fido sudo_login mat-2 "$touch"
tap_check 'and logged' logged 'event=key result=refused reason=key-counter id=K1'
conf 'tries = 1' 'key.counter = log'
log_mark
tap_check 'key.counter = log: let in' touched mat-fido shows inside:root \
	sudo_login mat-2 "$touch"
tap_check 'and logged as well' logged \
	'event=key result=accepted reason=key-counter id=K1'
key mat-fido 'counter 1000' >/dev/null
conf 'tries = 1' 'key.touch-timeout = 3' 'key.insert-timeout = 1'

# --- a hostile device -------------------------------------------------------------------------

for how in silent slow keepalive vanish short-report long-report garbage; do
	key mat-fido "hostile $how" >/dev/null
	start=$SECONDS
	tap_check "$how: not let in" fails shows inside: sudo_login mat-2
	tap_check "$how: within the limits" test $((SECONDS - start)) -le 12
	tap_check "$how: nothing runs on" quiet
	key mat-fido 'hostile none' >/dev/null
	key mat-fido plug >/dev/null || :
	tap_check "$how: the next login is well" touched mat-fido shows \
		inside:root sudo_login mat-2 "$touch"
done

# --- a program that lies in the place of the device's --------------------------------------

device=/usr/libexec/keyfirst/keyfirst-key-device
cp "$device" "$site_dir/device.installed"
for liar in /usr/bin/true /usr/bin/yes; do
	install -m 0755 "$liar" "$device"
	tap_check "$(basename "$liar") in its place: not let in" fails shows \
		inside: sudo_login mat-2
	tap_check 'and nothing runs on' quiet
done
install -m 0755 "$site_dir/device.installed" "$device"

# --- its process, killed while the key blinks -----------------------------------------

sudo_start mat-2
pty "expect $touch"
key mat-fido 'wait touch' >/dev/null
pkill -KILL -x keyfirst-key-de
pty eof || :
pty_end
tap_check 'killed: not let in' fails grep -q inside: "$pty_shown"
tap_check 'killed: said to be gone' grep -q 'No security key of yours' \
	"$pty_shown"
tap_check 'killed: nothing runs on' quiet
key mat-fido 'wait idle' >/dev/null || key mat-fido expire >/dev/null || :

# --- ten at once ------------------------------------------------------------------------

conf 'key.insert-timeout = 40'
key mat-fido 'auto on' >/dev/null
# Sockets have no lock, so that a signature can be recorded after a later one.
tap_check 'ten at once, who have no code: each waits until its turn comes' \
	ten mat-2 'inside|raced'
key mat-fido 'auto off' >/dev/null
tap_check 'ten at once: nothing runs on' quiet

# --- ssh ------------------------------------------------------------------------------------

conf
site_pam sshd <<<'auth required pam_keyfirst.so'
sshd_start <<-CONFIG
	PasswordAuthentication no
	KbdInteractiveAuthentication yes
	AuthenticationMethods publickey,keyboard-interactive:pam
CONFIG
site_enroll tk-b
key_in u2f
key u2f 'stats reset' >/dev/null
tap_check 'over ssh the key in this port is left alone' shows inside:tk-b \
	ssh_login tk-b publickey,keyboard-interactive \
	"$prompt|$(site_code tk-b)"
tap_check 'it was not even opened' shows openings=0 key u2f stats
conf 'key.local = always'
tap_check 'key.local = always: asked there, by a prompt' touched u2f shows \
	inside:tk-b ssh_login tk-b publickey,keyboard-interactive \
	'Press Enter, then touch your security key. |'
tap_done
