#!/bin/bash
# Recovery codes through real sshd, sudo and su: each lets in once, whatever
# position it is typed in; old ones die; and a state that was lost is replaced by
# one in which nothing can be used a second time.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/tool.sh
. "$(dirname "$0")/../tool.sh"

# sudo_code NAME CODE...: the words that sudo shows for them, one call.
sudo_code()
{
	local name=$1 code
	local -a pairs=()
	shift
	for code; do
		pairs+=("$prompt|$code")
	done
	sudo_login "$name" "${pairs[@]}"
}

# r N [NAME]: recovery code N
r()
{
	site_recovery_code "${2:-rec-a}" "$1"
}

# left NAME N: that many are left, in words and as an object.
left()
{
	keyfirst status "$1"
	keyfirst status "$1" | grep -q "  R   recovery, .*: $2 of 10 left, " &&
		keyfirst list "$1" | grep -qE "^$1 +R +recovery +$2 of 10 left " &&
		keyfirst status --json "$1" | jq -e ".factors[] |
			select(.id == \"R\") | .left == $2 and .issued == 10 and
			.factor == \"recovery\" and (has(\"digits\") | not)"
}

# told STATUS TEXT COMMAND...: the tool's status, and one line with TEXT.
told()
{
	local expected=$1 text=$2 status=0
	shift 2
	"$@" >"$site_dir/rec.out" 2>&1 || status=$?
	cat "$site_dir/rec.out"
	[ "$status" = "$expected" ] && grep -qF -e "$text" "$site_dir/rec.out"
}

site_begin
site_at_once
site_person rec-a rec-b rec-c rec-n
tap_check 'nobody gets them who has no factor' \
	told 4 'nothing is enrolled' keyfirst recovery rec-n
tap_check 'nor a person who does not exist' \
	told 4 'no such person' keyfirst recovery rec-nobody
site_enroll rec-a rec-b rec-c
site_recovery rec-a
tap_check 'ten, each with its number' test "$(r '[0-9]*' | wc -l) $(
	r '[0-9]*' | sed 's/-.*//' | tr '\n' ' ')" = '10 1 2 3 4 5 6 7 8 9 10 '
tap_check 'of sixteen symbols that cannot be misread' fails grep -qvE \
	'^[0-9]+(-[0-9A-HJKMNP-TV-Z]{4}){4}$' <(r '[0-9]*')
tap_check 'ten are left' left rec-a 10
site_pam sudo <<<'auth required pam_keyfirst.so'
tap_check 'one lets in, and says how many are left' \
	shows 'Recovery code used: 9 left.' sudo_code rec-a "$(r 3)"
log_mark
tap_check 'not twice' refused sudo_code rec-a "$(r 3)" "$(r 3)" "$(r 3)"
tap_check 'and says so' shows 'That recovery code was already used.' \
	fails sudo_code rec-a "$(r 3)" "$(r 3)" "$(r 3)"
tap_check 'so does the log' \
	logged 'event=code result=refused reason=code-reused id=R failures=0 '
tap_check 'which is no wrong guess' test "$(site_failures rec-a known)" = 0
typed=$(r 10 | tr 'A-Z-' 'a-z ')
site_ledger recovery "$typed"
log_mark
tap_check 'as people type it' shows inside:root sudo_code rec-a "$typed"
tap_check 'the log says which, and how many are left' logged \
	'event=auth result=grant factor=recovery id=R left=8 user=rec-a '
tap_check 'a TOTP works as before' \
	shows inside:root sudo_code rec-a "$(site_code rec-a)"

wrong=$(r 4)
case $wrong in
*0) wrong=${wrong%?}1 ;;
*) wrong=${wrong%?}0 ;;
esac
tap_check 'one symbol off' refused sudo_code rec-a "$wrong" \
	"5-$(r 4 | cut -d- -f 2-)" "${wrong%?}"
tap_check 'is a wrong guess, another length is none' \
	test "$(site_failures rec-a known)" = 2
keyfirst unlock rec-a >"$site_dir/rec.out"

# --- sshd, which holds text back, and a stranger ---------------------------------

site_recipe '/etc/pam.d/sshd: a public key, then a code' | site_pam sshd
sshd_start < <(site_recipe 'sshd_config: a public key, then a code')
tap_check 'sshd: the number is said in a prompt' \
	shows 'Recovery code used: 7 left. Press Enter. ' \
	ssh_login rec-a publickey,keyboard-interactive "$prompt|$(r 1)" \
	'Press Enter. |'
