#!/bin/bash
# The socket for callers that are not root, behind systemd-socket-activate:
# screen lockers are served for their own user, and whoever claims more, takes
# too much or listens in the place of root gets nothing.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

verify=$socket_verify
locker=$site_build/tests/e2e/locker
caller=$site_top/tests/e2e/caller.py

# as NAME COMMAND...
as()
{
	site_as "$@"
	"${as_argv[@]}"
}

# lock NAME SERVICE PAIR...: the locker of NAME at a terminal.
lock()
{
	local name=$1 service=$2
	shift 2
	site_as "$name" "$locker" "$service"
	pty_run "$@" -- "${as_argv[@]}"
}

# says TEXT NAME ARG...: what a hostile caller hears last.
says()
{
	local text=$1 name=$2 heard
	shift 2
	heard=$(as "$name" /usr/bin/python3 "$caller" "$@" | tail -n 1)
	printf 'expected "%s", heard "%s"\n' "$text" "$heard"
	[ "$heard" = "$text" ]
}

# claims WHAT ANSWER REASON CLAIM...: refused, before a question, and logged.
claims()
{
	local what=$1 answer=$2 reason=$3
	shift 3
	log_mark
	tap_check "$what: refused" says "$answer" sock-a claim "$@"
	tap_check "$what: the log says why, and who it is" logged \
		"result=deny reason=$reason .*user=sock-a uid=$uid_a caller=$uid_a service="
}

# hold N [silent]: as sock-a, until let_go; sets held.
hold()
{
	site_as sock-a /usr/bin/python3 "$caller" hold "$@"
	rm -f "$site_dir/go"
	mkfifo "$site_dir/go"
	exec {hold_out}< <(exec "${as_argv[@]}" <"$site_dir/go")
	exec {hold_in}>"$site_dir/go"
	read -r -t 60 -u "$hold_out" held || held=none
}

let_go()
{
	exec {hold_in}>&- {hold_out}<&-
	while pid=$(pgrep -n -x keyfirst-verify); do
		timeout 20 tail -s 0.1 -f /dev/null --pid="$pid" || break
	done
}

# race N: code N of sock-r in two places at once; prints how many got in.
race()
{
	local code won=0 answer race_in race_out
	code=$(site_code sock-r "$1")
	site_as sock-r /usr/bin/python3 "$caller" ask
	rm -f "$site_dir/go"
	mkfifo "$site_dir/go"
	exec {race_out}< <(exec "${as_argv[@]}" <"$site_dir/go")
	exec {race_in}>"$site_dir/go"
	read -r -t 30 -u "$race_out" answer
	[ "$answer" = ask ] || note "race: $answer" >&2
	# shellcheck disable=SC2016
	site_as sock-r sudo -k sh -c 'echo inside:$(id -un)'
	pty_start "${as_argv[@]}"
	pty "expect $prompt"
	printf '%s\n' "$code" >&"$race_in" &
	pty "line $code"
	read -r -t 30 -u "$race_out" answer || answer=none
	[ "$answer" != grant ] || won=$((won + 1))
	exec {race_in}>&- {race_out}<&-
	# What is left of its tries.
	pty 'line ' && pty 'line '
	pty_end
	! grep -q inside: "$pty_shown" || won=$((won + 1))
	note "the socket says $answer, $won in all" >&2
	echo "$won"
}

# starts REASON COMMAND...: refuses with that in the log, and nothing read.
starts()
{
	local reason=$1
	shift
	log_mark
	tap_check "$reason: $(tr -d '\n' <<<"${*: -4:3}"): not a byte is read" \
		test "$(/usr/bin/python3 "$caller" start "$@")" = \
		'left 23 said 0'
	tap_check "$reason: the log says so" logged "reason=$reason"
}

