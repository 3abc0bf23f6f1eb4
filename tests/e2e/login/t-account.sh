#!/bin/bash
# The side door: sshd runs account, and never auth, for a login by public key
# alone.  Exemptions, and people who have nothing enrolled yet.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

# account SERVICE: our line before Debian's own in its account stack.
account()
{
	local line
	line=$(site_recipe '/etc/pam.d/sshd: no login without a proof')
	sed -i "0,/^\(account\|@include common-account\)/s//$line\n&/" \
		"/etc/pam.d/$1"
	grep -qxF "$line" "/etc/pam.d/$1" ||
		tap_bail "/etc/pam.d/$1 has no account line"
}

site_begin
site_person ac-a ac-b ac-exempt ac-new
site_enroll ac-a ac-b
site_recipe '/etc/pam.d/sshd: a public key, then a code' | site_pam sshd
account sshd
both=publickey,keyboard-interactive
tomorrow=$(date -u -d '+1 day' +%F)
yesterday=$(date -u -d '-1 day' +%F)

# sshd without AuthenticationMethods: what an administrator forgets.
sshd_start <<-CONFIG
	KbdInteractiveAuthentication yes
	PasswordAuthentication no
CONFIG
log_mark
tap_check 'a key alone is denied by account' \
	fails ssh_login ac-a publickey

tap_check 'the log names the setting that is missing' logged \
	'event=account result=deny reason=no-proof sshd-setting="AuthenticationMethods publickey,keyboard-interactive:pam" user=ac-a'

conf "exempt = user=ac-exempt until=$tomorrow reason=\"new phone\""
log_mark
tap_check 'an exempt person passes with a key alone' \
	shows inside:ac-exempt ssh_login ac-exempt publickey
tap_check 'the use is logged, with its reason and end' logged \
	"event=exempt result=ignore reason=\"new phone\" until=$tomorrow ends-in-days=[01] user=ac-exempt"
tap_check 'others are denied as before' fails ssh_login ac-a publickey
tap_check 'where keyfirst alone would decide, the exempt one is denied' \
	refused ssh_login ac-exempt keyboard-interactive
conf "exempt = user=ac-exempt until=$yesterday reason=\"new phone\""
tap_check 'not after its last day' fails ssh_login ac-exempt publickey
conf "exempt = group=ac-exempt until=$tomorrow reason=\"new phone\""
tap_check 'by group' shows inside:ac-exempt ssh_login ac-exempt publickey
conf "exempt = user=ac-exempt tty=tty1 until=$tomorrow reason=\"console\""
tap_check 'not at another terminal' fails ssh_login ac-exempt publickey

conf "unenrolled = allow-until $tomorrow"
log_mark
tap_check 'nothing enrolled, and allowed for now: passes' \
	shows inside:ac-new ssh_login ac-new publickey
tap_check 'and is logged' logged \
	"event=exempt result=ignore reason=unenrolled until=$tomorrow .*user=ac-new"
tap_check 'who is enrolled is not let off' fails ssh_login ac-a publickey
conf "unenrolled = allow-until $yesterday"
tap_check 'not after that day' fails ssh_login ac-new publickey

conf 'require-proof = none'
tap_check 'a service that needs no proof passes' \
	shows inside:ac-a ssh_login ac-a publickey
conf 'require-proof = sshd sudo'
log_mark
tap_check 'sudo can not be named' fails ssh_login ac-a publickey
tap_check 'and the log says file, line and why' logged \
	'event=config result=refused file=/etc/keyfirst/keyfirst.conf line=3 reason="require-proof: sudo runs account without auth"'
sshd_stop

# The recipe: a key, then a code.
conf "exempt = user=ac-exempt until=$tomorrow reason=\"new phone\""
sshd_start < <(site_recipe 'sshd_config: a public key, then a code')
log_mark
tap_check 'a key and a code pass account too' \
	shows inside:ac-a ssh_login ac-a "$both" "$prompt|$(site_code ac-a)"
tap_check 'an exempt person with a key is asked nothing' \
	shows inside:ac-exempt ssh_login ac-exempt "$both"
