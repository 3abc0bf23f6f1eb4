#!/bin/bash
# keyfirst import: real files of google-authenticator, of pam_oath and of pam_u2f,
# a login with what came of them (of keys in tests/vm/t-keys-u2f.sh), and every
# file that must not be taken.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/tool.sh
. "$(dirname "$0")/../tool.sh"

files=$site_dir/import
mkdir -p "$files"

# refuses STATUS TEXT COMMAND...: one line that has it, and nothing else.
refuses()
{
	complains "$@" && [ ! -s "$tool_out" ]
}

# hex_of NAME: a new seed; NAME.seed has it in base32 for site_code.
hex_of()
{
	local hex base32
	hex=$(head -c "${2:-20}" /dev/urandom | od -An -v -tx1 | tr -d ' \n')
	base32=$(perl -ne 'chomp; print pack "H*", $_' <<<"$hex" | base32 -w 0)
	site_ledger seed "$hex"
	site_ledger seed "${base32%%=*}"
	printf '%s\n' "$base32" >"$site_dir/$1.seed"
	printf '%s\n' "$hex"
}

site_begin
# Other tests have written there too, also what is no secret.
touch "$site_dir/ledger"
ledger=$(wc -l <"$site_dir/ledger")
site_person imp-a imp-b imp-c imp-d imp-e imp-f imp-g

# --- a file of the real google-authenticator -----------------------------------

google=/home/imp-a/.google_authenticator
site_as imp-a google-authenticator -t -d -f -r 3 -R 30 -w 3 -C -q -e 5 \
	-s "$google"
"${as_argv[@]}" >"$files/google.said" 2>&1
head -n 1 "$google" >"$site_dir/imp-a.seed"
site_ledger seed "$(site_code imp-a >/dev/null; cat "$site_dir/imp-a.seed")"
while read -r code; do
	site_ledger recovery "$code"
done < <(grep -E '^[0-9]{8}$' "$google")
cp -p "$google" "$files/google.fresh"
# As pam_google_authenticator would, after a login two steps ago.
sed -i "s/^\" DISALLOW_REUSE.*/\" DISALLOW_REUSE $(($(date +%s) / 30 - 2))/" \
	"$google"

before=$(sha256sum "$google")
tap_check 'google-authenticator: whose?' refuses 2 'give --user' \
	keyfirst import google-authenticator "$google"
tap_check 'a dry run says what would be done' \
	says_line 0 'imp-a: T1 (not stored: --dry-run)' unchanged \
	keyfirst import google-authenticator "$google" --user imp-a --dry-run
tap_check 'and has not done it' answers 4 keyfirst list imp-a
log_mark
tap_check 'google-authenticator: imported' says_line 0 'imp-a: T1' \
	keyfirst import google-authenticator "$google" --user imp-a
tap_check 'scratch codes: keyfirst recovery is named' \
	grep -q 'scratch codes.*keyfirst recovery imp-a' "$tool_out"
tap_check 'it is logged' logged \
	'event=import by=root .*user=imp-a .*factor=totp id=T1'
tap_check 'the file is as it was' test "$before" = "$(sha256sum "$google")"
tap_check 'it is unproved' has imp-a \
	'length == 1 and .[0].proved == false and .[0].label == "imported"
	and .[0].algorithm == "sha1" and .[0].digits == 6 and .[0].period == 30'
tap_check 'list says so' shows 'sha1/6/30s, unproved' keyfirst list imp-a
tap_check 'status too' shows 'never used, unproved' keyfirst status imp-a
tap_check 'once more: refused' refuses 3 'that secret is enrolled already' \
	unchanged keyfirst import google-authenticator "$google" --user imp-a

site_pam sudo <<-PAM
	$(site_recipe '/etc/pam.d/sudo: a password, then a code')
PAM
password='password for imp-a: |'$(site_password imp-a)
tap_check 'a login with the code of the app' shows inside:root \
	sudo_login imp-a "$password" "$prompt|$(site_code imp-a)"
tap_check 'proves it' has imp-a '.[0].proved'
tap_check 'list says nothing more' lacks unproved keyfirst list imp-a

# Next to one that was used, one that was not is no other one.
second=$files/second
printf 'HOTP/T30 imp-a - %s\n' "$(hex_of imp-a2)" >"$second"
tap_check 'a second one' says_line 0 'imp-a: T2' keyfirst import oath "$second"
tap_check 'the last one that was proved stays' \
	refuses 3 'T1 is the last factor that was proved' \
	unchanged keyfirst remove imp-a T1
