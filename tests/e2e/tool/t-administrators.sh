#!/bin/bash
# Two administrators at the same person: while one waits for a secret or a code,
# the other enrols and removes.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

state=/var/lib/keyfirst/state
fifo=$site_dir/secret
out=$site_dir/late.out

# seed NAME: a new one, for site_keyfirst_enroll and site_code.
seed()
{
	head -c 20 /dev/urandom | base32 >"$site_dir/$1.seed"
	site_ledger seed "$(cat "$site_dir/$1.seed")"
}

# enroll_now NAME SEED: enrolls NAME with SEED's secret, at once.
enroll_now()
{
	cp "$site_dir/$2.seed" "$site_dir/$1.seed"
	setsid -w keyfirst enroll totp "$1" --secret-stdin \
		--code "$(site_code "$1")" --qr none <"$site_dir/$1.seed"
}

# late_begin NAME: has read what is enrolled, and waits for its secret.  That it
# waits is seen by the beginning of the secret, which is gone from the pipe.
late_begin()
{
	local secret
	seed late
	secret=$(cat "$site_dir/late.seed")
	rm -f "$fifo" "$fifo.end"
	mkfifo -m 0600 "$fifo" "$fifo.end"
	exec {late}<>"$fifo"
	{
		late_status=0
		setsid -w keyfirst enroll totp "$1" --secret-stdin \
			--code "$(site_code late)" --qr none \
			<"$fifo" >"$out" 2>&1 || late_status=$?
		echo "$late_status" >"$fifo.end"
	} &
	late_pid=$!
	printf '%s' "${secret:0:16}" >&"$late"
	while read -r -t 0 -u "$late"; do
		kill -0 "$late_pid" 2>"$site_dir/gone" || break
		read -r -t 0.02 _ <> <(:) || :
	done
}

# late_end: gives it the rest; its exit status.
late_end()
{
	local status
	tail -c +17 "$site_dir/late.seed" >&"$late"
	read -r -t 60 status <>"$fifo.end"
	cat "$out"
	return "$status"
}

# enrolled_already NAME SEED
enrolled_already()
{
	local status=0
	enroll_now "$@" >"$out" 2>&1 || status=$?
	cat "$out"
	[ "$status" = 3 ] && grep -q 'enrolled already' "$out"
}

site_begin
site_person both-a both-b both-c
for name in lost fresh first; do
	seed "$name"
done

# --- removed and enrolled anew meanwhile --------------------------------------

tap_check 'a phone' enroll_now both-a lost
late_begin both-a
tap_check 'is lost, while somebody enrols another' \
	keyfirst remove both-a T1 --last
tap_check 'and replaced' enroll_now both-a fresh
tap_check 'who was enrolling gets it done' late_end
tap_check 'the replacement is still there' enrolled_already both-a fresh
tap_check 'so is the other' enrolled_already both-a late
tap_check 'the lost one has not come back' enroll_now both-a lost

# --- the state of who had something, and has nothing --------------------------

tap_check 'one factor' enroll_now both-b first
late_begin both-b
tap_check 'is removed, with its state' keyfirst remove both-b T1 --last
tap_check 'really' fails test -e "$state/$(id -u both-b)"
tap_check 'who was enrolling gets it done' late_end
tap_check 'and a state with it' keyfirst status both-b

# --- the state of who had nothing, and has something --------------------------

late_begin both-c
tap_check 'somebody else enrols first' enroll_now both-c first
rm "$state/$(id -u both-c)" "$state/strangers.$(id -u both-c)"
late_status=0
late_end >"$site_dir/late.said" || late_status=$?
tap_check 'a state that was lost is not made anew' test "$late_status" = 5
tap_check 'repair is named' grep -q 'keyfirst repair both-c' "$out"
tap_check 'nothing is there' fails test -e "$state/$(id -u both-c)"
tap_check 'which makes one' keyfirst repair both-c
rm -f "$fifo" "$fifo.end"
tap_done
