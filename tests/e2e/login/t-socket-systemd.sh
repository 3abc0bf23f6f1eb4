#!/bin/bash
# The shipped units under a real systemd: process 1 of a PID namespace, with a
# cgroup of its own that goes with it: codes, a security key, and crowds.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/systemd.sh
. "$(dirname "$0")/../systemd.sh"
# shellcheck source=tests/e2e/softkeys.sh
. "$(dirname "$0")/../softkeys.sh"

locker=$site_build/tests/e2e/locker
caller=$site_top/tests/e2e/caller.py

# as NAME COMMAND...
as()
{
	site_as "$@"
	"${as_argv[@]}"
}

# lock NAME PAIR...
lock()
{
	local name=$1
	shift
	site_as "$name" "$locker" kf-code
	pty_run "$@" -- "${as_argv[@]}"
}

# locker_start NAME: for pty.
locker_start()
{
	site_as "$1" "$locker" kf-code
	pty_start "${as_argv[@]}"
}

# shown UNIT NAME=VALUE...: as systemd shows it.
shown()
{
	local unit=$1 property value
	shift
	for property; do
		value=$(inside systemctl show -p "${property%%=*}" --value "$unit")
		printf '%s=%s\n' "${property%%=*}" "$value"
		[ "$value" = "${property#*=}" ] || return 1
	done
}

site_begin
trap 'systemd_stop; sshd_stop' EXIT
trap 'exit 143' TERM HUP INT
site_person sysd-a sysd-b sysd-k
site_enroll sysd-a sysd-b
echo 'auth required pam_keyfirst.so' >/etc/pam.d/kf-code
echo 'account required pam_keyfirst.so' >>/etc/pam.d/kf-code

for unit in keyfirst-verify.socket keyfirst-verify@.service; do
	tap_check "$unit is installed" test -f "$units/$unit"
	tap_check "$unit: no complaint of systemd's" \
		test -z "$(systemd-analyze --man=no verify "$units/$unit" 2>&1)"
done
tap_check 'nothing is enabled' test -z "$(find /etc/systemd/system "$units" \
	-lname '*keyfirst*')"

systemd_start sysd-b
tap_check 'nobody listens until it is enabled' \
	test ! -e /run/keyfirst/verify.socket
tap_check 'the remedy of the log works' \
	inside systemctl enable --now keyfirst-verify.socket
tap_check 'everybody may connect, and nobody put another in its place' test \
	"$(stat -c '%U %a' /run/keyfirst /run/keyfirst/verify.socket)" = \
	"$(printf 'root 755\nroot 666')"
tap_check 'the socket, as systemd shows it' shown keyfirst-verify.socket \
	Accept=yes MaxConnections=256 SocketMode=0666 \
	TriggerLimitIntervalUSec=0 ActiveState=active SubState=listening
tap_check 'a code unlocks' shows inside:sysd-a lock sysd-a \
	"$prompt|$(site_code sysd-a)" inside:
tap_check 'and not twice' fails shows inside: lock sysd-a \
	"$prompt|$(site_code sysd-a)" 'already used' "$prompt|" "$prompt|" \
	authenticate

# A session that waits, and what it runs in.
locker_start sysd-a
pty "expect $prompt"
pid=$(pgrep -x keyfirst-verify)
instance=$(inside systemctl list-units --no-legend --plain 'keyfirst-verify@*' |
	awk '{ print $1 }')
note "instance $instance, pid $pid"
tap_check 'one instance a call' test "$(wc -w <<<"$instance $pid")" = 2
tap_check 'the service, as systemd shows it' shown "$instance" User=keyfirst \
	StandardInput=socket StandardOutput=null StandardError=null \
	CollectMode=inactive-or-failed LimitMEMLOCK=67108864 \
	CapabilityBoundingSet= NoNewPrivileges=yes LockPersonality=yes \
	MemoryDenyWriteExecute=yes RestrictRealtime=yes \
	RestrictSUIDSGID=yes RestrictAddressFamilies=AF_UNIX \
	SystemCallArchitectures=native
tap_check 'a filter of system calls is on' \
	grep -qx 'Seccomp:	2' "/proc/$pid/status"
tap_check 'no capability, not even to be had' \
	test -z "$(grep '^Cap' "/proc/$pid/status" | grep -v '	0*$')"
# A container may not raise the limit; then nothing is, or nothing more fits.
limit=$(awk '/^Max locked memory/ { print $4 }' "/proc/$pid/limits")
locked=$(awk '$1 == "VmLck:" { print $2 }' "/proc/$pid/status")
note "of $limit bytes that may be locked, $locked kB are"
tap_check 'its memory is locked, where the limit leaves room' \
	test $((limit >= 67108864)) = $((locked > 0))
pty "line $(site_code sysd-a 1)"
pty_end
tap_check 'and its code unlocks' grep -q inside:sysd-a "$pty_shown"
timeout 20 tail -s 0.1 --pid="$pid" -f /dev/null || :

