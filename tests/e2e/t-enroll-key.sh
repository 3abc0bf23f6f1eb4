#!/bin/bash
# keyfirst enroll key, with keys of software behind sockets: what is enrolled,
# what it is asked for first, and every key and answer that must not be taken.
# The tool is built with another reader; the device program is the installed one.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/site.sh"

tool=$site_build/tests/softkey/keyfirst-softkey
softkey=$site_build/tests/softkey/softkey
keys=/run/softkey
controls=$site_dir/softkey
files=$site_dir/enroll-key
enrolled=/var/lib/keyfirst/enrolled
touch_it='Touch your security key to enrol it.'
touch_again='Touch it once more to prove that it works.'
pin_asked='Security key PIN (8 tries left): '
model=2fc0579f811347eab116bb5a8db9202a
mkdir -p "$keys" "$controls" "$files"
chmod 0755 "$keys"

# --- keys -------------------------------------------------------------------------

declare -A key_pids=()

# key_in NAME OPTION...: plugs one in that is touched at once; another name is
# another key.
key_in()
{
	local name=$1 fd secret
	shift
	secret=$(sha256sum <<<"$name" | cut -c 1-64)
	mkfifo "$controls/$name.fifo"
	"$softkey" --socket "$keys/$name" --control "$controls/$name" \
		--secret "$secret" --aaguid "$model" "$@" \
		>"$controls/$name.fifo" &
	key_pids[$name]=$!
	exec {fd}<"$controls/$name.fifo"
	read -r -t 20 -u "$fd" _ || tap_bail "softkey $name does not start"
	exec {fd}<&-
	rm "$controls/$name.fifo"
	tell "$name" 'auto on' >/dev/null
}

# key_out NAME...: pulls them out for good.
key_out()
{
	local name
	for name; do
		kill "${key_pids[$name]}"
		wait "${key_pids[$name]}" || :
		unset "key_pids[$name]"
	done
}

tell()
{
	timeout 30 "$softkey" --tell "$controls/$1" "${@:2}"
}

# hand NAME: the person touches it when it wants that, each time.
by_hand()
{
	tell "$1" 'auto off' >/dev/null
}

touch_now()
{
	tell "$1" 'wait touch' touch
}

# --- what the tool says -----------------------------------------------------------

# answers STATUS COMMAND...
answers()
{
	local expected=$1 status=0
	shift
	"$@" >"$files/out" 2>"$files/err" || status=$?
	cat "$files/out" "$files/err"
	cat "$files/out" "$files/err" >>"$files/all.said"
	[ "$status" = "$expected" ] || {
		echo "status $status, not $expected"
		return 1
	}
}

# says STATUS TEXT COMMAND...
says()
{
	local text=$2
	set -- "$1" "${@:3}"
	answers "$@" && grep -qF -e "$text" "$files/out"
}

# complains STATUS TEXT COMMAND...: in one line.
complains()
{
	local text=$2
	set -- "$1" "${@:3}"
	answers "$@" && [ "$(wc -l <"$files/err")" = 1 ] &&
		grep -q '^keyfirst: ' "$files/err" &&
		grep -qF -e "$text" "$files/err"
}

# enrol USER ARG...: without a terminal.
enrol()
{
	setsid -w "$tool" enroll key "$@" </dev/null
}

# has USER FILTER: jq's FILTER is true of the person's factors.
has()
{
	keyfirst list "$1" --json | tee /dev/stderr |
		jq -e ".people[0].factors | $2" >/dev/null
}

