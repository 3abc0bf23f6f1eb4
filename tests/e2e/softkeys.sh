# shellcheck shell=bash disable=SC2154 # what is missing is site.sh's
# Security keys for the end-to-end tests on a machine without any: softkey
# behind sockets, and a verifier and a tool that look for keys in /run/softkey
# in place of /dev.  Sourced after site.sh.  All else is what is installed: the
# module, keyfirst-key-device, the store.

softkey=$site_build/tests/softkey/softkey
keyfirst_softkey=$site_build/tests/softkey/keyfirst-softkey
softkeys=/run/softkey
softkey_verify=/usr/libexec/keyfirst/keyfirst-verify
declare -A key_pids=()

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
	local name
	for name in "${!key_pids[@]}"; do
		key_end "$name"
	done
	install -m 0755 "$site_dir/verify.installed" "$softkey_verify"
}

# key_start NAME [OPTION...]: plugged in.  The same name is the same key.
key_start()
{
	local name=$1 ready fd secret
	shift
	secret=$(printf %s "$name" | sha256sum | cut -d ' ' -f 1)
	exec {fd}< <(exec "$softkey" --socket "$softkeys/$name" \
		--control "$site_dir/$name.control" --secret "$secret" "$@" 2>&1)
	key_pids[$name]=$!
	read -r -t 20 -u "$fd" ready || ready='no answer'
	exec {fd}<&-
	[ "$ready" = ready ] || tap_bail "softkey $name: $ready"
}

# key NAME COMMAND...: its answer; false unless that is ok.
key()
{
	local name=$1
	shift
	timeout 40 "$softkey" --tell "$site_dir/$name.control" "$*"
}

key_end()
{
	kill "${key_pids[$1]}" 2>/dev/null || :
	wait "${key_pids[$1]}" 2>/dev/null || :
	unset "key_pids[$1]"
}

# key_enroll PERSON NAME [OPTION...]: by itself, touched at once.
key_enroll()
{
	local person=$1 name=$2
	shift 2
	key "$name" auto on >/dev/null
	"$keyfirst_softkey" enroll key "$person" --label "$name" \
		--device "$softkeys/$name" "$@" </dev/null \
		>"$site_dir/enroll.out" 2>&1 || {
		note "enroll key $person: $(tr '\n' ' ' <"$site_dir/enroll.out")"
		return 1
	}
	key "$name" auto off >/dev/null
}

# device_count: processes that talk to a key.
device_count()
{
	pgrep -cx keyfirst-key-de || :
}

# quiet: within two seconds none is left.
quiet()
{
	local try
	for try in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(device_count)" = 0 ] && return
		sleep 0.2
	done
	note "left running after $try looks: $(pgrep -x keyfirst-key-de)"
	return 1
}