tap_check 'sshd: not twice' refused ssh_login rec-a \
	publickey,keyboard-interactive "$prompt|$(r 1)" \
	"$prompt|$(r 1)" "$prompt|$(r 1)"
site_pam su <<'LINES'
auth requisite pam_keyfirst.so
@include common-auth
LINES
tap_check 'from a stranger it is as good' \
	shows inside:rec-a su_login rec-b rec-a "$prompt|$(r 2)" \
	"assword: |$(site_password rec-a)"
tap_check 'and spent for all' refused sudo_code rec-a "$(r 2)" "$(r 2)" "$(r 2)"
log_mark
tap_check "one is no other person's" refused sudo_code rec-b \
	"$(r 4)" "$(r 4)" "$(r 4)"
tap_check 'who has none made no guess' test "$(site_failures rec-b known)" = 0

# hashes NAME ANSWER: does a stranger's answer cost a slow hash, by the memory
# that the first one takes?
hashes()
{
	site_as rec-c su "$1" -c true
	# All three: with fewer, su would wait for the next.
	pty_run "$prompt|$2" "$prompt|$2" "$prompt|$2" -- \
		strace -f -e trace=mmap -o "$site_dir/rec.trace" \
		"${as_argv[@]}" >"$site_dir/rec.out" || :
	awk -F ', ' '/ mmap\(NULL, / && $2 > 16 * 1048576 - 1 && $2 < 2e7 { n++ }
		END { print n + 0 }' "$site_dir/rec.trace"
}
if strace -f -o "$site_dir/rec.trace" true 2>"$site_dir/rec.out"; then
	for name in rec-a rec-b rec-n; do
		tap_check "a hash for $name" \
			test "$(hashes "$name" 3-7QKF-M2XT-9HDV-C4WR)" = 1
		tap_check "none for $name's digits" \
			test "$(hashes "$name" 12345678)" = 0
	done
else
	note "strace: $(cat "$site_dir/rec.out")"
	tap_check 'the same work for all # SKIP strace does not run' true
fi
keyfirst unlock rec-a >"$site_dir/rec.out"

# --- few, and none ------------------------------------------------------------------

for n in 4 5 6; do
	sudo_code rec-a "$(r $n)" >"$site_dir/rec.out"
done
tap_check 'three left' grep -q 'Recovery code used: 3 left\.' "$site_dir/rec.out"
tap_check 'two left: it is time for new ones' \
	shows 'Recovery code used: 2 left: ask your administrator for new ones.' \
	sudo_code rec-a "$(r 7)"
tap_check 'one left' shows 'Recovery code used: 1 left: ask' \
	sudo_code rec-a "$(r 8)"
tap_check 'the last one' shows 'That was your last recovery code: ask' \
	sudo_code rec-a "$(r 9)"
tap_check 'none is left' left rec-a 0
for n in 1 4 9 10; do
	tap_check "code $n does not come back" refused sudo_code rec-a \
		"$(r $n)" "$(r $n)" "$(r $n)"
done

# --- issued anew -----------------------------------------------------------------------

site_recovery rec-b
old=$(r 1 rec-b)
log_mark
site_recovery rec-b
tap_check 'the log has it' logged \
	'event=recovery by=root user=rec-b uid=[0-9]* factor=recovery id=R'
tap_check 'the old ones are dead' refused sudo_code rec-b \
	"$old" "$old" "$old"
tap_check 'said when they were made' \
	grep -q 'former codes no longer work' "$site_dir/rec-b.recovery"
tap_check 'and ten new ones are left' left rec-b 10
keyfirst unlock rec-b >"$site_dir/rec.out"
old=$(r 2 rec-b)
site_as rec-b sudo -k true
pty_start "${as_argv[@]}"
pty expect "$prompt" || :
site_recovery rec-b
pty line "$old" || :
tap_check 'also one that was typed after that' pty expect 'Wrong code.'
pty line "$(r 2 rec-b)" || :
pty_end
tap_check 'where a new one is right already' test "$pty_status" = 0
tap_check 'the secret in the app is what it was' \
	shows inside:root sudo_code rec-b "$(site_code rec-b)"

# Nothing that fails in the middle kills the old ones and keeps the new to itself.
tap_check 'who cannot print them is told so' \
	told 5 'standard output' sh -c 'keyfirst recovery rec-b >/dev/full'
