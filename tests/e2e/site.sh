# shellcheck shell=bash disable=SC2034,SC2153 # used by those who source this
# What the demo and the end-to-end tests share: building and installing, people
# with passwords, ssh keys and codes, PAM stacks, a real sshd, and hands to
# type with.  Sourced by bash.  It must only ever run in the throw-away system
# (tests/e2e/throwaway): it installs, adds users and edits /etc/pam.d.

export LC_ALL=C.UTF-8
umask 022

site_top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
# Tests started by make run in the build tree; the demo sets this itself.
site_build=${site_build:-$PWD}
site_log=/run/log/auth.log
# One directory for the whole world: people, keys, the ledger of secrets.
site_dir=/run/keyfirst-site

site_inside()
{
	[ -e /run/keyfirst-throwaway ] && return
	echo "this runs in the throw-away system only: sudo ./check" >&2
	exit 99
}

# The start of every test: a known configuration, Debian's own stacks.
site_begin()
{
	local service
	site_inside
	mkdir -p "$site_dir"
	chmod 0711 "$site_dir"
	trap sshd_stop EXIT
	site_conf <<-CONF
		[default]
		log = steps
	CONF
	for service in sshd sudo sudo-i su; do
		[ -e "$site_dir/pam.$service" ] ||
			cp "/etc/pam.d/$service" "$site_dir/pam.$service"
		cp "$site_dir/pam.$service" "/etc/pam.d/$service"
	done
	printf '%s\n' '%users ALL=(ALL:ALL) ALL' \
		'Defaults timestamp_timeout=0, passwd_tries=1' \
		>/etc/sudoers.d/keyfirst-site
	chmod 0440 /etc/sudoers.d/keyfirst-site
	log_mark
}

# --- TAP --------------------------------------------------------------------

tap_count=0

# A script that dies before its plan is an error to the driver.  The points
# have said what failed: a status would count it twice.
tap_done()
{
	printf '1..%d\n' "$tap_count"
}

