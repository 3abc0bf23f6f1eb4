#!/bin/bash
# Where no first factor is known, whoever asks sees the same bytes for a person
# who does not exist, is not enrolled, is locked, or was given a wrong code.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

# Names as long as one another, so that only what differs can differ.
people='tr-unknown tr-nothing tr-a-wrong tr-ordered tr-is-lock'

# transcript NAME CODE: what ssh shows, without the name.
transcript()
{
	local name=$1 code=$2 status=0
	ssh_login "$name" keyboard-interactive "$prompt|$code" \
		"$prompt|$code" "$prompt|$code" >"$site_dir/tr.raw" || status=$?
	{
		sed "s/$name/NAME/g" "$site_dir/tr.raw"
		echo "status $status"
	}
}

# The same for su, which itself knows who exists.
su_transcript()
{
	local name=$1 code=$2 status=0
	su_login tr-caller "$name" "$prompt|$code" "$prompt|$code" \
		"$prompt|$code" >"$site_dir/tr.raw" || status=$?
	{
		sed "s/$name/NAME/g" "$site_dir/tr.raw"
		echo "status $status"
	}
}

same()
{
	diff "$site_dir/$1.bytes" "$site_dir/$2.bytes" &&
		cmp "$site_dir/$1.bytes" "$site_dir/$2.bytes"
}

site_begin
site_at_once
site_person tr-caller tr-nothing tr-a-wrong tr-ordered tr-is-lock
site_enroll tr-a-wrong tr-ordered tr-is-lock
site_conf <<'CONF'
[default]
log = steps
lockout.failures = 4
CONF
stack='auth requisite pam_keyfirst.so
@include common-auth'
site_pam sshd <<<"$stack"
site_pam su <<<"$stack"
sshd_start <<'LINES'
PasswordAuthentication no
KbdInteractiveAuthentication yes
AuthenticationMethods keyboard-interactive:pam
LINES
wrong=$(site_wrong tr-a-wrong)

tap_check 'this stack does let in who has code and password' \
	shows inside:tr-ordered ssh_login tr-ordered keyboard-interactive \
	"$prompt|$(site_code tr-ordered)" \
	"Password: |$(site_password tr-ordered)"

# Four wrong codes lock.
su_transcript tr-is-lock "$(site_wrong tr-is-lock)" >/dev/null
su_login tr-caller tr-is-lock "$prompt|$(site_wrong tr-is-lock)" \
	"$prompt|" "$prompt|" >/dev/null || :
tap_check 'one of them is locked' logged \
	'event=lockout result=locked failures=4 .*user=tr-is-lock '

log_mark
for name in $people; do
	code=$wrong
	# The locked one types what would be right.
	[ "$name" != tr-is-lock ] || code=$(site_code tr-is-lock)
	transcript "$name" "$code" | sed "s/$code/CODE/g" \
		>"$site_dir/$name.bytes"
done
tap_check 'there is a transcript' test "$(grep -c "$prompt" \
	"$site_dir/tr-a-wrong.bytes")" = 3
tap_check 'and it is a denial' grep -q 'status 255' \
	"$site_dir/tr-a-wrong.bytes"
for name in $people; do
	[ "$name" = tr-a-wrong ] ||
		tap_check "ssh: $name and wrong codes are the same bytes" \
		same tr-a-wrong "$name"
done
tap_check 'the log does tell them apart' \
	logged 'event=code result=refused reason=wait .*user=tr-is-lock '
tap_check 'but does not show an unknown name to us' \
	no_line '(keyfirst-verify|pam_keyfirst)' tr-unknown "$site_log"

for name in tr-nothing tr-a-wrong tr-is-lock; do
	code=$wrong
	[ "$name" != tr-is-lock ] || code=$(site_code tr-is-lock)
	su_transcript "$name" "$code" | sed "s/$code/CODE/g" \
		>"$site_dir/$name.bytes"
done
for name in tr-nothing tr-is-lock; do
	tap_check "su: $name and wrong codes are the same bytes" \
		same tr-a-wrong "$name"
done
tap_done
