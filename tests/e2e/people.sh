# shellcheck shell=bash disable=SC2034,SC2154 # site.sh's, and for who uses this
# People for the demo and the end-to-end tests, with passwords, ssh keys and codes.
# A part of tests/e2e/site.sh.

# Writes a secret into the ledger; the canary test looks for it in all logs.
site_ledger()
{
	(umask 077 && printf '%s %s\n' "$1" "$2" >>"$site_dir/ledger")
}

# site_person NAME...: with a password, an ssh key and nothing enrolled.
site_person()
{
	local name
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
			# The time step ended in between: tries once more.
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
	at=$((EPOCHSECONDS + 30 * ${2:-0}))
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
	at=$((EPOCHSECONDS - 30 * 8))
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

# as NAME COMMAND...: sets as_argv to run COMMAND as that person.
site_as()
{
	local name=$1
	shift
	as_argv=(setpriv --reuid "$name" --regid "$name" --init-groups
		--reset-env "$@")
}
