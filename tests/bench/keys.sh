#!/bin/bash
# Measures what a login with a security key costs, compared with a login with a
# code, and what it costs to wait for a touch.  Run by "make bench", in the
# throw-away system.  The key is softkey behind a socket, touched at once.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../e2e/site.sh"
# shellcheck source=tests/e2e/softkeys.sh
. "$(dirname "$0")/../e2e/softkeys.sh"

# ticks PID...: prints the CPU time of these processes, in 1/100 s.
ticks()
{
	local pid sum=0
	local -a stat
	for pid; do
		read -r -a stat <"/proc/$pid/stat"
		sum=$((sum + stat[13] + stat[14]))
	done
	printf '%s\n' "$sum"
}

site_begin
softkeys_begin
site_conf <<<'[default]'
site_person bench-key
key_start bench
key_enroll bench-key bench || exit 1
key bench 'auto on' >/dev/null
"$site_build/tests/bench/login" bench-key "${key_pids[bench]}"

# A login that waits for the touch.
key bench 'auto off' >/dev/null
site_pam sudo <<<'auth required pam_keyfirst.so'
sudo_start bench-key
pty "expect $touch"
key bench 'wait touch' >/dev/null
mapfile -t waiting < <(pgrep -x 'keyfirst-verify|keyfirst-key-de|sudo')
before=$(ticks "${waiting[@]}")
sleep 10
after=$(ticks "${waiting[@]}")
printf 'waiting for a touch: %d ms CPU in 10 s, of %d processes\n' \
	$(((after - before) * 10)) "${#waiting[@]}"
key bench touch >/dev/null
pty_end
