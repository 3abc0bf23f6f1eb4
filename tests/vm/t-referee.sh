#!/bin/bash
# Debian's own programs judge softkey: they must be able to do with it what they
# can do with a real key, and it must refuse what a real key refuses.  If softkey
# were more lenient than a key, the other tests of keys would prove nothing.
set -eu
# shellcheck source=tests/vm/guest.sh
. "$(dirname "$0")/guest.sh"
vm_inside 600

pin=246810
rp=rp.example

# --- what one does with fido2-tools --------------------------------------------------

# lines WORD...: the input files of fido2-cred and fido2-assert.
lines()
{
	printf '%s\n' "$@"
}

hash=$(head -c 32 /dev/urandom | base64)

# make NAME FILE [OPTION...] TYPE: a credential, in FILE.made.
make()
{
	local name=$1 file=$2 kind=${*: -1}
	set -- "${@:3:$#-3}"
	lines "$hash" "$rp" alice "$(printf alice | base64)" >"$file.in"
	rm -f "$file.made"
	fido2-cred -M "$@" -i "$file.in" -o "$file.made" \
		"$(key_node "$name")" "$kind"
}

# keep FILE [OPTION...] TYPE: verifies it, and keeps FILE.id and FILE.pem.
keep()
{
	local file=$1 kind=${*: -1}
	set -- "${@:2:$#-2}"
	rm -f "$file.kept"
	fido2-cred -V "$@" -i "$file.made" -o "$file.kept" "$kind" &&
		head -n 1 "$file.kept" >"$file.id" &&
		sed 1d "$file.kept" >"$file.pem"
}

# assert NAME FILE [OPTION...]: a signature, in FILE.signed.
assert()
{
	local name=$1 file=$2
	shift 2
	lines "$hash" "$rp" "$(cat "$file.id")" >"$file.ask"
	rm -f "$file.signed"
	fido2-assert -G "$@" -i "$file.ask" -o "$file.signed" \
		"$(key_node "$name")"
}

# good FILE [OPTION...] TYPE: the signature is.
good()
{
	local file=$1 kind=${*: -1}
	set -- "${@:2:$#-2}"
	fido2-assert -V "$@" -i "$file.signed" "$file.pem" "$kind"
}

# With "typed PIN" before it: at a terminal where that is typed.
typed()
{
	local pin=$1 function=$2
	shift 2
	pty_run "PIN for|$pin" -- bash -c \
		"$(declare -p hash rp); $(declare -f lines make assert key_node)
		$function \"\$@\"" - "$@"
}

says()
{
	local text=$1
	shift
	fails "$@" 2>&1 | tee /dev/stderr | grep -qF -e "$text"
}

# info NAME TEXT: a line of fido2-token -I.
info()
{
	shows "$2" fido2-token -I "$(key_node "$1")"
}

site_begin
keys_begin
cd "$site_dir"

# --- FIDO2 ------------------------------------------------------------------

key_start plain
tap_check 'fido2-token lists it' shows "$(key_node plain): vendor=" \
	fido2-token -L
tap_check 'fido2-token knows it for both kinds' info plain FIDO_2_0
tap_check 'and for one without a PIN' info plain noclientPin
for kind in es256 eddsa rs256; do
	tap_check "$kind: a credential, in one touch" \
		touched plain make plain "$kind" "$kind"
	tap_check "$kind: its attestation holds" keep "$kind" "$kind"
	tap_check "$kind: an assertion, in one touch" \
		touched plain assert plain "$kind"
	tap_check "$kind: its signature holds, with presence" \
		good "$kind" -p "$kind"
done
key plain 'stats reset' >/dev/null
tap_check 'an assertion without a touch' assert plain es256 -t up=false
tap_check 'took none' key_touches plain 0
tap_check 'it is signed' good es256 es256
tap_check 'and proves no presence' says INVALID_PARAM good es256 -p es256
{
	head -c 32 /dev/urandom | base64
	sed 1d es256.signed
} >other.signed
cp es256.pem other.pem
tap_check 'a signature for other data is none' \
	says INVALID_SIG good other es256
head -c 64 /dev/urandom | base64 -w 0 >strange.id
rp=other.example
tap_check 'another party is not known' says NO_CREDENTIALS \
	assert plain es256 -t up=false
rp=rp.example
tap_check 'nor is a credential that it did not make' says NO_CREDENTIALS \
	assert plain strange -t up=false

# --- U2F --------------------------------------------------------------------

tap_check 'U2F: a credential, in one touch' \
	touched plain make plain u2f -u es256
tap_check 'U2F: its attestation holds' keep u2f es256
tap_check 'U2F: an assertion, in one touch' touched plain assert plain u2f -u
tap_check 'U2F: its signature holds' good u2f -p es256
tap_check 'U2F: without a touch it says that it is there' \
	says USER_PRESENCE_REQUIRED assert plain u2f -u -t up=false
tap_check 'U2F: and that another is not' \
	says NO_CREDENTIALS assert plain strange -u -t up=false
tap_check 'FIDO2 knows what U2F made' touched plain assert plain u2f
tap_check 'and signs with it' good u2f -p es256
tap_check 'U2F knows what FIDO2 made' touched plain assert plain es256 -u
tap_check 'and signs with that' good es256 -p es256

# --- a person at the key ------------------------------------------------------------

tap_check 'what is refused at the key is refused' \
	says OPERATION_DENIED during plain refuse assert plain es256
tap_check 'what is waited for too long as well' \
	says TIMEOUT during plain expire assert plain es256