tap_check 'and that there are none now' \
	grep -q 'new recovery codes of rec-b are lost' "$site_dir/rec.out"
tap_check 'in one line' test "$(wc -l <"$site_dir/rec.out")" = 1
site_recovery rec-b

# --- waits ------------------------------------------------------------------------

bad=$(site_wrong rec-b)
sudo_code rec-b "$bad" "$bad" "$bad" >"$site_dir/rec.out" || :
tap_check 'in a wait a right one is not looked at' \
	shows 'that one was not looked at' fails sudo_code rec-b "$bad" \
	"$(r 5 rec-b)" "$(r 5 rec-b)"
keyfirst unlock rec-b >"$site_dir/rec.out"
tap_check 'and not spent' shows inside:root sudo_code rec-b "$(r 5 rec-b)"

# --- the phone is gone -----------------------------------------------------------------

tap_check 'the last factor is not removed by the way' \
	told 3 'only recovery codes would be left' keyfirst remove rec-b T1
tap_check 'but when it is meant' \
	told 0 'Only recovery codes are left.' keyfirst remove rec-b T1 --last
tap_check 'the codes still let in' \
	shows inside:root sudo_code rec-b "$(r 6 rec-b)"
tap_check 'they are the last now' told 3 'is the last factor' \
	keyfirst remove rec-b R
tap_check 'a label for them' told 0 '' keyfirst rename rec-b R drawer
tap_check 'that a new issue keeps' told 0 'former codes no longer work' \
	keyfirst recovery rec-b
tap_check 'stays' shows 'recovery, drawer: 10 of 10 left, never used' \
	keyfirst status rec-b
tap_check 'and they can go' told 0 'Nothing is enrolled any more.' \
	keyfirst remove rec-b R --last

# enroll_terminal NAME ANSWER [PAIR...]: with a new seed, and that answer to the
# question at the end
enroll_terminal()
{
	local name=$1 answer=$2 secret code
	shift 2
	secret=$(head -c 20 /dev/urandom | base32)
	site_ledger seed "$secret"
	code=$(oathtool --totp -b - <<<"$secret")
	printf '%s\n' "$secret" >"$site_dir/rec.secret"
	pty_run "$prompt|$code" "codes now? [Y/n] |$answer" "$@" -- \
		sh -c "keyfirst enroll totp $name --secret-stdin <$site_dir/rec.secret"
}
for answer in n No; do
	tap_check "at a terminal enroll offers them: $answer" \
		lacks 'Recovery codes of' enroll_terminal rec-b "$answer"
done
tap_check 'and what is no answer is asked again' \
	lacks 'Recovery codes of' enroll_terminal rec-b never 'now? [Y/n] |n'
enroll_terminal rec-b '' >"$site_dir/rec.shown" || :
tap_check 'Enter makes ten' test "$(grep -cE \
	'^ +[0-9]+(-[0-9A-Z]{4}){4}' "$site_dir/rec.shown")" = 10
shred -u "$site_dir/rec.shown"
tap_check 'which are stored' left rec-b 10
secret=$(head -c 20 /dev/urandom | base32)
site_ledger seed "$secret"
printf '%s\n' "$secret" >"$site_dir/rec.secret"
tap_check 'who has some is not asked, lest they die by Enter' \
	lacks 'codes now?' pty_run \
	"$prompt|$(oathtool --totp -b - <<<"$secret")" -- \
	sh -c "keyfirst enroll totp rec-b --secret-stdin <$site_dir/rec.secret"

# --- a state that is lost -----------------------------------------------------------

site_recovery rec-c
uid=$(id -u rec-c)
tap_check 'what is in order is left alone' \
	told 0 'nothing was changed' keyfirst repair rec-c
tap_check 'and is no first use' \
	told 3 'has a state already' keyfirst repair --first-use rec-c
