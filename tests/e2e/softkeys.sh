# shellcheck shell=bash disable=SC2154,SC2034 # site.sh's, and for who sources this
# Software keys (softkey), one process each.  Here they are sockets, and verifier
# and tool are built to look for keys in /run/softkey and not in /dev.  The
# module, keyfirst-key-device and the store are the installed ones.
# tests/vm/guest.sh has the same keys on /dev/uhid.  Sourced by bash,
# after site.sh.

softkey=$site_build/tests/softkey/softkey
key_tool=$site_build/tests/softkey/keyfirst-softkey
softkeys=/run/softkey
softkey_verify=/usr/libexec/keyfirst/keyfirst-verify
declare -A key_pids=()

touch='Touch your security key.'
insert='Insert your security key and press Enter, or type a verification code: '

# --- where they are plugged in ------------------------------------------------------

softkeys_begin()
{
	mkdir -p "$softkeys"
	chmod 0755 "$softkeys"
	cp "$softkey_verify" "$site_dir/verify.installed"
	install -m 0755 "$site_build/tests/softkey/keyfirst-verify-softkey" \
		"$softkey_verify"
	trap 'softkeys_end; sshd_stop' EXIT
}

softkeys_end()
{
	key_stop "${!key_pids[@]}"
	install -m 0755 "$site_dir/verify.installed" "$softkey_verify"
}

# key_port NAME: prints the option of softkey that names its socket.
key_port()
{
	printf '%s\n' "--socket=$softkeys/$1"
}

key_node()
{
	printf '%s\n' "$softkeys/$1"
}

# key_there NAME, key_gone NAME: wait until it is so.  A socket needs no wait.
key_there() { :; }
key_gone() { :; }

# --- a key ---------------------------------------------------------------------------

# key_start NAME [OPTION...]: plugs one in; it is ready when this returns.  The
# same name is the same key, another name another.
key_start()
{
	local name=$1 port ready answer secret
	shift
	port=$(key_port "$name")
	secret=$(sha256sum <<<"$name" | cut -c 1-64)
	exec {ready}< <(exec "$softkey" "$port" --secret "$secret" \
		--control "$site_dir/$name.control" "$@" 2>&1)
	key_pids[$name]=$!
	read -r -t 60 -u "$ready" answer || answer=
	exec {ready}<&-
	[ "$answer" = ready ] || tap_bail "softkey: ${answer:-no answer}"
	key_there "$name"
}

# key_stop NAME...: ends the keys for good.
key_stop()
{
	local name
	for name; do
		kill "${key_pids[$name]}" 2>/dev/null || :
		wait "${key_pids[$name]}" 2>/dev/null || :
		unset "key_pids[$name]"
		key_gone "$name" || :
	done
}

# key NAME COMMAND...: sends commands to the key, and prints its answers.
key()
{
	local name=$1
	shift
	"$softkey" --tell "$site_dir/$name.control" "$@"
}

# key_out NAME, key_in NAME: pulled out of its port, and put in again.
key_out()
{
	key "$1" unplug >/dev/null
	key_gone "$1"
}

key_in()
{
	key "$1" plug >/dev/null
	key_there "$1"
}

# key_touches NAME COUNT: it was touched so often since "stats reset".
key_touches()
{
	shows " touches=$2 " key "$1" stats
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
	# A key that was not asked is not waited for.
	while [ "$status" -eq 0 ] && read -r -t 10 -u "$acting" line; do
		acted=$line
	done
	exec {acting}<&-
	# It must not touch the key for the next one.
	kill "$actor" 2>/dev/null || :
	wait "$actor" 2>/dev/null || :
	[ "$status" -eq 0 ] || return "$status"
	[[ $acted = 'ok openings='* ]] || {
		echo "the key was not waited for"
		return 99
	}
}

# touched NAME COMMAND...: the command must need one touch and no more.  A U2F key
# counts the touch when it is asked again, so the count is looked at afterwards.
touched()
{
	local name=$1
	shift
	during "$name" touch "$@" && key_touches "$name" 1
}

# key_enroll PERSON NAME [OPTION...]: enrols a key, which is touched at once.
key_enroll()
{
	local person=$1 name=$2 status=0
	shift 2
	key "$name" 'auto on' >/dev/null
	"$key_tool" enroll key "$person" --label "$name" \
		--device "$(key_node "$name")" "$@" </dev/null || status=$?
	key "$name" 'auto off' >/dev/null
	return "$status"
}

# quiet: no process of keyfirst runs, and no process has a key open.
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
		key "$name" 'wait closed' >/dev/null || {
			note "$name is open"
			return 1
		}
	done
	[ -z "$(find /proc/[0-9]*/fd -lname '/dev/hidraw*' 2>/dev/null || :)" ]
}

# --- ten logins at once ----------------------------------------------------------------

# one_of_ten N NAME: a login; its output goes to $site_dir/ten.N.
one_of_ten()
{
	local answer=nothing
	sudo_start "$2"
	if pty 'expect ecurity key'; then
		if grep -aq 'in use by another program\.' "$pty_shown"; then
			# It is asked for a code: that is the result.
			pty 'expect code: ' && pty 'send \x03' && answer=in-use
		elif pty 'expect inside:root'; then
			answer=inside
		elif grep -aq 'at the same moment' "$pty_shown"; then
			answer=raced
		fi
	fi
	pty_end
	echo "$answer" >"$site_dir/ten.$1"
	[ "$answer" != nothing ] || cat "$pty_shown"
}

# ten NAME ANSWERS: ten sudos of theirs; each is told one of ANSWERS (inside,
# in-use, raced), and somebody gets in.
ten()
{
	local n
	local -a pids=()
	rm -f "$site_dir"/ten.*
	for n in 1 2 3 4 5 6 7 8 9 10; do
		one_of_ten "$n" "$1" &
		pids+=($!)
	done
	wait "${pids[@]}"
	sort "$site_dir"/ten.* | uniq -c
	[ "$(cat "$site_dir"/ten.* | grep -cE "^($2)\$")" = 10 ] &&
		grep -qx inside "$site_dir"/ten.*
}
