#!/bin/bash
# What a live keyfirst-verify may still do, read from /proc while it waits for
# an answer under a real sshd and a real su.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

# field NAME: of the verifier's status.
field()
{
	awk -v name="$1:" '$1 == name { $1 = ""; print substr($0, 2) }' \
		"/proc/$verifier/status"
}

is()
{
	printf 'expected "%s", is "%s"\n' "$2" "$(field "$1")"
	[ "$(field "$1")" = "$2" ]
}

# The one that runs: nobody else logs in here.
find_verifier()
{
	verifier=$(pgrep -x keyfirst-verify)
	[ "$(wc -w <<<"$verifier")" = 1 ] || tap_bail "verifiers: $verifier"
}

# below PID: the verifier is a child of PID or of its children.
below()
{
	local pid=$verifier
	while [ "$pid" -gt 1 ]; do
		[ "$pid" != "$1" ] || return 0
		pid=$(awk '{ print $4 }' "/proc/$pid/stat")
	done
	return 1
}

# What it has open, without inode numbers; 0 to 2 with their number, what it
# opened itself (the store, the log) without.
descriptors()
{
	local fd n
	for fd in "/proc/$verifier/fd/"*; do
		n="${fd##*/} "
		[ "${fd##*/}" -le 2 ] || n=
		printf '%s%s\n' "$n" \
			"$(readlink "$fd" | sed 's/:\[[0-9]*\]//')"
	done | sort
}

# look WHO [OWN]: with OWN, it has read the request and opened the store.
look()
{
	local who=$1 id group cap
	id=$(id -u keyfirst)
	group=$(id -g keyfirst)
	tap_check "$who: its user is keyfirst, all four" \
		is Uid "$id $id $id $id"
	tap_check "$who: its group is keyfirst, all four" \
		is Gid "$group $group $group $group"
	tap_check "$who: no other groups" is Groups ''
	for cap in CapInh CapPrm CapEff CapBnd CapAmb; do
		tap_check "$who: no capability in $cap" is "$cap" \
			0000000000000000
	done
	tap_check "$who: no new privileges" is NoNewPrivs 1
	tap_check "$who: nothing open but what it was given${2:+ and its own}" \
		test "$(descriptors)" = "$(printf '%s\n' '0 socket' \
		'1 /dev/null' '2 /dev/null' ${2:+'/var/lib/keyfirst/enrolled' \
		'/var/lib/keyfirst/state' 'socket'} | sort)"
	tap_check "$who: argv is the path alone" \
		test "$(tr '\0' '|' <"/proc/$verifier/cmdline")" = \
		/usr/libexec/keyfirst/keyfirst-verify'|'
	tap_check "$who: an empty environment" \
		test "$(wc -c <"/proc/$verifier/environ")" = 0
	tap_check "$who: not dumpable: its files in /proc are root's" \
		test "$(stat -c %u "/proc/$verifier/environ")" = 0
	tap_check "$who: works in /" \
		test "$(readlink "/proc/$verifier/cwd")" = /
	tap_check "$who: a session of its own" \
		test "$(awk '{ print $6 }' "/proc/$verifier/stat")" = "$verifier"
	tap_check "$who: core files are off" \
		grep -q '^Max core file size *0 *0 ' "/proc/$verifier/limits"
	tap_check "$who: others of its user cannot look at it" \
		fails setpriv --reuid keyfirst --regid keyfirst \
		--clear-groups cat "/proc/$verifier/environ"
}

site_begin
tap_check 'nothing else runs that is a verifier' fails pgrep -x keyfirst-verify

# Before the first frame: a module that starts it and says nothing.
export FOO=bar LD_LIBRARY_PATH=/tmp
coproc SILENT { exec /usr/bin/python3 "$site_top/tests/e2e/silent.py" \
	/usr/libexec/keyfirst/keyfirst-verify; }
silent_in=${SILENT[1]}
# shellcheck disable=SC2153
silent_pid=$SILENT_PID
read -r -t 30 -u "${SILENT[0]}" verifier || tap_bail 'no verifier'
look 'before the first frame'
eval "exec $silent_in>&-"
wait "$silent_pid" || :
unset FOO LD_LIBRARY_PATH

site_person priv-a priv-b
site_enroll priv-b
site_recipe '/etc/pam.d/sshd: a public key, then a code' | site_pam sshd
sshd_start < <(site_recipe 'sshd_config: a public key, then a code')
site_pam su <<<'auth requisite pam_keyfirst.so'

# A hostile caller's environment and descriptors must not get through.
exec 7</etc/shadow 8>"$site_dir/held"
site_as priv-a env FOO=bar LD_LIBRARY_PATH=/tmp su priv-b -c 'echo inside:b'
ulimit -c unlimited
pty_start "${as_argv[@]}"
pty "expect $prompt" && pty pid
find_verifier
tap_check 'su: the verifier is below it' below "$pty_answer"
look su own
pty "line $(site_code priv-b)"
pty_end
tap_check 'su: and that one lets in' grep -q inside:b "$pty_shown"
tap_check 'su: nothing is left of it' fails pgrep -x keyfirst-verify
exec 7<&- 8>&-

site_ssh priv-b publickey,keyboard-interactive 'echo inside:priv-b'
pty_start "${ssh_argv[@]}"
pty "expect $prompt"
find_verifier
tap_check 'sshd: the verifier is below it' below "$sshd_pid"
look sshd own

# Killed as a crash would: denied, and no core with secrets in it.
kill -SEGV "$verifier"
pty "line $(site_wrong priv-b)"
pty_end
tap_check 'sshd: a verifier that crashes denies' test "$pty_status" = 255
tap_check 'sshd: and lets nobody in' \
	fails grep inside: "$pty_shown"
tap_check 'no core file' test -z "$(find / -xdev -maxdepth 1 -name 'core*')"

# The person goes away in the middle: nothing runs on.
pty_start "${ssh_argv[@]}"
pty "expect $prompt"
find_verifier
pidwait_tail=$verifier
pty hangup
kill "$pty_pid" 2>/dev/null || :
timeout 20 tail -s 0.1 --pid="$pidwait_tail" -f /dev/null || :
tap_check 'a verifier whose caller has gone leaves' \
	test ! -e "/proc/$pidwait_tail"
pty_end
tap_done