tap_check 'a recovery code is used' shows inside:root sudo_code rec-c "$(r 1 rec-c)"
for damage in "truncate -s 0" rm "sh -c 'echo x >\"\$0\"'"; do
	eval "as_service $damage $store_state/$uid"
	tap_check "$damage: codes are refused" \
		refused sudo_code rec-c "$(r 2 rec-c)" "$(r 2 rec-c)" "$(r 2 rec-c)"
	tap_check 'status names the remedy' \
		told 5 'keyfirst repair rec-c' keyfirst status rec-c
	tap_check 'it was in use, so it is no first use' \
		told 3 'no first use' keyfirst repair rec-c --first-use
	tap_check 'no codes are printed that repair would kill' \
		told 5 'keyfirst repair rec-c first' keyfirst recovery rec-c
	log_mark
	tap_check 'it is repaired' told 0 'in order again' keyfirst repair rec-c
	tap_check 'the log has it' logged 'event=repair by=root user=rec-c '
	for again in "$(site_code rec-c)" "$(r 1 rec-c)" "$(r 2 rec-c)"; do
		tap_check 'nothing can be used again' refused \
			sudo_code rec-c "$again" "$again" "$again"
	done
	tap_check 'that was no guess' test "$(site_failures rec-c known)" = 0
	tap_check 'no recovery code is left' left rec-c 0
done
site_recovery rec-c
tap_check 'new ones are' shows inside:root sudo_code rec-c "$(r 1 rec-c)"
as_service rm "$store_state/strangers.$uid"
tap_check "where the strangers' file alone was lost" \
	lacks 'recovery codes' keyfirst repair rec-c
tap_check 'they are what they were' left rec-c 9
# Brought by configuration management: an enrolment and no state at all.
as_service rm "$store_state/$uid" "$store_state/strangers.$uid"
log_mark
tap_check 'a first use' told 0 'in order again' keyfirst repair rec-c --first-use
tap_check 'is in the log by that name' \
	logged 'event=first-use by=root user=rec-c '
tap_check 'leaves recovery codes' \
	shows inside:root sudo_code rec-c "$(r 2 rec-c)"
tap_check 'but no code of now' refused \
	sudo_code rec-c "$(site_code rec-c)" "$(site_code rec-c)" "$(site_code rec-c)"
# One more factor makes no state anew: an empty one would know of nothing used.
secret=$(head -c 20 /dev/urandom | base32)
site_ledger seed "$secret"
for gone in "$store_state/$uid $store_state/strangers.$uid" "$store_state/$uid"; do
	# shellcheck disable=SC2086
	as_service rm $gone
	tap_check "without ${gone##*/}: no second factor before it is repaired" \
		told 5 'try keyfirst repair rec-c' keyfirst enroll totp rec-c \
		--secret-stdin --code "$(oathtool --totp -b - <<<"$secret")" \
		<<<"$secret"
	tap_check 'a used recovery code stays used' refused sudo_code rec-c \
		"$(r 2 rec-c)" "$(r 2 rec-c)" "$(r 2 rec-c)"
	tap_check 'after the repair too' told 0 'in order again' keyfirst repair rec-c
done
tap_check 'nobody is repaired who has nothing enrolled' \
	told 4 'nothing is enrolled' keyfirst repair rec-n

# --- user keyfirst gains nothing from repair -----------------------------------------

echo "root's" >"$site_dir/rec.target"
chmod 0600 "$site_dir/rec.target"
ln "$site_dir/rec.target" "$site_dir/rec.second"
for plant in "ln -s $site_dir/rec.target" mkfifo touch; do
	as_service rm -f "$store_state/$uid"
	# shellcheck disable=SC2086
	as_service $plant "$store_state/$uid"
	# shellcheck disable=SC2086
	as_service $plant "$store_state/.new.$uid"
	tap_check "${plant%% *} in its place gives way" \
		told 0 'in order again' timeout 20 keyfirst repair rec-c
	tap_check "to a file of keyfirst's own" \
		test "$(stat -c '%F %h %U %a' "$store_state/$uid")" = \
		'regular file 1 keyfirst 600'
done
as_service rm -f "$store_state/$uid"
as_service mkdir "$store_state/$uid"
tap_check 'a directory is refused' \
	told 5 'look at what is in its place' timeout 20 keyfirst repair rec-c
as_service rmdir "$store_state/$uid"
as_service ln -s "$site_dir" "$store_state/strangers.$uid" 2>"$site_dir/rec.out" || :
for words in 'recovery rec-c' 'repair rec-c' 'repair rec-c --first-use'; do
	# shellcheck disable=SC2086
	timeout 20 keyfirst $words >"$site_dir/rec.out" 2>&1 || :
done
tap_check "what is root's is as it was" \
	test "$(stat -c '%U %a %h' "$site_dir/rec.target") $(
	cat "$site_dir/rec.target")" = "root 600 2 root's"
tap_done