stored()
{
	cat "$enrolled"/* 2>/dev/null | cksum
}

# unchanged COMMAND...: nothing is enrolled by it, and no process of a key is
# left.
unchanged()
{
	local before after
	before=$(stored)
	"$@" || return
	after=$(stored)
	[ "$before" = "$after" ] && nobody_left
}

nobody_left()
{
	! pgrep -a keyfirst-key
}

untouched()
{
	tell "$1" 'stats reset' >/dev/null
	"${@:2}" || return
	tell "$1" stats | tee /dev/stderr | grep -q 'touches=0'
}

# talk STATUS PAIR... -- ARG...: at a terminal; see pty_run.
talk()
{
	local expected=$1 status=0
	local -a pairs=()
	shift
	while [ "$1" != -- ]; do
		pairs+=("$1")
		shift
	done
	shift
	pty_run "${pairs[@]}" -- "$tool" enroll key "$@" >"$files/out" ||
		status=$?
	cat "$files/out"
	cat "$files/out" >>"$files/all.said"
	[ "$status" = "$expected" ] || {
		echo "status $status, not $expected"
		return 1
	}
}

shown()
{
	grep -qF -e "$1" "$files/out"
}

not_shown()
{
	! grep -F -e "$1" "$files/out"
}

site_begin
site_person ek-a ek-b ek-c ek-d ek-e
no_codes='Make ten recovery codes now? [Y/n] |n'

# --- the usual way --------------------------------------------------------------------

tap_check 'no key, nobody to ask: said at once' \
	complains 4 'no security key is there' unchanged enrol ek-a
tap_check 'a person who is not there' complains 4 'no such person' \
	enrol ek-nobody
tap_check 'no such device' complains 4 "$keys/none: no security key" \
	unchanged enrol ek-a --device "$keys/none"
tap_check 'a device without its path' complains 2 'full path' \
	enrol ek-a --device hidraw0

log_mark
key_in usual
by_hand usual
pty_start "$tool" enroll key ek-a
tap_check 'by hand: what is there' pty expect \
	"softkey usual (FIDO2, AAGUID 2fc0579f-8113-47ea-b116-bb5a8db9202a) at $keys/usual"
tap_check 'it asks for a touch' pty expect "$touch_it"
tap_check 'the key waits for it' touch_now usual
tap_check 'and for another' pty expect "$touch_again"
tap_check 'nothing is stored before that' fails keyfirst list ek-a
tap_check 'the key waits for that too' touch_now usual
tap_check 'it asks for a label' pty expect 'Label [softkey usual]: '
pty line 'blue one'
tap_check 'it is enrolled' pty expect 'Enrolled K1 for ek-a: blue one (es256).'
tap_check 'one is not enough' pty expect \
	"enrol a second one, or make recovery codes: keyfirst recovery ek-a"
tap_check 'recovery codes are offered' pty expect \
	'Make ten recovery codes now? [Y/n] '
pty line n
pty_end
cp "$pty_shown" "$files/transcript"
tap_check 'done' test "$pty_status" = 0
tap_check 'two touches, no more' shows touches=2 tell usual stats
tap_check 'it is logged' logged \
	'event=enroll by=root .*user=ek-a .*factor=key id=K1'
tap_check 'with all that is known of it' has ek-a 'length == 1 and (.[0] |
	.id == "K1" and .factor == "key" and .label == "blue one" and
	.algorithm == "es256" and ."rp-id" == "ssh:" and .verify == false and
	.aaguid == "2fc0579f-8113-47ea-b116-bb5a8db9202a" and
	.synced == false and .attestation == "leaf" and .counter > 0 and
	.by == "root" and ."last-used" == null)'
tap_check 'no process is left' nobody_left

tap_check 'the same key again' complains 3 'enrolled already, as K1' \
	unchanged enrol ek-a
tap_check 'also for another site' complains 3 'enrolled already, as K1' \
	unchanged untouched usual enrol ek-a --rp ssh:other
tap_check 'and in other words' complains 3 'enrolled already, as K1' \
	unchanged enrol ek-a --device "$keys/usual"
tell usual 'auto on' >/dev/null
tap_check 'but another person may have it too' says 0 \
	'Enrolled K1 for ek-b: softkey usual (es256).' enrol ek-b

# The one that is enrolled is passed over.
for way in eddsa rs256 u2f; do
	case $way in
	u2f)	key_in "$way" --mode u2f ;;
	*)	key_in "$way" --algorithms "$way" ;;
	esac
	tap_check "$way: enrolled while the first is there" says 0 \
		"softkey usual at $keys/usual is K1 already." \
		enrol ek-a --label "$way"
	key_out "$way"
done
tap_check 'each with its algorithm' has ek-a '[.[].algorithm] ==
	["es256", "eddsa", "rs256", "es256"] and [.[].label] ==
	["blue one", "eddsa", "rs256", "u2f"]'
tap_check 'U2F has no model' has ek-a '.[3].aaguid == null and
	.[3].attestation == "leaf"'
key_in u2f --mode u2f
tap_check 'the same U2F key again' complains 3 'enrolled already, as K4' \
	unchanged enrol ek-a --device "$keys/u2f"
key_out u2f usual

# --- waiting for a key ----------------------------------------------------------------

pty_start "$tool" enroll key ek-c --label late
tap_check 'it waits for a key' pty expect 'Insert your security key.'
key_in late
tap_check 'and notices it by itself' pty expect 'Enrolled K1 for ek-c: late'
pty expect 'Make ten'
pty line n
pty_end
site_conf <<-CONF
	[default]
	key.insert-timeout = 5
	key.touch-timeout = 5
CONF
key_out late
tap_check 'but not for ever' talk 4 'Insert your security key.' -- ek-c
tap_check 'no key came' shown 'no security key is there'

# --- several keys -------------------------------------------------------------------

key_in one
key_in two
tap_check 'two keys, nobody to ask' complains 2 'name one with --device' \
	unchanged enrol ek-d
tap_check 'two keys: a number' talk 0 \
	'Which one is to be enrolled? [1-2] |2' "$no_codes" -- ek-d --label n
tap_check 'both were shown' shown '1: softkey '
tap_check 'it was that one' test "$(tell one stats |
	grep -o 'touches=[0-9]*')-$(tell two stats |
	grep -o 'touches=[0-9]*')" != 'touches=0-touches=0'
tap_check 'the other is what is left' says 0 'Enrolled K2 for ek-d' enrol ek-d
tap_check 'none is left' complains 3 'enrolled already' unchanged enrol ek-d
tap_check 'two keys: none of them' talk 1 \
	'[1-2] |3' '[1-2] |' 'no key was chosen' -- ek-e
tap_check 'two keys: by its path' says 0 'Enrolled K1 for ek-e' \
	enrol ek-e --device "$keys/two"
tap_check 'it alone was asked' has ek-e '.[0].label == "softkey two"'
key_out one two

# --- who does not want to -----------------------------------------------------------

key_in other
by_hand other
tap_check 'nobody touches it' complains 1 'nobody touched' \
	unchanged enrol ek-e
tap_check 'the key was told' tell other 'wait idle'
pty_start "$tool" enroll key ek-e
pty expect "$touch_it"
tell other 'wait touch' refuse >/dev/null
tap_check 'no, on the key' pty expect 'refused on the security key'
pty_end
tap_check 'is no' test "$pty_status" = 1
pty_start "$tool" enroll key ek-e
pty expect "$touch_it"
touch_now other >/dev/null
pty expect "$touch_again"
tell other 'wait touch' unplug >/dev/null
tap_check 'pulled out in the middle' pty expect 'was pulled out'
pty_end
tap_check 'is an error' test "$pty_status" = 5
tell other plug >/dev/null
pty_start "$tool" enroll key ek-e
pty expect "$touch_it"
tell other 'wait touch' >/dev/null
pty send '\x03'
pty_end
tap_check 'Ctrl-C ends it' test "$pty_status" = 130
tap_check 'and what the key does' tell other 'wait idle' 'wait closed'
tap_check 'no process is left behind' nobody_left
pty_start "$tool" enroll key ek-e
pty expect "$touch_it"
tell other 'wait touch' >/dev/null
child=$(pgrep -u keyfirst -f keyfirst-softkey)
kill -9 "$child"
tap_check 'the child is killed: said' pty expect \
	'the process that talks to the security key'
pty_end
tap_check 'and an error' test "$pty_status" = 5
tap_check 'its key is free again' tell other 'wait closed'
tap_check 'still one key' has ek-e 'length == 1'

# --- keys that lie --------------------------------------------------------------------

tell other 'auto on' >/dev/null
for lie in 'sig bad' 'sig long' 'sig empty' 'sig trailing' \
	'authdata trailing' 'authdata short' 'authdata wrong-rp' \
	'credential other' 'algorithm wrong' 'challenge wrong' 'flags 00' \
	'flags 04' 'flags 11' 'flags 81'; do
	tell other "$lie" >/dev/null
	tap_check "a key that lies: $lie" unchanged fails enrol ek-e
	tap_check "and is not enrolled: $lie" has ek-e 'length == 1'
	case $lie in
	'algorithm wrong')	tell other 'algorithm ok' >/dev/null ;;
	flags*)			tell other 'flags off' >/dev/null ;;
	*)			tell other "${lie% *} ok" >/dev/null ;;
	esac
done
for lie in silent slow keepalive vanish short-report long-report garbage; do
	tell other "hostile $lie" >/dev/null
	tap_check "a hostile key: $lie" unchanged fails enrol ek-e
	tell other 'hostile none' power-cycle >/dev/null
done
key_out other
key_in other
tap_check 'after all that it is a key like any other' says 0 \
	'Enrolled K2 for ek-e' enrol ek-e
key_out other

# --- PIN ----------------------------------------------------------------------------------

site_ledger pin 'right-Pin-4711'
key_in pin --pin right-Pin-4711
tap_check 'a PIN for one who cannot be asked' complains 1 'nobody typed one' \
	unchanged enrol ek-e --verify
tap_check 'wrong once, then right' talk 0 "$pin_asked|wrong-Pin" \
	'Wrong PIN (7 tries left).' \
	'Security key PIN (7 tries left): |right-Pin-4711' \
	'Label [softkey pin]: |' "$no_codes" -- ek-e --verify
tap_check 'it is not shown' not_shown right-Pin
tap_check 'verification is recorded' has ek-e \
	'.[2].verify == true and .[2].label == "softkey pin"'
tap_check 'list says so' shows 'es256, verify' keyfirst list ek-e
keyfirst remove ek-e K3 >/dev/null
tap_check 'an empty one is a try, and not sent' talk 1 "$pin_asked|" \
	'not tried' "$pin_asked|" 'no right PIN' -- ek-e --verify
tap_check 'so the key counted nothing' shows pin=8 tell pin retries
tap_check 'one that is too short, and one that is too long' talk 1 \
	"$pin_asked|123" 'not tried' \
	"$pin_asked|0123456789012345678901234567890123456789012345678901234567890123" \
	'no right PIN' -- ek-e --verify
tap_check 'nor those' shows pin=8 tell pin retries
tap_check 'wrong twice: no more' talk 1 "$pin_asked|wrong-Pin" \
	'(7 tries left): |wrong-Pin' 'no right PIN' -- ek-e --verify
tap_check 'it was sent twice' shows pin=6 tell pin retries
tap_check 'the third in a row' talk 1 '(6 tries left): |wrong-Pin' \
	'plug it in again' -- ek-e --verify
tell pin power-cycle >/dev/null
tap_check 'plugged in again, two more' talk 1 '(5 tries left): |wrong-Pin' \
	'(4 tries left): |wrong-Pin' 'no right PIN' -- ek-e --verify
tell pin power-cycle >/dev/null
tap_check 'and two more' talk 1 '(3 tries left): |wrong-Pin' \
	'(2 tries left): |wrong-Pin' 'no right PIN' -- ek-e --verify
tell pin power-cycle >/dev/null
tap_check 'the last try is left alone' complains 1 'only one try' \
	unchanged enrol ek-e --verify
tap_check 'it is still there' shows pin=1 tell pin retries
tell pin 'pin right-Pin-4711' >/dev/null
site_conf <<-CONF
	[default]
	key.verify = yes
	key.touch-timeout = 5
CONF
tap_check 'the policy asks for it too' talk 0 \
	"$pin_asked|right-Pin-4711" "$no_codes" -- ek-e --label p
tap_check 'which is not the record of that key' has ek-e \
	'.[2].verify == false'
keyfirst remove ek-e K3 >/dev/null
key_out pin
key_in plain
tap_check 'no PIN, and one is needed' complains 3 \
	"fido2-token -S $keys/plain" unchanged untouched plain \
	enrol ek-e --verify
tap_check 'also by policy' complains 3 'fido2-token -S' unchanged enrol ek-e
key_out plain
key_in u2f --mode u2f
tap_check 'U2F never has one' complains 3 'take a FIDO2 key' \
	unchanged enrol ek-e
key_out u2f
site_conf <<-CONF
	[default]
	key.touch-timeout = 5
	key.insert-timeout = 5
CONF
key_in finger --uv
tap_check 'a fingerprint asks for no PIN' says 0 'with PIN or fingerprint' \
	enrol ek-e --verify
keyfirst remove ek-e K3 >/dev/null
tell finger 'uv fail' >/dev/null
tap_check 'a wrong one is not taken' complains 1 'not recognised' \
	unchanged enrol ek-e --verify
key_out finger
key_in both --uv --pin right-Pin-4711
tell both 'uv block' >/dev/null
tap_check 'the PIN, where the fingerprint does not do' talk 0 \
	"$pin_asked|right-Pin-4711" "$no_codes" -- ek-e --verify --label f
keyfirst remove ek-e K3 >/dev/null
key_out both
key_in always --always-uv --pin right-Pin-4711
tap_check 'a key that always asks' talk 0 "$pin_asked|right-Pin-4711" \
	"$no_codes" -- ek-e --label g
tap_check 'that is its own business' has ek-e '.[2].verify == false'
keyfirst remove ek-e K3 >/dev/null
key_out always

# --- attestation ------------------------------------------------------------------------

roots=/etc/keyfirst-roots
mkdir "$roots" "$files/empty"
key_in maker --attestation-root "$roots/maker.pem"
key_in stranger --attestation-root "$files/stranger.pem"
key_out stranger
chmod 0644 "$roots/maker.pem"
tap_check 'up to a root' says 0 'Enrolled K3' \
	enrol ek-e --attestation-roots "$roots"
tap_check 'it is on record' has ek-e '.[2].attestation == "chain"'
keyfirst remove ek-e K3 >/dev/null
chmod 0775 "$roots"
tap_check 'a directory that others can write' complains 3 'nobody but root' \
	unchanged untouched maker enrol ek-e --attestation-roots "$roots"
chmod 0755 "$roots"
tap_check 'an empty directory' complains 4 'no *.pem' \
	unchanged enrol ek-e --attestation-roots "$files/empty"
tap_check 'no directory' complains 4 'no such directory' \
	unchanged enrol ek-e --attestation-roots "$files/none"
echo junk >"$roots/junk.pem"
tap_check 'junk beside a root is text' says 0 'Enrolled K3' \
	enrol ek-e --attestation-roots "$roots"
keyfirst remove ek-e K3 >/dev/null
head -n 3 "$roots/maker.pem" >"$roots/junk.pem"
tap_check 'half a root' complains 5 'no certificate' \
	unchanged untouched maker enrol ek-e --attestation-roots "$roots"
rm "$roots/junk.pem"
mv "$roots/maker.pem" "$files/maker.pem"
install -m 0644 "$files/stranger.pem" "$roots/stranger.pem"
tap_check 'a root of others' complains 3 'leads to none of the roots' \
	unchanged enrol ek-e --attestation-roots "$roots"
install -m 0644 "$files/maker.pem" "$roots/maker.pem"
key_out maker
for way in self none; do
	key_in "$way" --attestation "$way"
	tap_check "attestation $way: no root" complains 3 'no certificate' \
		unchanged enrol ek-e --attestation-roots "$roots"
	tap_check "attestation $way: without roots" says 0 'Enrolled K3' \
		enrol ek-e
	tap_check "attestation $way: on record" has ek-e \
		".[2].attestation == \"$way\""
	keyfirst remove ek-e K3 >/dev/null
	key_out "$way"
done
key_in u2froot --mode u2f --attestation-root "$roots/u2f.pem"
chmod 0644 "$roots/u2f.pem"
tap_check 'U2F, up to a root' says 0 'Enrolled K3' \
	enrol ek-e --attestation-roots "$roots"
tap_check 'U2F, on record' has ek-e '.[2].attestation == "chain"'
keyfirst remove ek-e K3 >/dev/null
key_out u2froot

site_conf <<-CONF
	[default]
	key.aaguid-allow = 00112233-4455-6677-8899-aabbccddeeff
	key.touch-timeout = 5
CONF
key_in maker
tap_check 'a model that is not allowed' answers 3 \
	unchanged untouched maker enrol ek-e
tap_check 'it is named' grep -q \
	'AAGUID 2fc0579f-8113-47ea-b116-bb5a8db9202a: not in' "$files/err"
site_conf <<-CONF
	[default]
	key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202a
	key.touch-timeout = 5
CONF
tap_check 'one that is' complains 0 "the key's own word" enrol ek-e
keyfirst remove ek-e K3 >/dev/null
tap_check 'with roots it is more than its word' says 0 'Enrolled K3' \
	enrol ek-e --attestation-roots "$roots"
tap_check 'no warning' test ! -s "$files/err"
keyfirst remove ek-e K3 >/dev/null
site_conf <<-CONF
	[default]
	factors = totp
	key.touch-timeout = 5
CONF
tap_check 'a key that no login will ask for' complains 0 'leaves out key' \
	enrol ek-e
keyfirst remove ek-e K3 >/dev/null
site_conf <<-CONF
	[default]
	key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202a
	key.touch-timeout = 5
CONF
key_in u2f --mode u2f
tap_check 'U2F is no model' complains 3 'not in key.aaguid-allow' \
	unchanged enrol ek-e --device "$keys/u2f" --attestation-roots "$roots"
key_out maker u2f
site_conf <<-CONF
	[default]
	key.touch-timeout = 5
CONF

# --- ssh ------------------------------------------------------------------------------------

home=/home/ek-d
# as_ek_d ARG...: behind sudo
as_ek_d()
{
	(cd "$home" && SUDO_USER=ek-d enrol "$@")
}

# public FILE: without its comment
public()
{
	cut -d ' ' -f 1,2 "$1"
}

for way in es256 eddsa; do
	key_in "ssh-$way" --algorithms "$way"
	tap_check "ssh, $way: enrolled" says 0 "For ssh: id_$way and id_$way.pub" \
		as_ek_d ek-a --ssh-key-out "id_$way" --label "$way key"
	tap_check "ssh, $way: files of who called sudo" test "$(stat -c %U:%a \
		"$home/id_$way" "$home/id_$way.pub" | tr '\n' ' ')" = \
		'ek-d:600 ek-d:644 '
	site_as ek-d ssh-keygen -y -f "$home/id_$way"
	"${as_argv[@]}" >"$files/id.pub"
	tap_check "ssh, $way: ssh-keygen reads the same key" \
		diff <(public "$files/id.pub") <(public "$home/id_$way.pub")
	tap_check "ssh, $way: and its fingerprint" shows "$way key" \
		ssh-keygen -l -f "$home/id_$way.pub"
	tap_check "ssh, $way: the name is taken" complains 5 'name of a new file' \
		unchanged untouched "ssh-$way" \
		as_ek_d ek-c --ssh-key-out "id_$way"
	rm "$home/id_$way"
	tap_check "ssh, $way: so is the other one" complains 5 'new file' \
		unchanged untouched "ssh-$way" \
		as_ek_d ek-c --ssh-key-out "id_$way"
	tap_check "ssh, $way: which is not there" test ! -e "$home/id_$way"
	tap_check "ssh, $way: where ek-d may not write" complains 5 \
		'whoever called sudo can make' unchanged untouched "ssh-$way" \
		as_ek_d ek-c --ssh-key-out "/root/id_$way"
	key_out "ssh-$way"
done
tap_check 'ssh: that key is the one that is enrolled' test \
	"$(grep -c '^\[key' "$enrolled/$(id -u ek-a)")" = 6
key_in ssh-rsa --algorithms rs256
tap_check 'ssh: RS256 is no ssh key' complains 3 'neither ES256 nor EdDSA' \
	unchanged untouched ssh-rsa as_ek_d ek-c --ssh-key-out id
tap_check 'ssh: no other RP id' complains 3 'give --rp ssh:' \
	unchanged untouched ssh-rsa as_ek_d ek-c --ssh-key-out id --rp pam://x
key_out ssh-rsa
key_in ssh-pin --pin right-Pin-4711
cd "$home"
tap_check 'ssh: with a PIN' talk 0 "$pin_asked|right-Pin-4711" "$no_codes" \
	-- ek-c --verify --ssh-key-out "$files/id_pin" --rp ssh:site --label v
cd - >/dev/null
tap_check 'ssh: verification is in it' test "$(sed '1d;$d' "$files/id_pin" |
	base64 -d | grep -aoc $'ssh:site\x05')" = 1
key_out ssh-pin

# --- afterwards -----------------------------------------------------------------------------

tap_check 'rename' answers 0 keyfirst rename ek-a K2 'the green one'
tap_check 'it has that name' has ek-a '.[1].label == "the green one"'
tap_check 'status' shows 'K2  key, the green one: never used' \
	keyfirst status ek-a
tap_check 'status --json' says 0 '"rp-id": "ssh:"' keyfirst status ek-a --json
tap_check 'remove' answers 0 keyfirst remove ek-a K2
tap_check 'the others stay' has ek-a \
	'[.[].id] == ["K1", "K3", "K4", "K5", "K6"]'
key_in again --algorithms eddsa
tap_check 'the lowest number is free again' says 0 'Enrolled K2' enrol ek-a
key_out again
tap_check 'the last one of all stays' complains 3 'last factor' \
	unchanged keyfirst remove ek-b K1
tap_check 'unless it is meant' answers 0 keyfirst remove ek-b K1 --last

# --- the udev rule --------------------------------------------------------------------------

key_in refused --permissions 0600
tap_check 'a key that user keyfirst may not open' complains 5 \
	'run udevadm control --reload' unchanged enrol ek-b
tap_check 'status says so' complains 0 'user keyfirst may not open' \
	"$tool" status ek-a
tap_check 'not of who has no key' answers 4 "$tool" status ek-b
key_out refused
rule=$(find / -xdev -path '*/udev/rules.d/70-keyfirst.rules' 2>/dev/null |
	head -n 1)
tap_check 'a file is no directory of roots' complains 4 'no such directory' \
	unchanged enrol ek-b --attestation-roots /etc/passwd
tap_check 'the rule is installed' test -n "$rule"
tap_check 'setup has nothing to say' says 0 'Everything is there.' \
	keyfirst setup
mv "$rule" "$files/rule"
tap_check 'setup misses it' complains 1 '70-keyfirst.rules is missing' \
	keyfirst setup
mv "$files/rule" "$rule"

tap_check 'no PIN was said' fails grep -e right-Pin -e wrong-Pin \
	"$files/all.said"
tap_done