tap_check 'a key that is pulled out answers nobody' \
	says fido_dev_get_assert during plain unplug assert plain es256
key plain plug >/dev/null
key_there plain
tap_check 'and is the same when it is put in again' \
	touched plain assert plain es256
key_stop plain
tap_check 'a key that is gone is not listed' lacks hidraw fido2-token -L

# --- U2F alone ----------------------------------------------------------------------

key_start old --mode u2f
tap_check 'a U2F key: a credential, in one touch' \
	touched old make old old es256
tap_check 'a U2F key: its attestation holds' keep old es256
tap_check 'a U2F key: an assertion, in one touch' touched old assert old old
tap_check 'a U2F key: its signature holds' good old -p es256
key_stop old

# --- PIN, with either protocol ----------------------------------------------------

for protocol in 1 2; do
	name=pin$protocol
	key_start "$name" --pin-protocols "$protocol"
	node=$(key_node "$name")
	tap_check "protocol $protocol: fido2-token sets a PIN" \
		pty_run "new PIN for|0$pin" "again: |0$pin" -- \
		fido2-token -S "$node"
	tap_check "protocol $protocol: and changes it" pty_run \
		"current PIN for|0$pin" "new PIN for|$pin" "again: |$pin" -- \
		fido2-token -C "$node"
	tap_check "protocol $protocol: a credential with it, in one touch" \
		touched "$name" typed "$pin" make "$name" "$name" -v es256
	tap_check "protocol $protocol: its attestation holds" \
		keep "$name" -v es256
	tap_check "protocol $protocol: an assertion with the PIN" touched \
		"$name" typed "$pin" assert "$name" "$name" -v
	tap_check "protocol $protocol: proves presence and verification" \
		good "$name" -p -v es256
	tap_check "protocol $protocol: a wrong PIN is refused" says PIN_INVALID \
		typed 13579 assert "$name" "$name" -v
	tap_check "protocol $protocol: and counted" info "$name" 'pin retries: 7'
	[ "$protocol" = 2 ] || key_stop "$name"
done

# What has nothing to do with the protocol.
tap_check 'a key with a PIN says so' info pin2 ' clientPin'
tap_check 'a credential is not made without' \
	says PIN_REQUIRED make pin2 without -q es256
tap_check 'an assertion without' touched pin2 assert pin2 pin2
tap_check 'proves presence' good pin2 -p es256
tap_check 'and no verification' says INVALID_PARAM good pin2 -p -v es256
typed 13579 assert pin2 pin2 -v >/dev/null || :
tap_check 'the third wrong PIN in a row stops it' \
	says PIN_AUTH_BLOCKED typed 13579 assert pin2 pin2 -v
tap_check 'for the right one, too' \
	says PIN_AUTH_BLOCKED typed "$pin" assert pin2 pin2 -v
tap_check 'with five left' info pin2 'pin retries: 5'
key_out pin2
key_in pin2
tap_check 'until it is put in again' \
	touched pin2 typed "$pin" assert pin2 pin2 -v
tap_check 'then all are there' info pin2 'pin retries: 8'

# credProtect 3: not even a probe finds it without the PIN.
tap_check 'a protected credential' touched pin2 typed "$pin" \
	make pin2 hidden -v -c 3 es256
tap_check 'is as attested' keep hidden -v -c 3 es256
tap_check 'and not there without the PIN' says NO_CREDENTIALS \
	assert pin2 hidden -t up=false
tap_check 'and there with it' touched pin2 typed "$pin" assert pin2 hidden -v
key_stop pin2

# --- ssh --------------------------------------------------------------------

# ssh_key NAME KIND [OPTION... ]: an ssh key of that person on key "ssh".
ssh_key()
{
	local name=$1 kind=$2
	shift 2
	rm -f "$site_dir/$name.key" "$site_dir/$name.key.pub"
	ssh-keygen -q -t "$kind" -N '' -C "$name" -f "$site_dir/$name.key" "$@"
}

ssh_install()
{
	install -m 0600 -o "$1" -g "$1" "$site_dir/$1.key.pub" \
		"/home/$1/.ssh/authorized_keys"
}

key_start ssh
site_person ref-a
sshd_start </dev/null
for kind in ecdsa-sk ed25519-sk; do
	log_mark
	tap_check "ssh-keygen makes an $kind key, in one touch" \
		touched ssh ssh_key ref-a "$kind"
	ssh_install ref-a
	tap_check "ssh logs in with it, in one touch" touched ssh \
		shows inside:ref-a ssh_login ref-a publickey
	tap_check "sshd says that it was that key" logged \
		"Accepted publickey for ref-a .* ${kind^^} "
done
key ssh "pin $pin" >/dev/null
tap_check 'ssh-keygen makes one that wants the PIN' \
	touched ssh pty_run "PIN for authenticator: |$pin" -- ssh-keygen -q \
	-t ed25519-sk -O verify-required -N '' -f "$site_dir/ref-a.sk"
mv "$site_dir/ref-a.sk" "$site_dir/ref-a.key"
mv "$site_dir/ref-a.sk.pub" "$site_dir/ref-a.key.pub"
# What sshd itself asks for.
sed -i 's/^/verify-required /' "$site_dir/ref-a.key.pub"
ssh_install ref-a
tap_check 'ssh logs in with it and the PIN' touched ssh shows inside:ref-a \
	ssh_login ref-a publickey "Enter PIN for |$pin"
key_stop ssh
tap_done
