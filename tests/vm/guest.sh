# shellcheck shell=bash
# Functions for the tests in the virtual machine, besides those of
# tests/e2e/site.sh.  Sourced by bash.  A test must call vm_inside first: all
# commands after that call run in the virtual machine (tests/vm/vm) only.

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

# --- keys: softkey on uhid --------------------------------------------------------

# shellcheck source=tests/e2e/softkeys.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/softkeys.sh"
# shellcheck disable=SC2034 # softkeys.sh uses it
key_tool=keyfirst

# keys_begin: /dev/softkey/NAME is the node of the key of that name.
keys_begin()
{
	# shellcheck disable=SC2016 # for udevd
	printf '%s\n' 'SUBSYSTEM=="hidraw", IMPORT{parent}="HID_NAME"' \
		'SUBSYSTEM=="hidraw", SYMLINK+="softkey/$env{HID_NAME}"' \
		>/etc/udev/rules.d/99-softkey.rules
	udevadm control --reload
}

# In the place of sockets.
key_port()
{
	printf '%s\n' "--uhid=$1"
}

key_node()
{
	readlink -f "/dev/softkey/$1"
}

key_there()
{
	udevadm wait --timeout=60 --settle "/dev/softkey/$1" ||
		tap_bail "no node for $1"
}

key_gone()
{
	udevadm wait --timeout=60 --removed "/dev/softkey/$1"
}