tap_check 'one that was not can go' answers 0 keyfirst remove imp-a T2
tap_check 'and comes again' says_line 0 'imp-a: T2' keyfirst import oath "$second"
tap_check '--last says that it is meant' answers 0 \
	keyfirst remove imp-a T1 --last
tap_check 'with nothing proved, the last of all stays' \
	refuses 3 'T2 is the last factor, and' unchanged \
	keyfirst remove imp-a T2

# The file does not say what was used: everything may have been.
tap_check 'without a used code' says_line 0 'imp-b: T1' \
	keyfirst import google-authenticator "$files/google.fresh" --user imp-b
cp "$site_dir/imp-a.seed" "$site_dir/imp-b.seed"
tap_check 'the code of now is refused' refused sudo_login imp-b \
	"password for imp-b: |$(site_password imp-b)" \
	"$prompt|$(site_code imp-b)" "$prompt|" "$prompt|"

# --- google-authenticator: what is refused -----------------------------------------

site_as imp-c google-authenticator -c -f -r 3 -R 30 -w 3 -C -q \
	-s /home/imp-c/counter
"${as_argv[@]}" >"$files/google.said" 2>&1
site_ledger seed "$(head -n 1 /home/imp-c/counter)"
tap_check 'counter-based, of the real program: refused' \
	refuses 3 'counter-based codes, but keyfirst takes time-based codes only' \
	unchanged keyfirst import google-authenticator /home/imp-c/counter \
	--user imp-c
weak=$(head -c 10 /dev/urandom | base32)
site_ledger seed "$weak"
printf '%s\n" TOTP_AUTH\n12345678\n' "$weak" >"$files/weak"
tap_check '80 bits: refused' refuses 3 '80 bits, and 128 are needed' \
	unchanged keyfirst import google-authenticator "$files/weak" \
	--user imp-c
tap_check 'and the remedy is named' \
	grep -q 'keyfirst enroll totp' "$tool_err"
sed "s/^\" DISALLOW_REUSE.*/\" DISALLOW_REUSE 99999999999/" \
	"$files/google.fresh" >"$files/future"
tap_check 'a used code of the future' refuses 5 'clock' \
	unchanged keyfirst import google-authenticator "$files/future" \
	--user imp-c
tap_check 'nobody of that name' answers 4 \
	keyfirst import google-authenticator "$google" --user nobody-here
tap_check 'a file of something else shows nothing of it' \
	refuses 5 'line 1: the secret cannot be understood' \
	keyfirst import google-authenticator /etc/shadow --user imp-c
tap_check 'nobody has got anything' answers 4 keyfirst list imp-c

# --- users.oath ----------------------------------------------------------------------

oath=$files/users.oath
pin=pin-$RANDOM$RANDOM
site_ledger password "$pin"
# Fifteen seconds, so that a login need not wait for long.
cat >"$oath" <<-OATH
	# type user pin secret counter last-code time

	HOTP/T15 imp-c - $(hex_of imp-c)
	HOTP/T30 nobody-here - $(hex_of nobody)
	HOTP/T60/8	imp-d	$pin	$(hex_of imp-d)	1	123456	2026-11-21T19:40:00L
	HOTP imp-e - $(hex_of imp-e1)
	HOTP/T30/6 imp-e - $(hex_of imp-e2)
	HOTP/T30/7 imp-d - $(hex_of imp-d7)
	HOTP/T30 weak-$pin - $(hex_of weak 10)
OATH
tap_check 'one of many' says_line 0 'imp-c: T1' \
	keyfirst import oath "$oath" --user imp-c
tap_check 'nothing else of the file is said' \
	test "$(cat "$tool_out" "$tool_err")" = \
	'imp-c: T1'
tap_check 'a dry run of the rest' says_line 4 'imp-d: T1 T2 (not stored: --dry-run)' \
	unchanged keyfirst import oath "$oath" --dry-run
tap_check 'the rest, and the highest status' says_line 4 'imp-d: T1 T2' \
	keyfirst import oath "$oath"
for text in 'line 3: ' 'line 4: no such person' 'line 6: counter-based' \
	'line 6: no factor of that person was imported'; do
	[ "$text" != 'line 3: ' ] || text='imp-c: that secret is enrolled'
	tap_check "said: $text" grep -qF -e "$text" "$tool_err"
done
tap_check 'PINs are dropped, and it is said' \
	grep -q '^PINs are not imported' "$tool_out"
tap_check 'digits and periods are the file'"'"'s' has imp-d \
	'map("\(.algorithm)/\(.digits)/\(.period)") ==
	["sha1/8/60", "sha1/7/30"]'
tap_check 'all of a person or nothing' answers 4 keyfirst list imp-e
tap_check 'and no state for those who got nothing' \
	fails test -e "$store_state/$(id -u imp-e)"
