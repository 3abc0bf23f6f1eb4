#!/bin/bash
# keyfirst enroll key: what is enrolled, what the key is asked for first, who does
# not want to, and what there is to be done afterwards.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/enroll-key.sh
. "$(dirname "$0")/../enroll-key.sh"

site_begin
softkeys_begin
site_person ek-a ek-b ek-c ek-d ek-e

# --- the usual way --------------------------------------------------------------------

tap_check 'no key, nobody to ask: said at once' \
	complains 4 'no security key is plugged in' in_vain enrol ek-a
tap_check 'a person who is not there' complains 4 'no such person' \
	enrol ek-nobody
tap_check 'no such device' complains 4 "$softkeys/none: no security key" \
	in_vain enrol ek-a --device "$softkeys/none"
tap_check 'a device without its path' complains 2 'full path' \
	enrol ek-a --device hidraw0

log_mark
plug usual
by_hand usual
pty_start "$key_tool" enroll key ek-a
tap_check 'by hand: what is there' pty expect \
	"softkey usual (FIDO2, AAGUID 2fc0579f-8113-47ea-b116-bb5a8db9202a) at $softkeys/usual"
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
tap_check 'and test is named' pty expect 'To try it: keyfirst test ek-a'
tap_check 'recovery codes are offered' pty expect \
	'Make ten recovery codes now? [Y/n] '
pty line n
pty_end
tap_check 'done' test "$pty_status" = 0
tap_check 'two touches, no more' shows touches=2 key usual stats
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
	in_vain enrol ek-a
tap_check 'also for another site' complains 3 'enrolled already, as K1' \
	in_vain untouched usual enrol ek-a --rp ssh:other
tap_check 'and in other words' complains 3 'enrolled already, as K1' \
	in_vain enrol ek-a --device "$softkeys/usual"
key usual 'auto on' >/dev/null
tap_check 'but another person may have it too' says 0 \
	'Enrolled K1 for ek-b: softkey usual (es256).' enrol ek-b

# The one that is enrolled is passed over.
for way in eddsa rs256 u2f; do
	case $way in
	u2f)	plug "$way" --mode u2f ;;
	*)	plug "$way" --algorithms "$way" ;;
	esac
	tap_check "$way: enrolled while the first is there" says 0 \
		"softkey usual at $softkeys/usual is K1 already." \
		enrol ek-a --label "$way"
	key_stop "$way"
done
tap_check 'each with its algorithm' has ek-a '[.[].algorithm] ==
	["es256", "eddsa", "rs256", "es256"] and [.[].label] ==
	["blue one", "eddsa", "rs256", "u2f"]'
tap_check 'U2F has no model' has ek-a '.[3].aaguid == null and
	.[3].attestation == "leaf"'
plug u2f --mode u2f
tap_check 'the same U2F key again' complains 3 'enrolled already, as K4' \
	in_vain enrol ek-a --device "$softkeys/u2f"
key_stop u2f usual

# --- waiting for a key ----------------------------------------------------------------

pty_start "$key_tool" enroll key ek-c --label late
tap_check 'it waits for a key' pty expect 'Insert your security key.'
plug late
tap_check 'and notices it by itself' pty expect 'Enrolled K1 for ek-c: late'
pty expect 'Make ten'
pty line n
pty_end
site_conf <<-CONF
	[default]
	key.insert-timeout = 5
	key.touch-timeout = 5
CONF
key_stop late
tap_check 'but not for ever' talk 4 'Insert your security key.' -- ek-c
tap_check 'no key came' shown 'no security key is plugged in'

# --- several keys -------------------------------------------------------------------

plug one
plug two
tap_check 'two keys, nobody to ask' complains 2 'name one with --device' \
	in_vain enrol ek-d
tap_check 'two keys: a number' talk 0 \
	'Which one is to be enrolled? [1-2] |2' "$no_codes" -- ek-d --label n
tap_check 'both were shown' shown '1: softkey '
tap_check 'it was that one' test "$(key one stats |
	grep -o 'touches=[0-9]*')-$(key two stats |
	grep -o 'touches=[0-9]*')" != 'touches=0-touches=0'
