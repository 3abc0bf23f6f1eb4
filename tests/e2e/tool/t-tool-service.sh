#!/bin/bash
# keyfirst and what belongs to user keyfirst: the tool is root, and that user
# gains nothing from it.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/tool.sh
. "$(dirname "$0")/../tool.sh"

# Called by itself, where only a program can be run.
if [ "${1-}" = enroll ]; then
	enroll_ok "$(seed)" "$2"
	exit
fi

site_begin
site_person tu-e
uid=$(id -u tu-e)
echo "root's" >"$site_dir/target"
chmod 0600 "$site_dir/target"
for plant in "ln -s $site_dir/target" mkfifo 'touch'; do
	# shellcheck disable=SC2086
	as_service $plant "$store_state/$uid"
	tap_check "${plant%% *} in place of a state: gives way" \
		answers 0 timeout 20 "$0" enroll tu-e
	tap_check 'to one that is its own' \
		test "$(stat -c '%F %h %U' "$store_state/$uid")" = \
		'regular file 1 keyfirst'
	keyfirst remove tu-e T1 --last >"$tool_out"
done
as_service mkdir "$store_state/$uid"
tap_check 'a directory in place of a state: nothing is enrolled' \
	denies 5 timeout 20 "$0" enroll tu-e
tap_check 'no enrolment' test ! -e "$store_enrolled/$uid"
as_service rmdir "$store_state/$uid"
for plant in "ln -s $site_dir/target" mkfifo touch; do
	# shellcheck disable=SC2086
	as_service $plant "$store_state/.new.$uid"
	tap_check "${plant%% *} in the way of a new state does not matter" \
		answers 0 timeout 20 "$0" enroll tu-e
	keyfirst remove tu-e T1 --last >"$tool_out"
done
tap_check 'what the links led to is as it was' \
	test "$(stat -c '%U %a' "$site_dir/target") $(cat "$site_dir/target")" \
	= "root 600 root's"
enroll_ok "$(seed)" tu-e >"$tool_out"
exec {busy}<"$store_state/$uid"
flock "$busy"
timeout 20 keyfirst status tu-e >"$tool_out" \
	2>"$tool_err" || note "status of what is busy: $?"
exec {busy}<&-
tap_check 'a busy state is no reason to remove a factor' \
	fails grep -qE 'remove|enrol' "$tool_err"
chmod 0 "$store_state/$uid"
tap_check 'status of what nobody may read' \
	denies 5 timeout 20 keyfirst status tu-e
tap_check 'is to be repaired' complained 'keyfirst repair tu-e'
chmod 0600 "$store_state/$uid"
chmod 0 "$store_state"
tap_check 'status of what cannot be reached' \
	denies 5 timeout 20 keyfirst status tu-e
chmod 0700 "$store_state"
cp "$store_state/$uid" "$site_dir/state"
as_service truncate -s 0 "$store_state/$uid"
tap_check 'status of what is damaged' \
	denies 5 timeout 20 keyfirst status tu-e
tap_check 'as an object, of everybody' json 5 \
	'[.people[] | select(.state == "damaged").user] == ["tu-e"]' \
	timeout 20 keyfirst list --json
tap_check 'and of this one' json 5 '.state == "damaged" and .failures == null' \
	timeout 20 keyfirst status --json tu-e
tap_check 'is to be repaired' complained 'keyfirst repair tu-e'
cat "$site_dir/state" >"$store_state/$uid"
tap_check 'all is well again' answers 0 keyfirst status tu-e
# A state of 100 failures, in both slots.
perl -MDigest::SHA=sha256_hex -0777 -ne '
	s/^.*\n// for my $text = substr($_, 0, 4096);
	$text =~ s/^known.failures = \d+$/known.failures = 100/m or exit 1;
	$text =~ s/\n+\z//;
	$text .= "\n" x (4096 - 74 - length $text);
	print "# sha256 ", sha256_hex($text), "\n", $text for 1, 2;
' <"$site_dir/state" >"$site_dir/forged"
cat "$site_dir/forged" >"$store_state/$uid"
tap_check 'disabled' shows 'disabled until' keyfirst status tu-e
tap_check 'as an object' json 0 '.failures["after-first-factor"] ==
	{ "count": 100, "refused-until": null, "seconds": null,
	"locked": true, "disabled": true }' keyfirst status tu-e --json
tap_check 'the same' same_status tu-e
as_service rm "$store_state/$uid"
as_service mkfifo "$store_state/$uid"
for command in list status unlock; do
	tap_check "$command does not wait for a FIFO" \
		denies 5 timeout 20 keyfirst "$command" tu-e
done
as_service rm "$store_state/$uid"
tap_check 'a person without a state can be removed' \
	answers 0 timeout 20 keyfirst remove tu-e T1 --last

# Only a process that has become keyfirst for good touches what is in state/.
trespass()
{
	awk -v kf="$(id -u keyfirst)" '
		index($0, "setresuid(" kf ", " kf ", " kf ") ") && / = 0$/ {
			became[$1] = 1
		}
		/fstatat|^[0-9]+ +stat/ && /"state"/ { next }
		/keyfirst\/state|"state"/ {
			touched++
			if (!became[$1]) { print; bad++ }
		}
		END {
			print touched + 0 " calls in state/"
			exit bad || !touched
		}
	' "$1"
}

# Its status is not looked at: a sanitizer does not like to be traced.
traced()
{
	strace -f -y -qq -o "$site_dir/trace" "$@" || note "traced: $*: $?"
}

if strace -f -o "$site_dir/trace" true 2>"$tool_err"; then
	secret=$(seed)
	site_ledger seed "$secret"
	printf '%s\n' "$secret" | traced keyfirst enroll totp tu-e \
		--secret-stdin --code "$(code_of "$secret")" \
		>"$tool_out"
	tap_check 'enroll: root touches nothing in state/' \
		trespass "$site_dir/trace"
	for words in 'status tu-e' 'list' 'unlock tu-e' \
		'repair tu-e' 'repair tu-e --first-use' \
		'remove tu-e T1 --last'; do
		case $words in
		repair*) as_service rm "$store_state/$uid" "$store_state/strangers.$uid" ;;
		esac
		# shellcheck disable=SC2086
		traced keyfirst $words >"$tool_out"
		tap_check "$words: nor" trespass "$site_dir/trace"
	done
	traced sh -c "cat $store_state/* >/dev/null"
	tap_check 'one that does is found out' fails trespass "$site_dir/trace"
else
	note "strace: $(cat "$tool_err")"
	tap_check 'root touches nothing in state/ # SKIP strace does not run' true
fi
rm -f "$site_dir/trace"
tap_done