tap_check 'a person who is not in it' refuses 4 'no line of imp-b' \
	keyfirst import oath "$oath" --user imp-b
: >"$files/empty"
tap_check 'an empty file' refuses 4 'no line of anybody' \
	keyfirst import oath "$files/empty"
tap_check 'a file of something else: no word of it' fails grep -E \
	'root:|\$' <(keyfirst import oath /etc/shadow 2>&1)

# From the third step after the import on, codes are fresh; with the widest
# window that is the code of in two steps, one step from now.
site_conf <<-CONF
	[default]
	totp.window = 2
CONF
first=$(sed -n 's/^first-step = //p' "$store_enrolled/$(id -u imp-c)")
tap_check 'all that may have been used counts as used' \
	test "$first" -ge $(($(stat -c %Y "$store_enrolled/$(id -u imp-c)") / 15 + 2))
until [ $(($(date +%s) / 15 + 2)) -gt "$first" ]; do
	read -r -t 0.2 _ <> <(:) || :
done
code=$(oathtool --totp -b -s 15 -N "@$(((first + 1) * 15))" - \
	<"$site_dir/imp-c.seed")
site_ledger code "$code"
tap_check 'a login with a code of oathtool' shows inside:root \
	sudo_login imp-c "password for imp-c: |$(site_password imp-c)" \
	"$prompt|$code"
tap_check 'proves that one' has imp-c '.[0].proved'
site_begin

# --- u2f_keys, of pam_u2f --------------------------------------------------------

keys=$files/u2f_mappings

# u2f_key TYPE: a credential that no key has, as pamu2fcfg would print it.
u2f_key()
{
	printf '%s,' "$(head -c 64 /dev/urandom | base64 -w 0)"
	case $1 in
	es256)	openssl genpkey -algorithm EC -pkeyopt \
			ec_paramgen_curve:P-256 -outform DER | openssl pkey \
			-inform DER -pubout -outform DER | tail -c 64 ;;
	eddsa)	openssl genpkey -algorithm ed25519 -outform DER | openssl pkey \
			-inform DER -pubout -outform DER | tail -c 32 ;;
	rs256)	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
			-outform DER -quiet | openssl pkey -inform DER -pubout \
			-outform DER | tail -c 261 | head -c 256
		printf '\001\000\001' ;;
	esac | base64 -w 0
	printf ',%s' "$1"
}

# u2f_stored USER ID: its credential and public key, in the file's words.
u2f_stored()
{
	local word
	for word in credential public-key; do
		sed -n "/^\[key $2\]/,/^\$/s/^$word = //p" \
			"$store_enrolled/$(id -u "$1")" |
			perl -ne 'chomp; print pack "H*", $_' | base64 -w 0
		echo
	done | paste -sd ,
}

one=$(u2f_key es256)
two=$(u2f_key eddsa)
three=$(u2f_key rs256)
spare=$(u2f_key es256)
# That of before FIDO2: another alphabet, and the whole point in hexadecimal.
point=04$(cut -d , -f 2 <<<"$spare" | base64 -d | od -An -v -tx1 | tr -d ' \n')
old=$(cut -d , -f 1 <<<"$spare" | tr -d = | tr +/ -_),$point
cat >"$keys" <<-KEYS
	imp-f:$(u2f_key es256),+presence
	imp-f:$one,+presence:$two,+presence+verification:$three,+presence+pin:$old
	nobody-here:$(u2f_key es256),+presence
	imp-g:$(u2f_key es256),
KEYS
tap_check 'keys: a dry run of all' says 4 \
	'imp-f: K1 K2 K3 K4 (not stored: --dry-run)' unchanged \
	keyfirst import pam-u2f "$keys" --dry-run
tap_check 'and has not done it' answers 4 keyfirst list imp-f
log_mark
tap_check 'keys: of one person' says 0 'imp-f: K1 K2 K3 K4' \
	keyfirst import pam-u2f "$keys" --user imp-f
tap_check 'said: that the last line counts' \
	grep -q '^If a person has several lines, only the last was' "$tool_out"
tap_check 'said: the RP id, and what if it is another' grep -qxF -e \
	"The keys are for the RP id pam://$(hostname), the default of pam_u2f on this machine: if the line of pam_u2f has origin=, the keys need that as --rp." \
	"$tool_out"
tap_check 'it is logged' logged \
	'event=import by=root .*user=imp-f .*factor=key id=K4'
tap_check 'each of its type, with what it asks for' has imp-f \
	'[.[].algorithm] == ["es256", "eddsa", "rs256", "es256"] and
	[.[].verify] == [false, true, true, false]'