tap_check 'the other is what is left' says 0 'Enrolled K2 for ek-d' enrol ek-d
tap_check 'none is left' complains 3 'enrolled already' in_vain enrol ek-d
tap_check 'two keys: none of them' talk 1 \
	'[1-2] |3' '[1-2] |' 'no key was chosen' -- ek-e
tap_check 'two keys: by its path' says 0 'Enrolled K1 for ek-e' \
	enrol ek-e --device "$softkeys/two"
tap_check 'it alone was asked' has ek-e '.[0].label == "softkey two"'
key_stop one two

# --- who does not want to -----------------------------------------------------------

plug other
by_hand other
tap_check 'nobody touches it' complains 1 'nobody touched' \
	in_vain enrol ek-e
tap_check 'the key was told' key other 'wait idle'
pty_start "$key_tool" enroll key ek-e
pty expect "$touch_it"
key other 'wait touch' refuse >/dev/null
tap_check 'no, on the key' pty expect 'refused on the security key'
pty_end
tap_check 'is no' test "$pty_status" = 1
pty_start "$key_tool" enroll key ek-e
pty expect "$touch_it"
touch_now other >/dev/null
pty expect "$touch_again"
key other 'wait touch' unplug >/dev/null
tap_check 'pulled out in the middle' pty expect 'was pulled out'
pty_end
tap_check 'is an error' test "$pty_status" = 5
key other plug >/dev/null
pty_start "$key_tool" enroll key ek-e
pty expect "$touch_it"
key other 'wait touch' >/dev/null
pty send '\x03'
pty_end
tap_check 'Ctrl-C ends it' test "$pty_status" = 130
tap_check 'and what the key does' key other 'wait idle' 'wait closed'
tap_check 'no process stays behind' quiet
pty_start "$key_tool" enroll key ek-e
pty expect "$touch_it"
key other 'wait touch' >/dev/null
child=$(pgrep -u keyfirst -f keyfirst-softkey)
kill -9 "$child"
tap_check 'the child is killed: said' pty expect \
	'the process that talks to the security key'
pty_end
tap_check 'and an error' test "$pty_status" = 5
tap_check 'its key is free again' key other 'wait closed'
tap_check 'still one key' has ek-e 'length == 1'
key_stop other

# --- afterwards -----------------------------------------------------------------------------

tap_check 'rename' answers 0 keyfirst rename ek-a K2 'the green one'
tap_check 'it has that name' has ek-a '.[1].label == "the green one"'
tap_check 'status' shows 'K2  key, the green one: never used' \
	keyfirst status ek-a
tap_check 'status --json' says 0 '"rp-id": "ssh:"' keyfirst status ek-a --json
tap_check 'remove' answers 0 keyfirst remove ek-a K2
tap_check 'the others stay' has ek-a \
	'[.[].id] == ["K1", "K3", "K4"]'
plug again --algorithms eddsa
tap_check 'the lowest number is free again' says 0 'Enrolled K2' enrol ek-a
key_stop again
tap_check 'the last one of all stays' complains 3 'last factor' \
	in_vain keyfirst remove ek-b K1
tap_check 'unless it is meant' answers 0 keyfirst remove ek-b K1 --last

# --- the udev rule --------------------------------------------------------------------------

plug refused --permissions 0600
tap_check 'a key that user keyfirst may not open' complains 5 \
	'run udevadm control --reload' in_vain enrol ek-b
tap_check 'status says so' complains 0 'user keyfirst may not open' \
	"$key_tool" status ek-a
tap_check 'not of who has no key' answers 4 "$key_tool" status ek-b
key_stop refused
rule=$(find / -xdev -path '*/udev/rules.d/70-keyfirst.rules' 2>/dev/null |
	head -n 1)
tap_check 'a file is no directory of roots' complains 4 'no such directory' \
	in_vain enrol ek-b --attestation-roots /etc/passwd
tap_check 'the rule is installed' test -n "$rule"
tap_check 'setup has nothing to say' says 0 'Everything is there.' \
	keyfirst setup
mv "$rule" "$site_dir/rule"
tap_check 'setup misses it' complains 1 '70-keyfirst.rules is missing' \
	keyfirst setup
mv "$site_dir/rule" "$rule"
tap_done
