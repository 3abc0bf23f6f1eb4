#!/bin/bash
# A configuration or a module argument that is not understood denies everybody,
# and the log names file and line.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

conf=/etc/keyfirst/keyfirst.conf

# A stranger who answers every prompt rightly, if there is one.  Not through
# su_login: no prompt may be expected here.
right_code()
{
	local code
	code=$(site_code cfg-b)
	printf '%s\n' "$code" "$code" "$code" |
		timeout 60 setpriv --reuid cfg-a --regid cfg-a --init-groups \
		su cfg-b -c 'echo inside:cfg-b'
}

# denied WHAT LINE: the right code is refused; the log names LINE (0: none).
denied()
{
	local where="file=$conf"
	[ "$2" = 0 ] || where="$where line=$2"
	log_mark
	tap_check "$1: denied" refused right_code
	tap_check "$1: the log names ${where#file=}" \
		logged "event=config result=refused $where( |\$)"
	tap_check "$1: no grant" not_logged result=grant
}

site_begin
site_at_once
site_person cfg-a cfg-b
site_enroll cfg-b
site_pam su <<<'auth requisite pam_keyfirst.so'

n=0
while IFS='@' read -r line text; do
	n=$((n + 1))
	printf '[default]\n%b\n' "$text" | site_conf
	denied "$(tr -d '\n' <<<"${text:0:40}")" "$line"
done <<LINES
2@totp.window = -1
2@totp.windw = 1
2@totp.window = 1x
2@totp.window = 3
2@totp.window =
2@totp.window = 1 # inline
2@totp.window
2@factors = key fingerprint
2@key.touch-timeout = 41
2@key.verify = maybe
2@key.rp-id = two words
2@key.aaguid-allow = 2fc0579f
2@key.touch = no
3@[service su]\nkey.rp-id = ssh:
3@tries = 3\ntries = 3
2@# $(printf '%02000d' 0)
2@[service sshd] junk
2@[service]
3@[service su]\n[default]
2@log = \x07steps
LINES
printf '[default]\ntries = 3\0\n' | site_conf
denied 'a NUL' 2
printf 'tries = 3\n' | site_conf
denied 'no section' 1

site_conf <<<'[default]'
chmod g+w "$conf"
denied 'a file its group may write' 0
site_conf <<<'[default]'
chmod o+w "$conf"
denied 'a file everybody may write' 0
site_conf <<<'[default]'
chown cfg-a "$conf"
denied "a file that is not root's" 0
site_conf <<<'[default]'
chmod 0777 /etc/keyfirst
denied 'a folder everybody may write' 0
chmod 0755 /etc/keyfirst
chmod g+w /etc
denied 'a folder further up that its group may write' 0
chmod 0755 /etc
mv "$conf" "$conf.real"
ln -s "$conf.real" "$conf"
denied 'a symbolic link' 0
rm "$conf"
denied 'no file' 0
mv "$conf.real" "$conf"

for argument in nonsense conf= conf=relative conf after_first_factor=1 \
	'after_first_factor after_first_factor' nullok debug \
	conf=/etc/keyfirst/none.conf; do
	site_pam su <<<"auth requisite pam_keyfirst.so $argument"
	log_mark
	tap_check "module argument $argument: denied" refused right_code
	tap_check "module argument $argument: logged" logged \
		'pam_keyfirst\(su:auth\): .*event=config result=refused|event=config result=refused file=/etc/keyfirst/none.conf'
	tap_check "module argument $argument: no grant" \
		not_logged result=grant
done

site_conf <<<'[default]'
site_pam su <<<'auth requisite pam_keyfirst.so'
tap_check 'and with a good configuration it lets in' \
	shows inside:cfg-b right_code
tap_check "$n wrong texts were tried" test "$n" -ge 12
tap_done