# tap_check TEXT COMMAND...: one point; the command's output explains a failure.
tap_check()
{
	local text=$1 output status=0
	shift
	tap_count=$((tap_count + 1))
	output=$("$@" 2>&1) || status=$?
	if [ "$status" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "$text"
		return
	fi
	printf 'not ok %d - %s\n' "$tap_count" "$text"
	printf '%s: status %s\n%s\n' "$*" "$status" "$output" |
		head -n 40 | sed 's/^/# /'
}

tap_bail()
{
	printf 'Bail out! %s\n' "$*"
	exit 1
}

# Something was unexpected in the middle of a test: said where it is seen.
note()
{
	printf '# %s\n' "$*"
}

# --- building and installing ---------------------------------------------------

# What a Debian package would be configured with.
site_configure_args()
{
	local triplet
	triplet=$(gcc -print-multiarch)
	printf '%s\n' --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
		"--libdir=/usr/lib/$triplet" \
		--with-zsh-dir=/usr/share/zsh/vendor-completions
}

# site_copy DIR: the sources without what a build left among them.
site_copy()
{
	mkdir -p "$1"
	tar -C "$site_top" --exclude=./.git --exclude=./autom4te.cache \
		--exclude='*.o' --exclude='*.lo' --exclude='*.la' \
		--exclude=.libs --exclude=.deps --exclude=./config.status \
		--exclude=./config.log --exclude=./Makefile -cf - . |
		tar -C "$1" -xf -
	# A clone has no configure; one that is there may be older than its
	# sources, but a tarball's is right by construction.
	if [ -e "$site_top/.git" ] || [ ! -x "$1/configure" ]; then
		(cd "$1" && autoreconf -fi)
	fi
}

# site_make_install: as the administrator would.
site_make_install()
{
	make -C "$site_build" install
	keyfirst setup
}

# --- people -----------------------------------------------------------------

# What must never be seen in a log goes into the ledger the canary test reads.
site_ledger()
{
	mkdir -p "$site_dir"
	(umask 077 && printf '%s %s\n' "$1" "$2" >>"$site_dir/ledger")
}

# site_person NAME...: with a password, an ssh key and nothing enrolled.
site_person()
{
	local name
	mkdir -p "$site_dir"
	for name; do
		useradd -m -s /bin/bash -G users "$name"
		head -c 12 /dev/urandom | base64 | tr '+/' xy \
			>"$site_dir/$name.password"
		site_ledger password "$(site_password "$name")"
		printf '%s:%s\n' "$name" "$(site_password "$name")" | chpasswd
		ssh-keygen -q -t ed25519 -N '' -C "$name" \
			-f "$site_dir/$name.key"
		install -d -m 0700 -o "$name" -g "$name" "/home/$name/.ssh"
		install -m 0600 -o "$name" -g "$name" "$site_dir/$name.key.pub" \
			"/home/$name/.ssh/authorized_keys"
	done
}

site_password()
{
	cat "$site_dir/$1.password"
}

# site_enroll NAME...: a TOTP, proved by the code of the step before this one,
# so that the codes of this step (site_code NAME) and of the next
# (site_code NAME 1) are left for two logins without waiting.
site_enroll()
{
	local name secret code
	for name; do
		secret=$(head -c 20 /dev/urandom | base32)
		site_ledger seed "$secret"
		printf '%s\n' "$secret" >"$site_dir/$name.seed"
		code=$(site_code "$name" -1)
		site_keyfirst_enroll "$name" "$code" || {
			# The step ended in between: once more.
			code=$(site_code "$name" -1)
			site_keyfirst_enroll "$name" "$code"
		}
	done
}

site_keyfirst_enroll()
{
	keyfirst enroll totp "$1" --label phone --secret-stdin --code "$2" \
		--qr none <"$site_dir/$1.seed" >"$site_dir/enroll.out" 2>&1
}

# site_code NAME [STEPS]: the code that many steps from now.
site_code()
{
	local at code
	at=$(($(date +%s) + 30 * ${2:-0}))
	code=$(oathtool --totp -b -N "@$at" - <"$site_dir/$1.seed")
	site_ledger code "$code"
	printf '%s\n' "$code"
}

# site_recovery NAME: issues recovery codes, for site_recovery_code NAME 1..10.
site_recovery()
{
	local code
	keyfirst recovery "$1" >"$site_dir/$1.recovery" || return
	while read -r code; do
		site_ledger recovery "$code"
		site_ledger recovery "$(tr -d - <<<"${code#*-}")"
	done < <(site_recovery_code "$1" '[0-9]*')
}

site_recovery_code()
{
	sed -n "s/^ *\($2-[0-9A-Z-]*\)\$/\1/p" "$site_dir/$1.recovery"
}

# site_wrong NAME: six digits that are no code of NAME within minutes of now.
site_wrong()
{
	local at near guess=100000
	at=$(($(date +%s) - 30 * 8))
	near=$(oathtool --totp -b -N "@$at" -w 16 - <"$site_dir/$1.seed")
	while grep -qx "$guess" <<<"$near"; do
		guess=$((guess + 1))
	done
	printf '%s\n' "$guess"
}

# site_failures NAME known|stranger: wrong codes counted there.
site_failures()
{
	local line='after the first factor'
	[ "$2" = known ] || line='before it (strangers)'
	keyfirst status "$1" | awk -v line="  $line " '
		index($0, line) == 1 {
			sub(/^ *(after the first factor|before it \(strangers\)) */, "")
			print $1 == "no" ? 0 : $1
		}
	'
}

# --- PAM and sshd ---------------------------------------------------------------

# site_recipe TITLE: the block of README.md that begins with "# TITLE", so that
# what is tested is what people are told to write.
site_recipe()
{
	awk -v title="# $1" '
		/^```/ { inside = !inside; found = 0; next }
		inside && $0 == title { found = 1; any = 1; next }
		found
		END { exit !any }
	' "$site_top/README.md"
}

# site_pam SERVICE <LINES: Debian's own stack with the line that includes
# common-auth replaced by LINES.
site_pam()
{
	local file=/etc/pam.d/$1 stock=$site_dir/pam.$1 lines
	lines=$(cat)
	grep -q '^@include common-auth' "$stock" ||
		tap_bail "$file does not include common-auth"
	LINES_IN=$lines awk '
		/^@include common-auth/ { print ENVIRON["LINES_IN"]; next }
		{ print }
	' "$stock" >"$file"
}

# site_conf <LINES: the configuration file, whole.
site_conf()
{
	cat >/etc/keyfirst/keyfirst.conf
	chown root:root /etc/keyfirst/keyfirst.conf
	chmod 0644 /etc/keyfirst/keyfirst.conf
}

# log_mark; then log_new prints what was logged since.  What a program has
# sent before log_new is in the file when log_new reads it.
log_mark()
{
	log_sync
	log_from=$(wc -c <"$site_log")
}

log_sync()
{
	local fifo=/run/keyfirst-sync.$BASHPID fd
	mkfifo "$fifo"
	exec {fd}<>"$fifo"
	logger --socket-errors=on -t keyfirst-sync -- "$fifo"
	read -r -t 20 -u "$fd" _ || note "the syslog receiver does not answer"
	exec {fd}>&-
	rm -f "$fifo"
}

# log_wait PID TEXT: until PID's line with TEXT is there; false when it dies.
log_wait()
{
	# grep has the say: tail is still there when it has found its line.
	(
		set +o pipefail
		timeout 20 tail -c "+$((log_from + 1))" -s 0.1 -f --pid="$1" \
			"$site_log" | grep -q -m 1 "\[$1\]: $2"
	)
}

log_new()
{
	log_sync
	tail -c "+$((log_from + 1))" "$site_log"
}

sshd_pid=
sshd_port=

# sshd_start <LINES: a real sshd on 127.0.0.1, at a free port, as our child.
sshd_start()
{
	local lines try
	lines=$(cat)
	mkdir -p "$site_dir" /run/sshd
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

# as NAME COMMAND...: sets as_argv to run COMMAND as that person.
site_as()
{
	local name=$1
	shift
	as_argv=(setpriv --reuid "$name" --regid "$name" --init-groups
		--reset-env "$@")
}

# --- the socket for callers that are not root ----------------------------------------

socket_verify=/usr/libexec/keyfirst/keyfirst-verify
socket_as=(setpriv --reuid keyfirst --regid keyfirst --clear-groups
	--inh-caps=-all --bounding-set=-all)
socket_pid=

# socket_start: as the two units of systemd would.
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

# --- hands -----------------------------------------------------------------

pty_tool=$site_build/tests/e2e/ptydrive
pty_shown=
pty_status=

# pty_start COMMAND...: on a terminal of its own; pty and pty_end follow.
pty_start()
{
	mkdir -p "$site_dir"
	pty_shown=$(mktemp "$site_dir/shown.XXXXXX")
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
	mkdir -p "$site_dir"
	shown=$(mktemp "$site_dir/shown.XXXXXX")
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

# su_login CALLER NAME PAIR...
su_login()
{
	local caller=$1 name=$2
	shift 2
	# shellcheck disable=SC2016
	site_as "$caller" su "$name" -c 'echo inside:$(id -un)'
	pty_run "$@" -- "${as_argv[@]}"
}

# refused LOGIN...: true when it fails, lets nobody in, and says that it is for
# want of a proof: an ssh that cannot connect proves nothing.  Nor does status
# 124, a conversation that did not go as written.
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
	grep -qF -e "$words" <<<"$shown"
}

# fails COMMAND...: to turn a check round.
fails()
{
	! "$@"
}

# no_line PATTERN PATTERN FILE: no line has both.
no_line()
{
	! grep -aE -e "$1" "$3" | grep -aE -e "$2"
}

# shows TEXT COMMAND...: what COMMAND prints has TEXT; its status as well.
shows()
{
	local text=$1 shown status=0
	shift
	shown=$("$@") || status=$?
	printf '%s\n' "$shown"
	grep -qF -e "$text" <<<"$shown" || return 1
	return "$status"
}

# lacks TEXT COMMAND...
lacks()
{
	local text=$1 shown status=0
	shift
	shown=$("$@") || status=$?
	printf '%s\n' "$shown"
	if grep -qF -e "$text" <<<"$shown"; then
		return 1
	fi
	return "$status"
}

# logged PATTERN / not_logged PATTERN: an extended expression, since log_mark.
logged()
{
	log_new | tee /dev/stderr | grep -qE -e "$1"
}

not_logged()
{
	! logged "$1"
}