# systemd holds the socket as well, until it has collected the verifier.
locker_start sysd-b
pty "expect $prompt"
kill -STOP "$(pgrep -P "$init")"
pty "line $(site_code sysd-b)"
pty 'expect authenticate'
kill -CONT "$(pgrep -P "$init")"
pty_end
tap_check 'a code unlocks while systemd is busy' \
	grep -q inside:sysd-b "$pty_shown"

# --- a security key: its program limits itself behind the unit's filter ------------

# traced PID: from now on it, and what it starts, each in key.trace.PID.
traced()
{
	local line
	exec {traced}< <(exec strace -ff -o "$site_dir/key.trace" -p "$1" 2>&1)
	strace_pid=$!
	read -r -t 20 -u "$traced" line || line=
	[[ $line = *attached* ]] || note "strace: $line"
}

# filters PID: of system calls, that are on it.
filters()
{
	awk '$1 == "Seccomp_filters:" { print $2 }' "/proc/$1/status"
}

softkeys_begin
trap 'systemd_stop; softkeys_end; sshd_stop' EXIT
key_start one
tap_check 'a key is enrolled' key_enroll sysd-k one
log_mark
tap_check 'a touch unlocks' touched one shows inside:sysd-k \
	lock sysd-k "$touch" inside:
tap_check 'and the log has it' logged \
	"result=grant factor=key via=local id=K1 user=sysd-k .*caller=$(id -u sysd-k) "
tap_check 'nothing of it runs on' quiet
conf 'key.touch-timeout = 1'
tap_check 'no touch does not' shows 'not touched in time' shows \
	'authenticate 7 ' fails lock sysd-k "$touch" authenticate
tap_check 'nothing of that runs on' quiet
conf
key_out one
locker_start sysd-k
pty 'expect Insert your security key.'
pid=$(pgrep -x keyfirst-verify)
traced "$pid"
key_in one
tap_check 'put in while it waits: asked for its touch' pty "expect $touch"
device=$(pgrep -x keyfirst-key-de)
tap_check 'its program has a filter more than the unit gives' \
	test $(($(filters "$device") - $(filters "$pid"))) = 1
key one 'wait touch' touch >/dev/null
tap_check 'its touch unlocks' pty 'expect inside:sysd-k'
pty_end
tap_check 'nothing is left running' quiet
wait "$strace_pid" || :
exec {traced}<&-
trace=$site_dir/key.trace.$device
if [ -s "$trace" ]; then
	tap_check 'it may set its filter' \
		grep 'seccomp(SECCOMP_SET_MODE_FILTER, .* = 0$' "$trace"
	# A kernel without it says so; the unit may not.
	tap_check 'and lock itself away from files, where the kernel can' grep -E \
		'landlock_(restrict_self.* = 0$|.* (ENOSYS|EOPNOTSUPP) )' "$trace"
	tap_check 'nothing that it does is refused' fails grep EPERM "$trace"
	tap_check 'and it ends as it should' grep '+++ exited with 0 +++' "$trace"
else
	tap_check 'what it may do # SKIP strace does not run' true
fi
rm -f "$site_dir"/key.trace.*
softkeys_end

# --- crowds --------------------------------------------------------------------------

# One user takes all there is.
site_as sysd-a /usr/bin/python3 "$caller" hold 300 silent
rm -f "$site_dir/go"
mkfifo "$site_dir/go"
exec {hold_out}< <(exec "${as_argv[@]}" <"$site_dir/go")
exec {hold_in}>"$site_dir/go"
read -r -t 120 -u "$hold_out" held || held=none
tap_check '300 by one user: four are kept' test "$held" = 'held 4 ended 296'
tap_check 'and the next user is served' shows inside:sysd-b lock sysd-b \
	"$prompt|$(site_code sysd-b 1)" inside:
tap_check 'the socket has not failed' shown keyfirst-verify.socket \
	ActiveState=active Result=success NConnections=4
exec {hold_in}>&- {hold_out}<&-

# What systemd itself asks PAM for is not ours to stop.
printf '%s\n' 'account required pam_keyfirst.so' 'account required pam_unix.so' \
	'session required pam_unix.so' >/etc/pam.d/systemd-user
log_mark
tap_check "systemd-user passes by our account line" \
	inside systemctl start systemd-user-like.service
tap_check 'as the person' grep -qx sysd-b "$site_dir/systemd/said"
tap_check 'which was asked, and left it alone' \
	logged 'event=step result=service-needs-no-proof .*service=systemd-user '
rm -f /etc/pam.d/systemd-user

tap_check 'stopped' inside systemctl stop keyfirst-verify.socket
log_mark
tap_check 'nobody is served any more' shows 'authenticate 9 ' fails \
	lock sysd-b authenticate
tap_check 'and the log has the remedy' logged \
	'remedy="systemctl enable --now keyfirst-verify.socket"'
left=$group
systemd_stop
rm -f /etc/pam.d/kf-code
tap_check 'nothing of it is left' test ! -e "$left"
tap_check 'nothing runs on' fails pgrep -x keyfirst-verify
tap_done
