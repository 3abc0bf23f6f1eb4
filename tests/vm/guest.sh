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
