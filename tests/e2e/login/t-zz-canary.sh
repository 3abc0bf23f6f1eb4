#!/bin/bash
# The last of all: no seed, typed code, recovery code or password of the whole run stands in
# a log, the store, a core file or anything else that outlives its use.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

# without_pids <LOG: the number of a process is no code, if it has six digits.
without_pids()
{
	sed -E 's/\[[0-9]+\]:/[pid]:/; s/ (holder|pid)[= ][0-9]+/ \1/'
}

# found KIND FILE...: secrets of that kind in the files.  Codes are short, so
# they count only as words of their own.
found()
{
	local kind=$1
	local -a how=(-F)
	shift
	[ "$kind" != code ] || how=(-F -w)
	sed -n "s/^$kind //p" "$site_dir/ledger" | sort -u >"$site_dir/needles"
	[ -s "$site_dir/needles" ] || tap_bail "the ledger has no $kind"
	grep -a -o "${how[@]}" -f "$site_dir/needles" -- "$@" | sort | uniq -c
}

clean()
{
	local hits
	hits=$(found "$@")
	printf '%s\n' "$hits"
	[ -z "$hits" ]
}

site_begin
site_person can-a
site_enroll can-a

# It can fail: a log with each of them in it is found out.
for kind in seed code recovery password; do
	{
		echo "some line"
		sed -n "s/^$kind \(.*\)/x=\1 y/p" "$site_dir/ledger" | tail -n 1
	} >"$site_dir/planted"
	tap_check "a $kind in a log would be found" \
		test -n "$(found "$kind" "$site_dir/planted")"
done
rm -f "$site_dir/planted"

tap_check 'the log has steps of many logins' \
	test "$(grep -c 'event=auth result=grant' "$site_log")" -ge 5
mapfile -t logs < <(find /run/log /var/log -type f -newer \
	/run/keyfirst-throwaway)
without_pids <"$site_log" >"$site_dir/log.text"
for i in "${!logs[@]}"; do
	[ "${logs[i]}" != "$site_log" ] || logs[i]=$site_dir/log.text
done
note "logs: ${logs[*]}"
for kind in seed code recovery password; do
	tap_check "no $kind in a log" clean "$kind" "${logs[@]}"
done

mapfile -t store < <(find /var/lib/keyfirst /etc/keyfirst -type f)
note "${#store[@]} files in the store"
for kind in seed recovery password; do
	tap_check "no $kind in the store" clean "$kind" "${store[@]}"
done

mapfile -t cores < <(find / -xdev \( -name core -o -name 'core.[0-9]*' \) \
	-type f -newer /run/keyfirst-throwaway 2>/dev/null)
tap_check "no core file of ours (${cores[*]})" test ${#cores[@]} -eq 0
mapfile -t temporary < <(find /tmp /var/tmp /dev/shm -type f \
	-newer /run/keyfirst-throwaway -size -1024k 2>/dev/null |
	grep -v -e '\.[och]$' -e '\.trs$' -e "^$site_top/")
for kind in seed recovery; do
	tap_check "no $kind in a temporary file" \
		clean "$kind" "${temporary[@]}" /dev/null
done
tap_done
