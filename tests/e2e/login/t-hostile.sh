#!/bin/bash
# su started by somebody who wants it to go wrong: closed descriptors, tiny
# limits, blocked signals, a poisoned environment.  It may work or deny; it
# must not let in with a wrong code, crash, or leave a mess in the store.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

# with NAME WRAPPER... -- PAIR...: su as a caller wrapped in WRAPPER.
with()
{
	local name=$1
	local -a wrapper=()
	shift
	while [ "$1" != -- ]; do
		wrapper+=("$1")
		shift
	done
	shift
	# No other program in there: limits outlive us.
	site_as hos-a "${wrapper[@]}" su "$name" -c "echo inside:$name"
	pty_run "$@" -- "${as_argv[@]}"
}

# never WHAT WRAPPER...: wrong codes do not let in, whatever else happens.
never()
{
	local what=$1
	shift
	log_mark
	tap_check "$what: wrong codes do not let in" lacks inside: \
		bash -c '"$@" || :' - denied_or_broken "$@"
}

# Blind typing: where nothing can be shown, no prompt can be expected.
denied_or_broken()
{
	# shellcheck disable=SC2016
	printf '%s\n' "$wrong" "$wrong" "$wrong" |
		timeout 60 setpriv --reuid hos-a --regid hos-a --init-groups \
		--reset-env "$@" su hos-d -c 'echo inside:$(id -un)' 2>&1
}
export -f denied_or_broken

# works WHAT NAME WRAPPER...: a right code still lets in.
works()
{
	local what=$1 name=$2
	shift 2
	tap_check "$what: a right code lets in" shows "inside:$name" \
		with "$name" "$@" -- "$prompt|$(site_code "$name")"
}

# CAP_SYS_RESOURCE, bit 24: may root raise limits here?
may_raise_limits()
{
	[ $((0x$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status) >> 24 & 1)) \
		-eq 1 ]
}

modes()
{
	find /var/lib/keyfirst -printf '%m %u %g %y %P\n' |
		sed 's/ [0-9]*$//; s/[0-9]*$//' | sort -u
}

site_begin
site_at_once
names='hos-1 hos-2 hos-3 hos-4 hos-5 hos-6 hos-7 hos-8'
# shellcheck disable=SC2086
site_person hos-a hos-d $names
# shellcheck disable=SC2086
site_enroll hos-d $names
site_pam su <<<'auth requisite pam_keyfirst.so'
wrong=$(site_wrong hos-d)
export wrong
before=$(modes)

# Whoever opens this FIFO hangs for ever.
mkdir "$site_dir/evil"
mkfifo -m 0644 "$site_dir/evil/trap"
evil=$site_dir/evil/trap
works 'a poisoned environment' hos-1 env "OPENSSL_CONF=$evil" \
	"OPENSSL_MODULES=$evil" "OPENSSL_ENGINES=$evil" "TZ=:$evil" \
	"TZDIR=$evil" "LD_LIBRARY_PATH=$evil" "LD_PRELOAD=/nothere.so" \
	"LOCPATH=$evil" "NLSPATH=$evil" "GCONV_PATH=$evil" \
	"HOSTALIASES=$evil" "RES_OPTIONS=debug" MALLOC_CHECK_=3 \
	"TMPDIR=$evil" LC_ALL=tr_TR.UTF-8 LANGUAGE=xx POSIXLY_CORRECT=1 \
	"FIDO_DEBUG=1" "KEYFIRST_CONF=$evil" "HOME=$evil"
works 'umask 0' hos-2 sh -c 'umask 0; exec "$@"' -
if may_raise_limits; then
	works 'files of no length' hos-3 prlimit --fsize=0:0
else
	# A container: what cannot be raised to what a write needs is refused.
	tap_check 'files of no length: refused' lacks inside: bash -c '"$@" || :' \
		- denied_or_broken prlimit --fsize=0:0
fi
works 'signals ignored and blocked' hos-4 env --ignore-signal=CHLD \
	--ignore-signal=PIPE --ignore-signal=ALRM --block-signal=CHLD \
	--block-signal=PIPE --block-signal=TERM --block-signal=ALRM
works 'few descriptors' hos-5 prlimit --nofile=40:40
works 'few processes' hos-6 prlimit --nproc=1:1
works 'descriptors open' hos-7 \
	sh -c 'exec 3</etc/passwd 4<&3 5<&3 6<&3 9<&3; exec "$@"' -
# shellcheck disable=SC2016
works 'a folder that is gone' hos-8 \
	sh -c 'd=$(mktemp -d); cd "$d"; rmdir "$d"; exec "$@"' -

never 'files of no length' prlimit --fsize=0:0
keyfirst unlock hos-d >/dev/null
never 'fewer descriptors' prlimit --nofile=24:24
never 'no descriptors to spare' prlimit --nofile=4:4
never 'fewer still' prlimit --nofile=3:3
never 'one process' prlimit --nproc=1:1
keyfirst unlock hos-d >/dev/null
never 'no output' sh -c 'exec "$@" >&- 2>&-' -
never 'no input' sh -c 'exec "$@" <&-' -
never 'nothing at all' sh -c 'exec "$@" <&- >&- 2>&-' -
never 'no memory' prlimit --as=8000000:8000000 --data=1000000:1000000
never 'no stack' prlimit --stack=65536:65536
never 'no time' prlimit --cpu=1:1
keyfirst unlock hos-d >/dev/null
never 'no locked memory' prlimit --memlock=0:0
never 'no signals queued' prlimit --sigpending=0:0

tap_check 'owners and modes in the store are as before' \
	diff <(echo "$before") <(modes)
tap_check 'nothing of all this runs on' fails pgrep -x keyfirst-verify
keyfirst unlock hos-d >/dev/null
tap_check 'an ordinary su still works' shows inside:hos-d \
	with hos-d env -- "$prompt|$(site_code hos-d)"
tap_done
