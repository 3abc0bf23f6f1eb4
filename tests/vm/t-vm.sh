#!/bin/bash
# The virtual machine has what its tests rely on: a kernel with uhid and
# hidraw, a udevd that obeys, a log, and programs that let people in.  Where
# one of these were missing, other tests would pass on nothing.
set -eu
# shellcheck source=tests/vm/guest.sh
. "$(dirname "$0")/guest.sh"
vm_inside 300

# A report descriptor of the FIDO page: 64 bytes in, 64 bytes out.
descriptor='\x06\xd0\xf1\x09\x01\xa1\x01\x09\x20\x15\x00\x26\xff\x00\x75\x08'
descriptor+='\x95\x40\x81\x02\x09\x21\x15\x00\x26\xff\x00\x75\x08\x95\x40\x91'
descriptor+='\x02\xc0'

link=/dev/vm-test-key
site_begin

tap_check 'the kernel is of Debian' grep -q Debian /proc/version
tap_check 'what the host installed and built is there' \
	test -x "$pty_tool" -a -x /usr/sbin/sshd
tap_check 'every module is there' modprobe dummy_hcd
tap_check 'and a USB controller for gadgets' test -e /sys/class/udc/dummy_udc.0

printf '%s\n' 'SUBSYSTEM=="hidraw", ENV{ID_SECURITY_TOKEN}=="1", \
	GROUP:="games", MODE:="0660", SYMLINK+="vm-test-key"' \
	>/etc/udev/rules.d/69-vm-test.rules
udevadm control --reload
uhid_plug 'dead key' "$descriptor" '\x22'
tap_check 'a key on uhid is a security token to udevd, by a rule of ours' \
	udevadm wait --timeout=30 --settle "$link"
tap_check 'it is a hidraw node' test -c "$link" -a \
	"$(readlink "$link" | tr -d 0-9)" = hidraw
tap_check 'with the group and the mode of the rule' \
	shows 'games 660' stat -L -c '%G %a' "$link"
tap_check 'libfido2 lists it' shows "$(readlink -f "$link")" fido2-token -L
exec {uhid}>&-
tap_check 'it goes when it is unplugged' \
	udevadm wait --timeout=30 --removed "$link"
tap_check 'and libfido2 sees nothing' lacks hidraw fido2-token -L

log_mark
logger -t vm-test 'a line'
tap_check 'the log is kept' logged 'vm-test.*: a line'

site_person vm-a vm-b
tap_check 'sudo asks and lets in' shows inside:root sudo_login vm-a \
	"vm-a: |$(site_password vm-a)"
tap_check 'and refuses' refused sudo_login vm-a 'vm-a: |wrong'
tap_check 'su asks and lets in' shows inside:vm-b su_login vm-a vm-b \
	"Password: |$(site_password vm-b)"
tap_check 'and refuses' refused su_login vm-a vm-b 'Password: |wrong'
tap_check 'login on a terminal asks and lets in' login_login vm-a \
	"Password: |$(site_password vm-a)"
tap_check 'and refuses' login_refused vm-a 'Password: |wrong'
sshd_start </dev/null
tap_check 'sshd lets in by key' shows inside:vm-a ssh_login vm-a publickey
tap_check 'and nobody without' refused ssh_login vm-a none
tap_check 'PAM logs all that' logged 'sshd\[.*session opened for user vm-a'
tap_done
