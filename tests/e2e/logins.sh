# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # site.sh's, and for who uses this
# Logins for the demo and the end-to-end tests: a real sshd, the socket for
# lockers, a terminal to type at, and whether somebody was let in.  A part of
# tests/e2e/site.sh.

# --- sshd ---------------------------------------------------------------------

sshd_pid=
sshd_port=

# sshd_start <LINES: a real sshd on 127.0.0.1, at a free port, as our child.
sshd_start()
{
	local lines try
	lines=$(cat)
	mkdir -p /run/sshd
	[ -e "$site_dir/host.key" ] ||
		ssh-keygen -q -t ed25519 -N '' -C host -f "$site_dir/host.key"
	for try in 1 2 3 4 5 6 7 8 9; do
		sshd_port=$((20000 + RANDOM % 20000))
		cat >"$site_dir/sshd_config" <<-CONFIG
			Port $sshd_port
			ListenAddress 127.0.0.1
			HostKey $site_dir/host.key
			PidFile none
			LogLevel VERBOSE
			UsePAM yes
			PrintMotd no
			PrintLastLog no
			MaxStartups 300
			$lines
		CONFIG
		log_mark
		/usr/sbin/sshd -D -f "$site_dir/sshd_config" &
		sshd_pid=$!
		log_wait "$sshd_pid" 'Server listening on 127.0.0.1 ' && break
		sshd_stop
	done
	[ -n "$sshd_pid" ] || tap_bail "sshd does not start (try $try)"
	printf '[127.0.0.1]:%s %s\n' "$sshd_port" \
		"$(cat "$site_dir/host.key.pub")" >"$site_dir/known_hosts"
}

sshd_stop()
{
	[ -n "$sshd_pid" ] || return 0
	kill "$sshd_pid" 2>/dev/null || :
	wait "$sshd_pid" 2>/dev/null || :
	sshd_pid=
}

# site_ssh NAME METHODS [COMMAND...]: sets ssh_argv.
site_ssh()
{
	local name=$1 methods=$2
	shift 2
	ssh_argv=(ssh -F none -p "$sshd_port"
		-o "UserKnownHostsFile=$site_dir/known_hosts"
		-o StrictHostKeyChecking=yes -o IdentitiesOnly=yes
		-o "PreferredAuthentications=$methods"
		-o LogLevel=ERROR -o NumberOfPasswordPrompts=1)
	[ -e "$site_dir/$name.key" ] && ssh_argv+=(-i "$site_dir/$name.key")
	ssh_argv+=("$name@127.0.0.1" "$@")
}

# --- the socket for callers that are not root ----------------------------------------

socket_verify=/usr/libexec/keyfirst/keyfirst-verify
socket_as=(setpriv --reuid keyfirst --regid keyfirst --clear-groups
	--inh-caps=-all --bounding-set=-all)
socket_pid=

# socket_start: starts verifiers for the socket as the two systemd units would.
socket_start()
{
	mkdir -p /run/keyfirst
	rm -f /run/keyfirst/verify.socket "$site_dir/activate"
	: >"$site_dir/activate"
	systemd-socket-activate -l /run/keyfirst/verify.socket -a --inetd \
		"${socket_as[@]}" "$socket_verify" 2>"$site_dir/activate" &
	socket_pid=$!
	(
		set +o pipefail
		timeout 20 tail -n +1 -s 0.1 -f --pid="$socket_pid" \
			"$site_dir/activate" | grep -q -m 1 'Listening on'
	) || tap_bail 'systemd-socket-activate does not start'
	chmod 0666 /run/keyfirst/verify.socket
}

socket_stop()
{
	[ -n "$socket_pid" ] || return 0
	kill "$socket_pid" 2>/dev/null || :
	wait "$socket_pid" 2>/dev/null || :
	socket_pid=
	rm -f /run/keyfirst/verify.socket
}

# --- a terminal --------------------------------------------------------------