site_begin
trap 'socket_stop; sshd_stop' EXIT
site_person sock-a sock-b sock-c sock-r sock-v
site_enroll sock-a sock-b sock-r sock-v
uid_a=$(id -u sock-a)
site_recipe '/etc/pam.d/vlock: a password, then a code' >/etc/pam.d/kf-locker
echo 'auth required pam_keyfirst.so' >/etc/pam.d/kf-code
echo 'account required pam_keyfirst.so' >>/etc/pam.d/kf-code
echo 'auth required pam_keyfirst.so conf=/etc/keyfirst/keyfirst.conf' \
	>/etc/pam.d/kf-conf
site_pam sudo <<<'auth required pam_keyfirst.so'

# Nobody listens.
log_mark
tap_check 'without the socket: refused, and nothing else is tried' \
	shows 'authenticate 9 ' fails lock sock-a kf-code 'authenticate'
tap_check 'the log has the remedy' logged \
	'file=/run/keyfirst/verify.socket .*remedy="systemctl enable --now keyfirst-verify.socket"'

# Somebody listens who is not root.
mkdir -p /run/keyfirst
chown sock-b: /run/keyfirst
site_as sock-b /usr/bin/python3 "$caller" listen
exec {listen_out}< <(exec "${as_argv[@]}")
read -r -t 30 -u "$listen_out" heard
log_mark
tap_check 'a listener that is not root: refused' \
	shows 'authenticate 9 ' fails lock sock-a kf-code 'authenticate'
read -r -t 30 -u "$listen_out" heard || heard=none
tap_check 'and hears nothing' test "$heard" = 'heard 0'
tap_check 'and the log says why' logged \
	'result=not-reached .*reason="wrong owner, mode or kind of file"'
exec {listen_out}<&-
chown root:root /run/keyfirst
rm -f /run/keyfirst/verify.socket

# Who it agrees to be.
starts caller-is-root "${socket_as[@]}" "$verify"
starts not-the-service-user setpriv --reuid keyfirst --regid keyfirst \
	--groups keyfirst,users "$verify"
starts not-the-service-user setpriv --reuid keyfirst --regid users \
	--clear-groups "$verify"
starts not-the-service-user setpriv --ruid root --euid keyfirst \
	--regid keyfirst --clear-groups "$verify"
starts not-the-service-user setpriv --reuid keyfirst --regid keyfirst \
	--clear-groups --inh-caps=+chown --ambient-caps=+chown "$verify"
starts not-the-service-user setpriv --reuid sock-a --regid sock-a \
	--clear-groups "$verify"
log_mark
"${socket_as[@]}" "$verify" </dev/null || :
tap_check 'no socket: refused' logged 'reason=not-a-socket'

socket_start
tap_check 'a password and a code unlock' shows inside:sock-a lock sock-a \
	kf-locker "Password: |$(site_password sock-a)" "$prompt|$(site_code sock-a)" \
	inside:
tap_check 'the grant has the caller' logged \
	"result=grant factor=totp id=T1 user=sock-a uid=$uid_a caller=$uid_a service=kf-locker txn="
wrong=$(site_wrong sock-a)
tap_check 'wrong codes do not' fails shows inside: lock sock-a kf-locker \
	"Password: |$(site_password sock-a)" "$prompt|$wrong" "$prompt|$wrong" \
	"$prompt|$wrong" authenticate
tap_check 'they are counted, and no stranger is' test \
	"$(site_failures sock-a known) $(site_failures sock-a stranger)" = '3 0'
keyfirst unlock sock-a >/dev/null
tap_check 'nor a wrong password with a right code' fails shows inside: \
	lock sock-a kf-locker 'Password: |wrong' authenticate
tap_check 'a code that was used does not' fails shows inside: \
	lock sock-a kf-code "$prompt|$(site_code sock-a)" 'already used' \
	"$prompt|" "$prompt|" authenticate
log_mark
site_as sock-a "$locker" kf-locker blind
tap_check 'the password to every question does not' fails shows inside: \
	pty_run "Field: |$(site_password sock-a)" authenticate -- "${as_argv[@]}"
