#!/bin/bash
# keyfirst test, status, list, unlock and remove: codes are spent, wrong ones are
# counted, and accounts go.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/tool.sh
. "$(dirname "$0")/../tool.sh"

site_begin
site_person ts-a ts-c
secret=$(seed)
code=$(code_of "$secret")
printf '%s\n' "$secret" >"$site_dir/ts-a.seed"
enroll "$secret" "$code" ts-a --label 'a phone' >"$tool_out"
enroll_ok "$(seed)" ts-c >"$tool_out"

# --- codes are spent -------------------------------------------------------

# try NAME CODE: with keyfirst test, and no terminal
try()
{
	printf '%s\n' "$2" | setsid -w keyfirst test "$1"
}

# said STATUS NAME TEXT COMMAND...: on standard output, and nothing elsewhere.
said()
{
	local expected=$1 name=$2 text=$3
	shift 3
	answers 0 returns "$expected" "$@" && [ ! -s "$tool_err" ] &&
		grep -qF -e "would have refused $name: $text" "$tool_out"
}

three()
{
	printf '%s\n' "$1" "$1" "$1" | setsid -w keyfirst test ts-a
}

returns()
{
	local expected=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" = "$expected" ]
}

tap_check 'the code that enrolled is spent' fails try ts-a "$code"
tap_check 'it says so' shows 'already used' sh -c \
	"echo $code | setsid -w keyfirst test ts-a || :"
used=$(site_code ts-a 1)
tap_check 'the next one would let in' shows 'would have let ts-a in' \
	try ts-a "$used"
tap_check 'a wrong one: the answer is no' said 1 ts-a 'not proved' \
	three "$(site_wrong ts-a)"
tap_check 'also when nobody answers' said 1 ts-a 'nobody answered' \
	setsid -w keyfirst test ts-a </dev/null
verify=/usr/libexec/keyfirst/keyfirst-verify
mv "$verify" "$verify.away"
tap_check 'nor without a verifier' denies 5 try ts-a 123456
tap_check 'it is said too' complained 'no answer from the verifier'
mv "$verify.away" "$verify"
keyfirst unlock ts-a >"$tool_out"
tap_check 'once' fails try ts-a "$used"
tap_check 'status knows when' shows 'last used 20' keyfirst status ts-a
tap_check 'list too' lacks never keyfirst list ts-a
tap_check 'and objects say the same' same_list ts-a
tap_check 'of the status too' same_status ts-a
tap_check 'the clock of one that was a step ahead' json 0 \
	'.factors[0]["clock-offset"] | . == 30 or . == 0' \
	keyfirst status ts-a --json
wrong=$(site_wrong ts-a)
for _ in 1 2; do
	printf '%s\n' "$wrong" "$wrong" |
		setsid -w keyfirst test ts-a >/dev/null || :
done
tap_check 'status counts wrong codes, and tells the wait' \
	shows '4 wrong codes since the last right one, the next code is accepted in' \
	keyfirst status ts-a
tap_check 'an object says the same' same_status ts-a
tap_check 'and until when' json 0 '.failures["after-first-factor"] |
	.count == 4 and .seconds > 0 and .seconds <= 5 and
	(.["refused-until"] | fromdate) > now - 1 and
	.locked == false and .disabled == false' \
	keyfirst status ts-a --json
site_conf <<-CONF
	[default]
	lockout.failures = 3
CONF
tap_check 'locked' shows 'locked until' keyfirst status ts-a
tap_check 'in both' same_status ts-a
site_begin
tap_check 'unlock' keyfirst unlock ts-a
tap_check 'and they are forgotten' lacks 'wrong codes' keyfirst status ts-a
tap_check 'but no used code' fails try ts-a "$used"
tap_check 'the log has it' logged 'event=unlock by=root user=ts-a'

# --- accounts that go ------------------------------------------------------

tap_check 'the last one stays' denies 3 keyfirst remove ts-c T1
tap_check 'and --last is named' complained '--last'
uid=$(id -u ts-c)
usermod -l ts-x ts-c
tap_check 'a uid that has passed to another name' denies 3 \
	enroll_ok "$(seed)" ts-x
tap_check 'says whose it is, and what to do' \
	complained 'keyfirst remove ts-c T1 --last'
tap_check 'a name without an account is found' keyfirst list ts-c
tap_check 'status says that it is gone' shows 'account is gone' \
	keyfirst status ts-c
tap_check 'the table says so' shows \
	'ts-c (uid ' keyfirst list
tap_check 'so does an object' json 0 '.account == false' \
	keyfirst status ts-c --json
tap_check 'with the same words' same_status ts-c
tap_check 'who has the uid now has nothing' denies 4 keyfirst list ts-x
tap_check 'it can be removed' keyfirst remove ts-c T1 --last
tap_check 'with its state' test ! -e "$store_state/$uid"
tap_check 'and its enrolment' test ! -e "$store_enrolled/$uid"
tap_check 'the log has it' \
	logged 'event=remove by=root user=ts-c uid=[0-9]* factor=totp id=T1'
tap_check 'and the new name can enrol' enroll_ok "$(seed)" ts-x

printf 'junk\n' >"$store_enrolled/4242"
chmod 0640 "$store_enrolled/4242"
tap_check 'setup finds an enrolment that keyfirst cannot read' \
	denies 1 keyfirst setup
tap_check 'and names it' complained "$store_enrolled/4242: must be a file of root:"
chgrp keyfirst "$store_enrolled/4242"
tap_check 'with the right owner there is nothing to say' \
	answers 0 keyfirst setup
tap_check 'an enrolment that cannot be read' denies 5 keyfirst list
tap_check 'is named' complained 'uid 4242'
tap_check 'and the others are listed' grep -q '^ts-a ' "$tool_out"
tap_check 'as an object: the unreadable one, and the others' json 5 \
	'[.people[] | select(has("error"))] ==
	[{ "uid": 4242, "error": "damaged" }] and
	any(.people[]; .user == "ts-a" and .state == "ok")' \
	keyfirst list --json
rm "$store_enrolled/4242"
mv "$store_enrolled/$(id -u ts-a)" "$site_dir/enrolment"
printf 'junk\n' >"$store_enrolled/$(id -u ts-a)"
chmod 0640 "$store_enrolled/$(id -u ts-a)"
for words in list status; do
	tap_check "$words of one that cannot be read: no object" \
		no_json 5 keyfirst "$words" --json ts-a
	tap_check 'but a remedy' complained 'restore it'
done
mv "$site_dir/enrolment" "$store_enrolled/$(id -u ts-a)"
tap_check 'list is whole again' answers 0 keyfirst list

tap_done