tap_check 'all unproved, and nothing is made up' has imp-f \
	'all(.proved == false and .label == "imported" and .counter == 0 and
	.aaguid == null and .attestation == "none" and
	.["rp-id"] == "pam://'"$(hostname)"'")'
tap_check 'list says so' shows 'eddsa, verify, unproved' keyfirst list imp-f
tap_check 'status too' shows 'never used, unproved' keyfirst status imp-f
for pair in "K1 $one" "K2 $two" "K3 $three" "K4 $spare"; do
	tap_check "${pair%% *}: as the file has it" test \
		"$(u2f_stored imp-f "${pair%% *}")" = \
		"$(cut -d ' ' -f 2 <<<"$pair" | cut -d , -f 1,2)"
done
tap_check 'once more: refused' complains 3 'that key is enrolled already, as K1' \
	unchanged keyfirst import pam-u2f "$keys" --user imp-f
tap_check 'for another RP id too' answers 3 unchanged \
	keyfirst import pam-u2f "$keys" --user imp-f --rp pam://other
tap_check 'another RP id' says 0 'The keys are for the RP id pam://other.' \
	keyfirst import pam-u2f "$keys" --user imp-g --rp pam://other
tap_check 'is what is stored' has imp-g '.[0]["rp-id"] == "pam://other"'
tap_check 'that a touch is asked for from now on is said' \
	grep -q '^Keys that needed no touch' "$tool_out"
tap_check 'nobody is proved by it: the last one stays' \
	complains 3 'K1 is the last factor' unchanged keyfirst remove imp-g K1
keyfirst remove imp-g K1 --last

# Whoever may write to the file could be anybody in it.
chown imp-b "$keys"
tap_check "somebody's own file names nobody else" complains 3 \
	'name the person with --user' unchanged \
	keyfirst import pam-u2f "$keys" --dry-run
chown root "$keys"
chmod 0664 "$keys"
tap_check 'nor one that others may write to' complains 3 \
	'name the person with --user' unchanged \
	keyfirst import pam-u2f "$keys" --dry-run
chmod 0644 "$keys"

# refused_key STATUS TEXT LINE...: nothing of a file of those lines is taken.
refused_key()
{
	local expected=$1 text=$2
	shift 2
	printf '%s\n' "$@" >"$files/u2f_bad"
	complains "$expected" "$text" unchanged \
		keyfirst import pam-u2f "$files/u2f_bad" --user imp-g
}

tap_check 'a resident key' refused_key 3 'line 1: a resident key (*)' \
	"imp-g:*,${one#*,},+presence"
tap_check 'a point that is none' refused_key 5 'line 1: the public key is not valid' \
	"imp-g:${one%%,*},$(head -c 64 /dev/zero | base64 -w 0),es256,+presence"
tap_check 'a type that is none' refused_key 3 'es256, eddsa or rs256' \
	"imp-g:${one%,*},es384,+presence"
tap_check 'a handle that is none' refused_key 5 'the key handle cannot' \
	"imp-g:-$one,+presence"
tap_check 'a short one' refused_key 3 '16 to 480 bytes' \
	"imp-g:AAAA,${one#*,},+presence"
tap_check 'an option that is not known' refused_key 5 'line 2: an option that' \
	"# a comment" "imp-g:$one,+presence+new"
tap_check 'a last line without a key, which takes all away' \
	refused_key 5 'line 2: no key in it' "imp-g:$one,+presence" imp-g
tap_check 'the same key twice' refused_key 3 'enrolled already, as K1' \
	"imp-g:$one,+presence:$one,+presence"
tap_check 'nobody' refused_key 4 'no line of imp-g' "imp-f:$one,+presence"
printf '%s\n' "imp-g:$one,+presence:*,${two#*,},+presence" >"$files/u2f_bad"
tap_check 'one of several that is none: nothing' answers 3 unchanged \
	keyfirst import pam-u2f "$files/u2f_bad"
tap_check 'and that is said' grep -q 'no factor of that person was imported' \
	"$tool_err"
{
	printf imp-g
	for ((i = 0; i < 17; i++)); do
		printf ':%s,%s,+presence' "$(head -c 64 /dev/urandom |
			base64 -w 0)" "${one#*,}"
	done
} >"$files/u2f_bad"
tap_check 'seventeen of one person: nothing' answers 3 unchanged \
	keyfirst import pam-u2f "$files/u2f_bad"
tap_check 'and that is said' grep -q 'more than 16 factors of one person' \
	"$tool_err"
