# shellcheck shell=bash disable=SC2034,SC2153 # used by those who source this
# What the demo and the end-to-end tests share: points of TAP, building and
# installing, PAM stacks, the configuration and the log; people.sh and logins.sh
# have the rest.  Sourced by bash.  It must only ever run in the throw-away
# system (tests/e2e/throwaway): it installs, adds users and edits /etc/pam.d.
# In the emulator (tests/vm/vm) a program takes 70 ms to start, so bash does what
# it can by itself.

export LC_ALL=C.UTF-8
umask 022

site_top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
# Tests started by make run in the build tree; the demo sets this itself.
site_build=${site_build:-$PWD}
site_log=/run/log/auth.log
# One directory for all tests: people, keys, the ledger of secrets.
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
	site_first=
	rm -f /etc/default/su
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

# site_at_once: from here on neither libpam nor su waits after a refusal, in the
# stacks that site_pam makes.  For tests with many refusals.
site_at_once()
{
	site_first="auth optional $site_build/.libs/pam_at_once.so"
	echo 'FAIL_DELAY 0' >/etc/default/su
}

# --- TAP --------------------------------------------------------------------

tap_count=0

# The driver reports an error when a script dies before its plan.  Failures show
# in the points: an exit status would count them twice.
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

# Prints that something unexpected happened in the middle of a test.
note()
{
	printf '# %s\n' "$*"
}

# fails COMMAND...: true when the command fails.
fails()
{
	! "$@"
}

# no_line PATTERN PATTERN FILE: no line has both.
no_line()
{
	! grep -aE -e "$1" "$3" | grep -aE -e "$2"
}

# shows TEXT COMMAND...: the output has TEXT; returns the status of COMMAND.
shows()
{
	local text=$1 shown status=0
	shift
	shown=$("$@") || status=$?
	printf '%s\n' "$shown"
	[[ $shown = *"$text"* ]] || return 1
	return "$status"
}

# lacks TEXT COMMAND...
lacks()
{
	local text=$1 shown status=0
	shift
	shown=$("$@") || status=$?
	printf '%s\n' "$shown"
	[[ $shown != *"$text"* ]] || return 1
	return "$status"
}

# --- building and installing ---------------------------------------------------

# The arguments of configure for a Debian package.
site_configure_args()
{
	local triplet
	triplet=$(gcc -print-multiarch)
	printf '%s\n' --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
		"--libdir=/usr/lib/$triplet" \
		--with-zsh-dir=/usr/share/zsh/vendor-completions
}

# site_copy DIR: copies the sources without files that a build has made.
site_copy()
{
	mkdir -p "$1"
	tar -C "$site_top" --exclude=./.git --exclude=./autom4te.cache \
		--exclude='*.o' --exclude='*.lo' --exclude='*.la' \
		--exclude=.libs --exclude=.deps --exclude=./config.status \
		--exclude=./config.log --exclude=./Makefile -cf - . |
		tar -C "$1" -xf -
	# A clone has no configure, or has one that may be older than its
	# sources.  The configure of a tarball is always right.
	if [ -e "$site_top/.git" ] || [ ! -x "$1/configure" ]; then
		(cd "$1" && autoreconf -fi)
	fi
}

# site_make_install: installs as an administrator would.
site_make_install()
{
	make -C "$site_build" install && keyfirst setup
}

# --- PAM, the configuration and the log ------------------------------------------

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
	lines=$site_first$'\n'$(cat)
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

# conf [LINE...]: with these options, and everything logged.
conf()
{
	printf '%s\n' '[default]' 'log = steps' "$@" | site_conf
}

# log_mark; then log_new prints all lines that were logged since.  A line that a
# program has sent before log_new is in the file when log_new reads it.
log_mark()
{
	log_sync
	log_from=$(wc -c <"$site_log")
}

log_sync()
{
	local fifo=/run/keyfirst-sync.$$ fd
	[ -p "$fifo" ] || mkfifo "$fifo"
	exec {fd}<>"$fifo"
	logger --socket-errors=on -t keyfirst-sync -- "$fifo"
	read -r -t 20 -u "$fd" _ || note "the syslog receiver does not answer"
	exec {fd}>&-
}

# log_wait PID TEXT: until PID's line with TEXT is there; false when it dies.
log_wait()
{
	# The status of grep counts: tail still runs when grep is done.
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

# logged PATTERN / not_logged PATTERN: an extended expression, since log_mark.
logged()
{
	local new
	new=$(log_new)
	printf '%s\n' "$new" >&2
	grep -qE -e "$1" <<<"$new"
}

not_logged()
{
	! logged "$1"
}

# shellcheck source=tests/e2e/people.sh
. "$site_top/tests/e2e/people.sh"
# shellcheck source=tests/e2e/logins.sh
. "$site_top/tests/e2e/logins.sh"
