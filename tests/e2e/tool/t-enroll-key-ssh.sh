#!/bin/bash
# keyfirst enroll key --ssh-key-out: files that ssh takes, and whose they are.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/enroll-key.sh
. "$(dirname "$0")/../enroll-key.sh"

site_begin
softkeys_begin
site_person es-a es-c es-d
conf 'key.touch-timeout = 5' 'key.insert-timeout = 5'

# --- ssh ------------------------------------------------------------------------------------

home=/home/es-d
# as_es_d ARG...: behind sudo
as_es_d()
{
	(cd "$home" && SUDO_USER=es-d enrol "$@")
}

# public FILE: without its comment
public()
{
	cut -d ' ' -f 1,2 "$1"
}

for way in es256 eddsa; do
	plug "ssh-$way" --algorithms "$way"
	tap_check "ssh, $way: enrolled" says 0 "For ssh: id_$way and id_$way.pub" \
		as_es_d es-a --ssh-key-out "id_$way" --label "$way key"
	tap_check "ssh, $way: files of who called sudo" test "$(stat -c %U:%a \
		"$home/id_$way" "$home/id_$way.pub" | tr '\n' ' ')" = \
		'es-d:600 es-d:644 '
	site_as es-d ssh-keygen -y -f "$home/id_$way"
	"${as_argv[@]}" >"$site_dir/id.pub"
	tap_check "ssh, $way: ssh-keygen reads the same key" \
		diff <(public "$site_dir/id.pub") <(public "$home/id_$way.pub")
	tap_check "ssh, $way: and its fingerprint" shows "$way key" \
		ssh-keygen -l -f "$home/id_$way.pub"
	tap_check "ssh, $way: the name is taken" complains 5 'name of a new file' \
		in_vain untouched "ssh-$way" \
		as_es_d es-c --ssh-key-out "id_$way"
	rm "$home/id_$way"
	tap_check "ssh, $way: so is the other one" complains 5 'new file' \
		in_vain untouched "ssh-$way" \
		as_es_d es-c --ssh-key-out "id_$way"
	tap_check "ssh, $way: which is not there" test ! -e "$home/id_$way"
	tap_check "ssh, $way: where es-d may not write" complains 5 \
		'the caller of sudo can create' in_vain untouched "ssh-$way" \
		as_es_d es-c --ssh-key-out "/root/id_$way"
	key_stop "ssh-$way"
done
tap_check 'ssh: that key is the one that is enrolled' test \
	"$(grep -c '^\[key' "$store_enrolled/$(id -u es-a)")" = 2
plug ssh-rsa --algorithms rs256
tap_check 'ssh: RS256 is no ssh key' complains 3 'neither ES256 nor EdDSA' \
	in_vain untouched ssh-rsa as_es_d es-c --ssh-key-out id
tap_check 'ssh: no other RP id' complains 3 'give --rp ssh:' \
	in_vain untouched ssh-rsa as_es_d es-c --ssh-key-out id --rp pam://x
key_stop ssh-rsa
plug ssh-pin --pin right-Pin-4711
cd "$home"
tap_check 'ssh: with a PIN' talk 0 "$pin_asked|right-Pin-4711" "$no_codes" \
	-- es-c --verify --ssh-key-out "$site_dir/id_pin" --rp ssh:site --label v
cd - >/dev/null
tap_check 'ssh: verification is in it' test "$(sed '1d;$d' "$site_dir/id_pin" |
	base64 -d | grep -aoc $'ssh:site\x05')" = 1
key_stop ssh-pin
tap_done