printf '%s\n' "imp-g:$one,+presence" >"$files/u2f_bad"
site_conf <<-CONF
	[default]
	key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202a
CONF
tap_check 'where only some models are allowed' \
	complains 3 'line 1: key.aaguid-allow names models' unchanged \
	keyfirst import pam-u2f "$files/u2f_bad"
tap_check 'nobody has got anything' answers 4 keyfirst list imp-g
site_conf <<-CONF
	[default]
	factors = totp
CONF
tap_check 'keys that no login will ask for' says 0 'imp-g: K1' \
	keyfirst import pam-u2f "$files/u2f_bad"
tap_check 'and that is said' grep -q 'leaves out key, so logins' \
	"$tool_err"
site_begin

# --- files that are none -----------------------------------------------------------

ln -s "$oath" "$files/link"
mkfifo "$files/fifo"
truncate -s 2M "$files/large"
for name in link fifo large .; do
	tap_check "refused: $name" refuses 5 "$files/$name: " unchanged \
		timeout 20 keyfirst import oath "$files/$name"
done
tap_check 'refused: a device' refuses 5 'not a regular file' \
	timeout 20 keyfirst import oath /dev/zero
tap_check 'refused: standard input' refuses 5 'symbolic link' \
	timeout 20 keyfirst import oath /dev/stdin
tap_check 'none' refuses 4 'No such file' \
	keyfirst import oath "$files/none"
mkdir "$files/mnt"
mount -t tmpfs -o size=64k tmpfs "$files/mnt"
cp "$oath" "$files/mnt/users.oath"
# Root may read everything, but not with no capability to.
tap_check 'unreadable' refuses 5 'Permission denied' \
	setpriv --bounding-set -dac_override,-dac_read_search \
	--inh-caps -dac_override,-dac_read_search \
	sh -c "chmod 0700 $files/mnt && chown imp-b $files/mnt &&
		exec keyfirst import oath $files/mnt/users.oath"
umount "$files/mnt"
head -c 100000 /dev/urandom >"$files/noise"
tap_check 'noise' answers 5 keyfirst import oath "$files/noise"
tap_check 'noise of one person' answers 5 \
	keyfirst import google-authenticator "$files/noise" --user imp-e
yes 'HOTP/T30 imp-e - 00' | head -n 5000 >"$files/many"
tap_check 'too many lines: nothing' refuses 5 'more than 4096 lines' \
	unchanged keyfirst import oath "$files/many"
for words in import 'import oath' 'import nonsense x' 'import oath a b' \
	'import pam-u2f' 'import oath x --nonsense' 'import oath x --rp pam://x' \
	'import pam-u2f x --rp' 'import pam-u2f x --rp='; do
	# shellcheck disable=SC2086 # words
	tap_check "usage: keyfirst $words" answers 2 keyfirst $words
done
tap_check 'root'"'"'s alone' answers 5 \
	setpriv --reuid imp-a --regid imp-a --clear-groups \
	keyfirst import oath "$oath"

# --- who reads it ---------------------------------------------------------------------

sed -i -e 's/imp-[cd]/imp-e/' -e '/HOTP imp-e/d' "$oath"
strace -f -qq -e trace=execve,openat,read,setresuid -o "$files/trace" \
	keyfirst import oath "$oath" --user imp-e >"$files/traced" 2>&1 || :
tap_check 'root opens the file' grep -q "openat(.*users.oath.*O_NOFOLLOW" \
	"$files/trace"
root=$(sed -n '1s/ .*//p' "$files/trace")
tap_check 'and reads no byte of it' \
	fails grep -qE "^$root +read\(.*# type user" "$files/trace"
# shellcheck disable=SC2016 # awk's
tap_check 'who reads it is keyfirst' awk -v root="$root" '
	/setresuid\([1-9]/ { dropped[$1] = 1 }
	/read\(0, "# type user/ { seen = 1; if (!dropped[$1] || $1 == root) bad = 1 }
	END { exit !seen || bad }' "$files/trace"

# --- secrets ---------------------------------------------------------------------------

tail -n "+$((ledger + 1))" "$site_dir/ledger" |
	sed -nE 's/^(seed|recovery|password) (.{8})/\2/p' | tr -d = \
	>"$files/needles"
tap_check 'there are secrets to look for' \
	test "$(wc -l <"$files/needles")" -gt 15
tap_check 'no secret was said' \
	fails grep -qF -f "$files/needles" "$tool_said"
tap_check 'nor logged' fails grep -qaF -f "$files/needles" "$site_log"
tap_check 'nor is one in the store' \
	fails grep -rqaF -f "$files/needles" "$store_enrolled" "$store_state"
rm -rf "$files"
tap_done