tap_check 'and is never judged' test "$(site_failures sock-a known)" = 0
tap_check 'it has reached the questions' logged 'reason=code-malformed'
tap_check 'who is not enrolled is refused' fails shows inside: \
	lock sock-c kf-code authenticate
tap_check 'for want of a state' logged \
	"result=refused reason=no-state caller=$(id -u sock-c)"
log_mark
site_as sock-a "$locker" kf-code root
tap_check "a locker asks for nobody but its user" shows 'authenticate 7 ' \
	fails pty_run authenticate -- "${as_argv[@]}"
tap_check 'and the log says so' logged "reason=caller-of-another-uid .*caller=$uid_a "
log_mark
tap_check 'conf= is refused, not ignored' shows 'authenticate 3 ' \
	fails lock sock-a kf-conf authenticate
tap_check 'the log says so' logged 'event=config result=refused argument="conf='
tap_check 'before anybody is reached' not_logged 'keyfirst-verify'

# What a caller claims.
claims "another's uid" 'deny 0' caller-of-another-uid "uid=$(id -u sock-b)" user=sock-b
claims "root's uid" 'deny 0' caller-of-another-uid uid=0 user=root ruid=0
claims 'an unknown uid' 'deny 0' caller-of-another-uid uid=4294967295
claims "another's name" 'deny 0' caller-of-another-name user=sock-b
claims 'a configuration' 'deny 3' claimed-conf conf=/home/sock-a/conf
claims 'the configuration' 'deny 3' claimed-conf conf=/etc/keyfirst/keyfirst.conf
claims 'a host' 'deny 0' claimed-rhost rhost=203.0.113.5
claims 'a terminal' 'deny 0' claimed-tty tty=tty1
claims 'a connection' 'deny 0' claimed-connection 'connection=1 2 3 4'
claims "sshd's word" 'deny 0' claimed-ssh-auth-info \
	$'ssh-auth-info=publickey ssh-ed25519 AAAA\n'
claims 'a command' 'deny 0' claimed-command command=/bin/true
claims 'all at once, of sshd' 'deny 3' claimed-conf operation=2 service=sshd \
	ruid=0 connection=x rhost=y tty=ssh conf=/x
claims 'a proof is wanted, and there is none' 'deny 0' no-proof operation=2 \
	service=sshd
tap_check 'none of them was counted' test \
	"$(site_failures sock-a known) $(site_failures sock-a stranger)" = '0 0'
log_mark
tap_check 'a descriptor: the end, without a word' says closed sock-a descriptor
tap_check 'the log says so' logged "event=protocol result=refused .*caller=$uid_a"
tap_check "no name, flags and a ruid of root's: asked, as themselves" \
	says ask sock-a claim user= ruid=0 flags=1
log_mark
tap_check 'root is refused' test \
	"$(/usr/bin/python3 "$caller" claim)" = closed
tap_check 'the log says so' logged 'result=refused reason=caller-is-root caller=0'
log_mark
site_as keyfirst /usr/bin/python3 "$caller" claim
tap_check "the verifier's own user has no state and no session" test \
	"$("${as_argv[@]}")" = closed
tap_check 'the log says so' logged \
	"reason=no-state caller=$(id -u keyfirst)"

# A configuration that is not understood.
site_conf <<<'nonsense'
log_mark
tap_check 'a broken configuration: the end' says closed sock-a claim
tap_check 'the log says where' logged \
	'event=config result=refused file=/etc/keyfirst/keyfirst.conf line=1 '
tap_check 'and whose call it was' logged "reason=configuration caller=$uid_a"
printf '%s\n' '[default]' 'log = steps' | site_conf

