#!/bin/bash
# tests/vm/vm keeps its promises.  A machine that reported a failure as success,
# mixed messages into the output of a test, or went on after it would spoil all
# tests that run in it.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../e2e/site.sh"
site_inside
vm=$site_top/tests/vm/vm
work=$(mktemp -d /tmp/kf-harness.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"

status_is()
{
	local want=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" -eq "$want" ] || { echo "status $status"; return 1; }
}

# A machine that runs is a process and a directory.
machines()
{
	{
		pgrep -a qemu-system || :
		find /run -maxdepth 1 -name 'keyfirst-vm.*'
	} | sort
}

# Machines of other tests may run, too.
nothing_left()
{
	machines | comm -13 "$work/before" - | fails grep .
}

# start N: a machine whose command goes on for ever.  vm_pids[N] is that of
# tests/vm/vm, and its output comes out of froms[N].
vm_pids=()
froms=()
start()
{
	local from
	mkfifo "$work/fifo.$1"
	"$vm" sh -c 'echo started; exec sleep 1000' >"$work/fifo.$1" 2>&1 &
	vm_pids[$1]=$!
	exec {from}<"$work/fifo.$1"
	froms[$1]=$from
}

started()
{
	local line
	read -r -t 120 -u "${froms[$1]}" line || line=
	[ "$line" = started ] || note "the machine said: $line"
}

# gone N: every process that had its output has ended.
gone()
{
	timeout 20 cat <&"${froms[$1]}"
}

machines >"$work/before"

# --- a command that does all at once -----------------------------------------------

export LINES_IN=$'two\nlines' site_top work
cat >guest <<'SCRIPT'
printf '%s|' "$@" "$PWD" "$LINES_IN"; echo
seq 100000
echo 'not this' >&2
echo '<0>a message of the kernel' >/dev/kmsg
. "$site_top/tests/e2e/site.sh"
tap_check 'this fails' false
tap_check 'this does not' true
echo spoilt >"$work/file"
: >/etc/spoilt
echo again >/dev/stdout
echo again >/dev/stderr
setsid sleep 1000 &
sleep 1000 &
exit 37
SCRIPT
echo whole >file
# shellcheck disable=SC2016 # as it is
odd='$HOME "*" & \n'
status=0
"$vm" bash guest 'an argument' "$odd" >out 2>err || status=$?

{
	printf '%s|' 'an argument' "$odd" "$work" "$LINES_IN"
	echo
	seq 100000
	printf '%s\n' 'not ok 1 - this fails' '# false: status 1' '# ' \
		'ok 2 - this does not' again
} >out.want
printf '%s\n' 'not this' again >err.want

tap_check 'the status comes through' test "$status" = 37
tap_check 'the output is whole, and a failing point fails' cmp out out.want
tap_check 'and nothing is in the other but what belongs there' diff err err.want
tap_check 'what the guest writes stays in it' \
	test "$(cat file)" = whole -a ! -e /etc/spoilt
tap_check 'nothing is left' nothing_left

# --- ends that are none --------------------------------------------------------------

tap_check 'a panic is no success' status_is 125 \
	"$vm" sh -c 'echo c >/proc/sysrq-trigger'
tap_check 'nor is a machine that hangs' status_is 124 "$vm" --timeout 3 true
tap_check 'nothing is left of them' nothing_left
start 1
start 2
started 1
started 2
kill "${vm_pids[1]}"
status=0
wait "${vm_pids[1]}" || status=$?
tap_check 'it ends when it is told to' test "$status" = 143
tap_check 'with all that it had started' gone 1
vm_run=$(machines | comm -13 before - | grep '^/run/')
tap_check 'and leaves nothing' test "$(wc -l <<<"$vm_run")" = 1
kill -KILL "${vm_pids[2]}"
wait "${vm_pids[2]}" 2>/dev/null || :
tap_check 'no machine outlives it' gone 2
# The killed process could not remove its directory.
rm -rf "$vm_run"
tap_check 'even when it was killed' nothing_left
tap_done