tap_check 'and that is a grant by no factor' logged \
	'event=exempt result=grant reason="new phone" .*user=ac-exempt'
tap_check 'without the key the exempt one is denied' \
	fails ssh_login ac-exempt keyboard-interactive
sshd_stop

# The other orders of methods that sshd knows.
conf
site_person ac-order ac-two
site_enroll ac-order ac-two
sshd_start <<-CONFIG
	KbdInteractiveAuthentication yes
	PasswordAuthentication no
	AuthenticationMethods keyboard-interactive:pam,publickey
CONFIG
tap_check 'a code, then a key' \
	shows inside:ac-order ssh_login ac-order keyboard-interactive,publickey \
	"$prompt|$(site_code ac-order)"
tap_check 'not the code alone' refused ssh_login ac-order \
	keyboard-interactive "$prompt|$(site_code ac-order 1)"
sshd_stop
sshd_start <<-CONFIG
	KbdInteractiveAuthentication yes
	PasswordAuthentication no
	AuthenticationMethods publickey,keyboard-interactive:pam keyboard-interactive:pam
CONFIG
tap_check 'two ways: a key, then a code' \
	shows inside:ac-two ssh_login ac-two "$both" \
	"$prompt|$(site_code ac-two)"
tap_check 'two ways: a code alone' \
	shows inside:ac-two ssh_login ac-two keyboard-interactive \
	"$prompt|$(site_code ac-two 1)"
tap_check 'two ways: a key alone is neither' \
	refused ssh_login ac-two publickey
sshd_stop
sshd_start <<-CONFIG
	KbdInteractiveAuthentication no
	PasswordAuthentication yes
	AuthenticationMethods publickey,password
CONFIG
tap_check 'a key, then the password: no code, no entry' \
	refused ssh_login ac-two publickey,password "password: |$(site_password ac-two)"
sshd_stop

# What runs account alone elsewhere is not ours to stop.
account sudo
conf
printf '%s\n' 'ac-a ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz-ac-a
chmod 0440 /etc/sudoers.d/zz-ac-a
tap_check 'sudo with NOPASSWD and our account line works' \
	shows inside:root sudo_login ac-a
rm -f /etc/sudoers.d/zz-ac-a

# The mistake that the pages warn of: our line where everything includes it.
cp /etc/pam.d/common-account "$site_dir/common-account"
cp "$site_dir/pam.sudo" /etc/pam.d/sudo
echo 'account required pam_keyfirst.so' >>/etc/pam.d/common-account
site_pam sudo <<<'auth required pam_keyfirst.so'
printf '%s\n' 'Defaults:ac-b timestamp_timeout=5, timestamp_type=tty' \
	>/etc/sudoers.d/zz-ac-b
chmod 0440 /etc/sudoers.d/zz-ac-b
log_mark
# shellcheck disable=SC2016
site_as ac-b sh -c 'sudo -v && sudo -n sh -c "echo inside:\$(id -un)"'
tap_check "sudo's cached timestamp asks for nothing" shows inside:root \
	pty_run "$prompt|$(site_code ac-b 1)" -- "${as_argv[@]}"
tap_check 'and our account line was asked, and left it alone' \
	logged 'event=step result=service-needs-no-proof .*service=sudo '
rm -f /etc/sudoers.d/zz-ac-b

mkfifo -m 0622 "$site_dir/cron.fifo"
exec {fifo}<>"$site_dir/cron.fifo"
crontab -u ac-a - <<<"@reboot echo cron:\$(id -un) >$site_dir/cron.fifo"
rm -f /run/crond.reboot
log_mark
/usr/sbin/cron -f &
cron=$!
read -r -t 60 -u "$fifo" said || said='nothing'
tap_check 'cron runs the jobs of who has a factor' test "$said" = cron:ac-a
tap_check 'and our account line was asked, and left it alone' \
	logged 'event=step result=service-needs-no-proof .*service=cron '
kill "$cron"
wait "$cron" 2>/dev/null || :
crontab -u ac-a -r
exec {fifo}>&-
rm -f "$site_dir/cron.fifo"
cp "$site_dir/common-account" /etc/pam.d/common-account
tap_done
