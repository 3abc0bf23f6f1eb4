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

# --- devices on uhid that answer nothing ---------------------------------------------

# field TEXT LENGTH: bytes, filled up with zeros.
uhid_field()
{
	# shellcheck disable=SC2059 # escapes
	{ printf "$1"; head -c "$2" /dev/zero; } | head -c "$2"
}

# uhid_plug NAME DESCRIPTOR SIZE: a struct uhid_event that makes a device,
# UHID_CREATE2, on the USB.  It is there as long as somebody holds $uhid.
uhid_plug()
{
	{
		uhid_field '\x0b' 4
		uhid_field "$1" 128
		uhid_field '' 128
		uhid_field "$3\x00\x03\x00" 4
		uhid_field '\xd0\xf1' 4
		uhid_field '\x01\x00' 4
		uhid_field '' 8
		uhid_field "$2" 4096
	} >"$site_dir/uhid.create"
	exec {uhid}<>/dev/uhid
	cat "$site_dir/uhid.create" >&"$uhid"
}

# uhid_openings: how often it was opened since the last call.
uhid_openings()
{
	local count=0 kind
	while kind=$(dd bs=4380 count=1 iflag=nonblock status=none \
		<&"$uhid" 2>/dev/null | od -An -tu4 -N4) && [ -n "$kind" ]; do
		# UHID_OPEN
		[ "$kind" -ne 4 ] || count=$((count + 1))
	done
	echo "$count"
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
# Another name is another key.
key_start()
{
	local name=$1 ready answer secret
	shift
	secret=$(sha256sum <<<"$name" | cut -c 1-64)
	exec {ready}< <(exec "$softkey" --uhid="$name" --secret "$secret" \
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
	timeout 60 "$softkey" --tell "$site_dir/$name.control" "$@"
}

key_node()
{
	readlink -f "/dev/softkey/$1"
}

# during NAME ACTS COMMAND...: COMMAND, with ACTS (touch, refuse, unplug; several
# apart by commas) done once the key waits for a touch; false when it never did.
during()
{
	local name=$1 status=0 acting actor line acted=
	local -a acts
	IFS=, read -r -a acts <<<"$2"
	shift 2
	exec {acting}< <(exec "$softkey" --tell "$site_dir/$name.control" \
		'stats reset' 'wait touch' "${acts[@]}" stats)
	actor=$!
	"$@" {acting}<&- || status=$?
	while read -r -t 10 -u "$acting" line; do
		acted=$line
	done
	exec {acting}<&-
	# It must not touch the key for the next one.
	kill "$actor" 2>/dev/null || :
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

# key_out NAME, key_in NAME: pulled out of its port, and put in again.
key_out()
{
	key "$1" unplug >/dev/null
	udevadm wait --timeout=60 --removed "/dev/softkey/$1"
}

key_in()
{
	key "$1" plug >/dev/null
	key_there "$1"
}

# key_enroll PERSON NAME [OPTION...]: by the installed tool, touched at once.
key_enroll()
{
	local person=$1 name=$2 status=0
	shift 2
	key "$name" 'auto on' >/dev/null
	keyfirst enroll key "$person" --label "$name" \
		--device "$(key_node "$name")" "$@" </dev/null || status=$?
	key "$name" 'auto off' >/dev/null
	return "$status"
}

# quiet: nothing of keyfirst's runs on, and nobody has a key open.
quiet()
{
	local pid name
	while pid=$(pgrep -n 'keyfirst-(verify|key-de)'); do
		timeout 20 tail -s 0.1 -f /dev/null --pid="$pid" || {
			note "left: $(ps -o pid=,args= -p "$pid")"
			return 1
		}
	done
	for name in "${!key_pids[@]}"; do
		shows ok key "$name" 'wait closed' >/dev/null || {
			note "$name is open"
			return 1
		}
	done
	fails grep . < <(find /proc/[0-9]*/fd -lname '/dev/hidraw*' 2>/dev/null)
}
