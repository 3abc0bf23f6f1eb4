#!/bin/bash
# What a login asks of the keys that are plugged in, beside Debian's libpam-u2f:
# openings of a device, messages, touches.  keyfirst must ask no single key for
# more than pam_u2f does, and all keys together for no more than pam_u2f does when
# it finds the right key last.  pam_u2f looks at one key after the other and asks
# the first right one for its touch.  keyfirst asks all keys at once, so that any
# right key may be touched and no slow key is waited for.  A person's file of
# pam_u2f must let them in with keyfirst once it is imported.
set -eu
# shellcheck source=tests/vm/guest.sh
. "$(dirname "$0")/guest.sh"
vm_inside 300

what=(openings init cbor msg touches)
mappings=/etc/u2f_mappings
origin=pam://keyfirst-vm

# credential NAME: one of key NAME for pam_u2f.
credential()
{
	local file=$site_dir/u2f.$1
	head -c 32 /dev/urandom | base64 >"$file.in"
	printf '%s\n' "$origin" person "$(printf person | base64)" >>"$file.in"
	key "$1" 'auto on' >/dev/null
	fido2-cred -M -i "$file.in" -o "$file.made" "$(key_node "$1")" es256
	key "$1" 'auto off' >/dev/null
	fido2-cred -V -i "$file.made" -o "$file.kept" es256
	# The point is what comes last in the key, after a byte that says so.
	printf '%s,%s,es256,+presence' "$(head -n 1 "$file.kept")" \
		"$(sed 1d "$file.kept" | openssl ec -pubin -outform DER \
			2>/dev/null | tail -c 64 | base64 -w 0)"
}

# enrol PERSON NAME...: the same keys with both.
enrol()
{
	local person=$1 name
	shift
	printf '%s' "$person" >>"$mappings"
	for name; do
		printf ':%s' "$(credential "$name")" >>"$mappings"
		key_enroll "$person" "$name" >"$site_dir/out" 2>&1 ||
			tap_bail "$(cat "$site_dir/out")"
	done
	echo >>"$mappings"
}

# login SERVICE PERSON BLINKING TOUCHED: one login; TOUCHED is touched once all
# of BLINKING wait.  In counted: what it asked of the keys in $there together,
# and in most: of the one that was asked for most.
login()
{
	local service=$1 person=$2 blinking=$3 touched=$4 name line i n
	local toucher status=0
	for name in $there; do
		key "$name" 'stats reset' >/dev/null
	done
	{
		for name in $blinking; do
			key "$name" 'wait touch'
		done
		key "$touched" touch
	} >/dev/null &
	toucher=$!
	pamtester "$service" "$person" authenticate </dev/null || status=$?
	kill "$toucher" 2>/dev/null || :
	wait "$toucher" 2>/dev/null || :
	quiet || status=1
	counted=(0 0 0 0 0) most=(0 0 0 0 0)
	for name in $there; do
		line=$(key "$name" stats)
		for i in "${!what[@]}"; do
			[[ "$line " =~ \ ${what[i]}=([0-9]+)\  ]]
			n=${BASH_REMATCH[1]}
			counted[i]=$((counted[i] + n))
			[ "$n" -le "${most[i]}" ] || most[i]=$n
		done
	done
	return "$status"
}

row()
{
	note "$(printf '%-34s %-8s%9s%9s%9s%9s%9s' "$@")"
}

# Is each of the first five numbers at most its fellow of the other five?
no_more()
{
	local -a ours=("${@:1:5}") theirs=("${@:6:5}")
	local i
	for i in "${!what[@]}"; do
		[ "${ours[i]}" -le "${theirs[i]}" ] || {
			echo "more ${what[i]}: ${ours[i]}"
			return 1
		}
	done
}