pty_tool=$site_build/tests/e2e/ptydrive
pty_shown=
pty_status=

# pty_start COMMAND...: on a terminal of its own; pty and pty_end follow.
pty_start()
{
	pty_shown=$site_dir/shown.$BASHPID.$SRANDOM
	coproc PTY { exec "$pty_tool" -o "$pty_shown" "$@"; }
	pty_in=${PTY[1]} pty_out=${PTY[0]} pty_pid=$PTY_PID
	pty_status=
}

# pty COMMAND...: one command of ptydrive; false unless it answers ok.
pty()
{
	local answer
	printf '%s\n' "$*" >&"$pty_in" || return 1
	read -r -t 60 -u "$pty_out" answer || answer=gone
	pty_answer=${answer#ok }
	case $answer in
	ok|ok\ *) return 0 ;;
	esac
	note "pty: $1: $answer" >&2
	return 1
}

# Lets the program end; pty_status is its status, pty_shown its transcript.
pty_end()
{
	pty_status=0
	eval "exec $pty_in>&-"
	wait "$pty_pid" || pty_status=$?
}

# pty_run PAIR... -- COMMAND...: the usual case in one go.  A pair is
# "expected|typed"; "expected|" types Enter, "expected" types nothing.  Prints
# the transcript and returns the program's status.
pty_run()
{
	local -a script=()
	local pair shown status=0
	while [ "$1" != -- ]; do
		pair=$1
		shift
		script+=("expect ${pair%%|*}")
		case $pair in
		*'|'*) script+=("line ${pair#*|}") ;;
		esac
	done
	shift
	shown=$site_dir/shown.$BASHPID.$SRANDOM
	printf '%s\n' "${script[@]}" |
		"$pty_tool" -o "$shown" "$@" >"$shown.answers" || status=$?
	cat "$shown"
	[ "$status" -ne 124 ] || note "ptydrive: $(tr '\n' ' ' <"$shown.answers")"
	rm -f "$shown" "$shown.answers"
	return "$status"
}

# --- logins: status 0 and "inside:WHO" when they let in ----------------------------

prompt='Verification code: '
# shellcheck disable=SC2016 # for the shell over there
login_command='echo inside:$(id -un)'

# ssh_login NAME METHODS PAIR...
ssh_login()
{
	local name=$1 methods=$2
	shift 2
	site_ssh "$name" "$methods" "$login_command"
	pty_run "$@" -- "${ssh_argv[@]}"
}

# sudo_login NAME PAIR...
sudo_login()
{
	local name=$1
	shift
	# shellcheck disable=SC2016
	site_as "$name" sudo -k sh -c 'echo inside:$(id -un)'
	pty_run "$@" -- "${as_argv[@]}"
}

# sudo_start NAME: the same, for pty.
sudo_start()
{
	# shellcheck disable=SC2016
	site_as "$1" sudo -k sh -c 'echo inside:$(id -un)'
	pty_start "${as_argv[@]}"
}

# su_login CALLER NAME PAIR...
su_login()
{
	local caller=$1 name=$2
	shift 2
	# shellcheck disable=SC2016
	site_as "$caller" su "$name" -c 'echo inside:$(id -un)'
	pty_run "$@" -- "${as_argv[@]}"
}

# refused LOGIN...: true when the login fails, lets nobody in, and says that it was
# refused.  An ssh that cannot connect was not refused, nor does status 124 mean
# that: the conversation did not go as written.
refused()
{
	local shown status=0 words
	case $1 in
	ssh_login) words='Permission denied (' ;;
	sudo_*) words='sudo: ' ;;
	*) words='su: ' ;;
	esac
	shown=$("$@" 2>&1) || status=$?
	printf '%s\n' "$shown"
	case $status:$shown in
	0:*|124:*|*inside:*) return 1 ;;
	esac
	[[ $shown = *"$words"* ]]
}
