# shellcheck shell=bash
# What the tests in the virtual machine share, on top of tests/e2e/site.sh.
# Sourced by bash.  A test calls vm_inside first: what follows then runs in the
# machine (tests/vm/vm) and nowhere else.

# shellcheck source=tests/e2e/site.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/site.sh"

# vm_inside SECONDS: unless we are in the machine, starts this script there.
vm_inside()
{
	[ -e /run/keyfirst-vm ] && return
	site_inside
	exec "$site_top/tests/vm/vm" --timeout "$1" /bin/bash "$(readlink -f "$0")"
}

# login_login NAME PAIR...: at a terminal where nobody is logged in.
login_login()
{
	local name=$1
	shift
	pty_run 'login: |'"$name" "$@" "\$ |$login_command" \
		"inside:$name" '$ |exit' -- login
}

# login_refused NAME PAIR...: the other way; login would ask again.
login_refused()
{
	local name=$1 pair good=0
	shift
	pty_start login
	for pair in 'login: |'"$name" "$@" 'Login incorrect'; do
		pty "expect ${pair%%|*}" || good=1
		case $pair in
		*'|'*) pty "line ${pair#*|}" || good=1 ;;
		esac
	done
	pty hangup || good=1
	pty_end
	cat "$pty_shown"
	return "$good"
}

# --- keys: softkey on uhid, one process each ---------------------------------------

softkey=$site_build/tests/softkey/softkey
declare -A key_pids=()

# keys_begin: /dev/softkey/NAME is the node of the key of that name.
keys_begin()
{
	# shellcheck disable=SC2016 # for udevd
	printf '%s\n' 'SUBSYSTEM=="hidraw", IMPORT{parent}="HID_NAME"' \
		'SUBSYSTEM=="hidraw", SYMLINK+="softkey/$env{HID_NAME}"' \
		>/etc/udev/rules.d/99-softkey.rules
	udevadm control --reload
}

# key_start NAME [OPTION...]: plugs one in; it is ready when this returns.
key_start()
{
	local name=$1 ready answer
	shift
	exec {ready}< <(exec "$softkey" --uhid="$name" \
		--control "$site_dir/$name.control" "$@" 2>&1)
	key_pids[$name]=$!
	read -r -t 60 -u "$ready" answer || answer=
	exec {ready}<&-
	[ "$answer" = ready ] || tap_bail "softkey: ${answer:-no answer}"
	key_there "$name"
}

key_there()
{
	udevadm wait --timeout=60 --settle "/dev/softkey/$1" ||
		tap_bail "no node for $1"
}

key_stop()
{
	kill "${key_pids[$1]}"
	wait "${key_pids[$1]}" || :
	udevadm wait --timeout=60 --removed "/dev/softkey/$1" || :
}

# key NAME COMMAND...: tells it, and prints its answers.
key()
{
	local name=$1
	shift
	"$softkey" --tell "$site_dir/$name.control" "$@"
}

key_node()
{
	readlink -f "/dev/softkey/$1"
}

# during NAME ACTS COMMAND...: COMMAND, with ACTS (touch, refuse, unplug; several
# apart by commas) done once the key waits for a touch; false when it never did.
during()
{
	local name=$1 status=0 acting line acted=
	local -a acts
	IFS=, read -r -a acts <<<"$2"
	shift 2
	exec {acting}< <(exec "$softkey" --tell "$site_dir/$name.control" \
		'stats reset' 'wait touch' "${acts[@]}" stats)
	"$@" {acting}<&- || status=$?
	while read -r -t 10 -u "$acting" line; do
		acted=$line
	done
	exec {acting}<&-
	[[ $acted = 'ok openings='* ]] || {
		echo "the key was not waited for"
		return 99
	}
	return "$status"
}

# touched NAME COMMAND...: one touch must be all that it takes.  A U2F key
# counts it when it is asked again, so what it counted is looked at afterwards.
touched()
{
	local name=$1
	shift
	during "$name" touch "$@" && key_touches "$name" 1
}

# key_touches NAME COUNT: so many since "stats reset".
key_touches()
{
	shows " touches=$2 " key "$1" stats
}