# How many.
log_mark
hold 5
tap_check 'five at once: four' test "$held" = 'held 4 ended 1'
tap_check 'the log says why' logged "reason=too-many-sessions caller=$uid_a"
pid=$(pgrep -o -x keyfirst-verify)
tap_check 'a verifier there: user keyfirst, all four' test \
	"$(awk '$1 == "Uid:" { print $2, $3, $4, $5 }' "/proc/$pid/status" |
	tr ' ' '\n' | sort -u)" = "$(id -u keyfirst)"
tap_check 'no capability, no new privileges' test "$(awk '
	/^Cap/ { caps = caps $2 } /^NoNewPrivs/ { nnp = $2 }
	END { gsub(/0/, "", caps); print caps nnp }' "/proc/$pid/status")" = 1
tap_check 'the socket is 0 and not 1 or 2' test "$(for fd in 0 1 2; do
	readlink "/proc/$pid/fd/$fd" | sed 's/:.*//'
	done | tr '\n' ' ')" = 'socket /dev/null /dev/null '
tap_check 'not dumpable' test "$(stat -c %u "/proc/$pid/environ")" = 0
tap_check 'their own locker has to wait' fails shows inside: \
	lock sock-a kf-code authenticate
tap_check 'their sudo has not' shows inside:root sudo_login sock-a \
	"$prompt|$(site_code sock-a 1)"
tap_check 'the next user is served' shows inside:sock-b lock sock-b kf-code \
	"$prompt|$(site_code sock-b)" inside:
let_go
hold 300 silent
tap_check '300 by one user: four are kept' test "$held" = 'held 4 ended 296'
tap_check 'and the next user is served' shows inside:sock-b lock sock-b \
	kf-code "$prompt|$(site_code sock-b 1)" inside:
let_go
tap_check 'when they end there is room again' says ask sock-a claim

# One code is one success, whatever the ways.
for n in 0 1; do
	tap_check "a code over the socket and at sudo at once ($n): one" \
		test "$(race "$n")" = 1
done

# at_vlock PROMPT TEXT: typed once it reads
at_vlock()
{
	pty "expect $1" && pty no-signals && pty "line $2"
}

# unlock_vlock CODE...: past the screen and the password
unlock_vlock()
{
	local code
	pty 'expect [ENTER]' && pty 'line '
	at_vlock 'assword: ' "$(site_password sock-v)"
	for code; do
		at_vlock "$prompt" "$code"
	done
}

# A real locker.  Debian's is root's program; without that bit it is not.
site_recipe '/etc/pam.d/vlock: a password, then a code' >/etc/pam.d/vlock
for mode in 4755 0755; do
	chmod "$mode" /usr/sbin/vlock-main
	log_mark
	site_as sock-v env TERM=vt100 vlock -c
	pty_start "${as_argv[@]}"
	unlock_vlock "$(site_password sock-v)" '' ''
	tap_check "vlock $mode: locked, the password alone does not unlock" \
		test -z "$(grep -a 'result=grant' <(log_new))"
	# It asks for root's next.
	at_vlock 'assword: ' wrong
	unlock_vlock "$(site_code sock-v $((mode == 4755 ? 0 : 1)))"
	pty_end
	tap_check "vlock $mode: a password and a code unlock" \
		test "$pty_status" = 0
	if [ "$mode" = 4755 ]; then
		tap_check 'and it came as root' not_logged 'caller='
	else
		tap_check 'and it came over the socket' logged \
			'result=grant .*caller=.*service=vlock'
	fi
done
chmod 4755 /usr/sbin/vlock-main

tap_check 'no line of a caller names a host or a terminal' \
	no_line 'caller=' '(rhost|tty)=' "$site_log"
tap_check 'nor was a stranger ever counted' test "$(for name in a b r v; do
	site_failures "sock-$name" stranger; done | sort -u)" = 0
socket_stop
rm -f /etc/pam.d/kf-* /etc/pam.d/vlock
rmdir /run/keyfirst
tap_check 'nothing runs on' fails pgrep -x keyfirst-verify
tap_done