# compare TEXT PERSON TOUCHED BLINKING [last]: BLINKING is what ours makes blink.
# With "last" pam_u2f finds it at the end.
compare()
{
	local text=$1 person=$2 touched=$3 blinking=$4 last=${5-} status=0
	local -a ours ours_most
	login kf-ours "$person" "$blinking" "$touched" >"$site_dir/out" 2>&1 ||
		status=$?
	tap_check "$text: keyfirst lets in" test "$status" = 0
	ours=("${counted[@]}")
	ours_most=("${most[@]}")
	status=0
	login kf-u2f "$person" "$touched" "$touched" >"$site_dir/out" 2>&1 ||
		status=$?
	tap_check "$text: pam_u2f lets in" test "$status" = 0
	row "$text" keyfirst "${ours[@]}"
	row '' pam_u2f "${counted[@]}"
	tap_check "$text: no key is asked for more" \
		no_more "${ours_most[@]}" "${most[@]}"
	[ "$last" != last ] || tap_check "$text: nor are all together" \
		no_more "${ours[@]}" "${counted[@]}"
}

site_begin
keys_begin
site_person cmp-one cmp-all2 cmp-all4 cmp-u2f
cat >/etc/pam.d/kf-ours <<-PAM
	auth required pam_keyfirst.so after_first_factor
	account required pam_permit.so
PAM
cat >/etc/pam.d/kf-u2f <<-PAM
	auth required pam_u2f.so authfile=$mappings origin=$origin appid=$origin
	account required pam_permit.so
PAM
for name in a b c d; do
	key_start "$name"
done
key_start u --mode u2f
enrol cmp-one d
enrol cmp-all2 a b
enrol cmp-all4 a b c d
enrol cmp-u2f u
for name in a b c d u; do
	key_out "$name"
done

row 'of the keys that are there:' '' "${what[@]}"
# pam_u2f looks at them in the order in which they were plugged in.
there='d'
key_in d
compare '1 key, it holds one' cmp-one d d last
key_in c
there='d c'
compare '2 keys, the first holds one' cmp-one d d
key_in a
key_in b
there='d c a b'
compare '4 keys, the first holds one' cmp-one d d
compare '4 keys, each holds one' cmp-all4 a 'a b c d'
key_out d
key_in d
compare '4 keys, the last holds one' cmp-one d d last
key_out c
key_out d
there='a b'
compare '2 keys, each holds one' cmp-all2 a 'a b'
key_out a
there='b'
compare '1 key, the second of four' cmp-all4 b b last
key_out b
key_in c
key_in d
there='c d'
compare '2 keys, the last holds one' cmp-one d d last
key_out c
key_out d
key_in u
there='u'
compare '1 key, U2F' cmp-u2f u u last

# --- coming from pam_u2f ---------------------------------------------------------------

moved=$site_dir/u2f_keys

# pamu2fcfg_of NAME [OPTION...]: what it prints of that key, which alone is there.
pamu2fcfg_of()
{
	local name=$1
	shift
	key "$name" 'auto on' >/dev/null
	pamu2fcfg "$@"
	key "$name" 'auto off' >/dev/null
}

site_person cmp-moved
site_pam sudo <<<'auth required pam_keyfirst.so'
pamu2fcfg_of u -u cmp-moved >"$moved"
key_out u
key_in d
pamu2fcfg_of d -n >>"$moved"
cat "$moved" >>"$mappings"
there='d'
tap_check 'pam_u2f lets in with it' login kf-u2f cmp-moved d d
tap_check 'imported' shows 'cmp-moved: K1 K2' keyfirst import pam-u2f "$moved"
tap_check 'a FIDO2 key of pamu2fcfg: sudo with one touch' touched d \
	shows inside:root sudo_login cmp-moved 'Touch your security key.'
key_out d
key_in u
tap_check 'a U2F key of pamu2fcfg: sudo with one touch' touched u \
	shows inside:root sudo_login cmp-moved 'Touch your security key.'
tap_check 'they are proved from then on' lacks unproved keyfirst list cmp-moved
tap_done
