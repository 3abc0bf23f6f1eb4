#!/bin/bash
# keyfirst, root's tool: what it answers, that what it draws can be scanned,
# that it proves before it stores, and that user keyfirst gains nothing from it.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/site.sh"

state=/var/lib/keyfirst/state
enrolled=/var/lib/keyfirst/enrolled

# answers STATUS COMMAND...: that exit status, and a complaint of one line.
answers()
{
	local expected=$1 status=0
	shift
	"$@" >"$site_dir/tool.out" 2>"$site_dir/tool.err" || status=$?
	cat "$site_dir/tool.out" "$site_dir/tool.err"
	[ "$status" = "$expected" ] || {
		echo "status $status, not $expected"
		return 1
	}
	[ "$status" = 0 ] || [ "$(wc -l <"$site_dir/tool.err")" = 1 ]
}

# complains TEXT: the last complaint was "keyfirst: " and somewhere TEXT.
complains()
{
	cat "$site_dir/tool.err"
	grep -q '^keyfirst: ' "$site_dir/tool.err" &&
		grep -qF -e "$1" "$site_dir/tool.err"
}

# json STATUS FILTER COMMAND...: one object, about which jq's FILTER is true.
json()
{
	local expected=$1 filter=$2
	shift 2
	answers "$expected" "$@" &&
		jq -se "length == 1 and (.[0] | .keyfirst == 1 and ($filter))" \
		"$site_dir/tool.out"
}

# no_json STATUS COMMAND...: nothing at all on standard output.
no_json()
{
	answers "$@" && [ ! -s "$site_dir/tool.out" ]
}

# same_list [USER]: the table says what the object says.
same_list()
{
	keyfirst list "$@" | tail -n +2 | tr -s ' ' >"$site_dir/said"
	keyfirst list "$@" --json | jq -r '.people[] | .user as $user |
		.factors[] | [ $user, .id, .factor,
		(if .factor == "recovery"
		then "\(.left) of \(.issued) left"
		elif .factor == "key"
		then .algorithm + (if .verify then ", verify" else "" end) +
		(if .synced then ", synced" else "" end)
		else "\(.algorithm)/\(.digits)/\(.period)s" end) +
		(if .proved == false then ", unproved" else "" end), .created,
		(.by // "-"), (.["last-used"] // "never"),
		(if .label == "" then "-" else .label end) ] | join(" ")' |
		tr -s ' ' >"$site_dir/json"
	[ -s "$site_dir/said" ] && diff "$site_dir/said" "$site_dir/json"
}

# same_status USER: the words say what the object says.
same_status()
{
	keyfirst status "$1" >"$site_dir/said"
	keyfirst status "$1" --json | jq -r 'def pad: (. + " " * 24)[0:24];
		def count: if .count == 0
		then "no wrong code since the last right one"
		else "\(.count) wrong code\(if .count == 1 then "" else "s" end)" +
		" since the last right one" +
		if .disabled then ", disabled"
		elif .locked then ", locked until \(.["refused-until"])"
		elif .seconds > 0 then ", the next code is accepted in"
		else "" end end;
		"\(.user) (uid \(.uid))" + if .account then "" else
		": the account is gone or has another name now: codes are refused"
		end, (.factors[] | "  \((.id + "  ")[0:3]) \(.factor), " +
		(if .label == "" then "no label" else .label end) + ": " +
		if .["last-used"] == null then "never used" +
		if .proved then "" else ", unproved" end
		else "last used \(.["last-used"]), its clock " +
		(.["clock-offset"] | if . == 0 then "agreed"
		elif . < 0 then "was about \(-.) s behind"
		else "was about \(.) s ahead" end) end),
		"  " + ("after the first factor" | pad) +
		(.failures["after-first-factor"] | count),
		"  " + ("before it (strangers)" | pad) +
		(.failures["before-first-factor"] | count)' >"$site_dir/json"
	# How long is left may differ from one moment to the next.
	sed -Ei -e 's/( until [^ ]*) \(.*/\1/' -e 's/(accepted in).*/\1/' \
		-e 's/( disabled) until .*/\1/' \
		"$site_dir/said"
	diff "$site_dir/said" "$site_dir/json"
}

seed()
{
	head -c "${1:-20}" /dev/urandom | base32 -w 0 | tr -d =
}

# enroll SEED CODE ARG...: without a terminal
enroll()
{
	local secret=$1 code=$2
	shift 2
	site_ledger seed "$secret"
	printf '%s\n' "$secret" |
		setsid -w keyfirst enroll totp --secret-stdin --code "$code" \
		--qr none "$@"
}

code_of()
{
	local code
	code=$(oathtool --totp -b -N "@$(($(date +%s) + 30 * ${2:-0}))" - \
		<<<"$1")
	site_ledger code "$code"
	printf '%s\n' "$code"
}

# enroll_ok SEED ARG...: with the code of now
enroll_ok()
{
	local secret=$1
	shift
	enroll "$secret" "$(code_of "$secret")" "$@"
}

# pixels <TRANSCRIPT: the last QR code drawn in it as a picture, be it of half
# blocks or of coloured spaces, four dots a module.
pixels()
{
	perl -CSD -e '
		my (@rows, @new);
		while (<STDIN>) {
			s/[\r\n]//g;
			my $plain = s/\e\[[0-9;]*m//gr;
			if (/^\e\[4[07]m/ && $plain =~ /^ +$/) {
				my ($row, $dark) = ("", 0);
				while (/\G(?:\e\[([0-9]+)m|(  ))/g) {
					if (defined $1) { $dark = $1 == 40 }
					else { $row .= $dark ? 0 : 1 }
				}
				push @new, $row;
			} elsif ($plain =~
			    /^[ \x{2580}\x{2584}\x{2588}]{25,}$/) {
				push @new, $plain =~
				    tr/ \x{2580}\x{2584}\x{2588}/0101/r;
				push @new, $plain =~
				    tr/ \x{2580}\x{2584}\x{2588}/0011/r;
			} elsif (@new) {
				@rows = @new;
				@new = ();
			}
		}
		@rows = @new if @new;
		exit 1 unless @rows;
		my $width = 4 * length $rows[0];
		print "P2\n$width ", 4 * @rows, "\n1\n";
		for (@rows) {
			my $row = join(" ", map { ($_) x 4 } split //);
			print "$row\n" x 4;
		}
	'
}

scan()
{
	zbarimg --quiet --raw "$1" 2>/dev/null
}

# scans FILE URI
scans()
{
	local uri
	uri=$(scan "$1")
	printf 'scanned:  %s\nexpected: %s\n' "$uri" "$2"
	[ -n "$2" ] && [ "$uri" = "$2" ]
}

# shown FIELD: of the secret on the terminal
shown()
{
	sed -n "s/^$1: *//p" "$pty_shown" | tr -d '\r' | tail -n 1
}

# Called by itself, where only a program can be run.
if [ "${1-}" = enroll ]; then
	enroll_ok "$(seed)" "$2"
	exit
fi

site_begin
site_person tool-a tool-b tool-c tool-d

# --- what it says to whom --------------------------------------------------

tap_check 'help is for everybody' \
	setpriv --reuid tool-a --regid tool-a --clear-groups \
	keyfirst help enroll totp
tap_check 'the version too' \
	setpriv --reuid tool-a --regid tool-a --clear-groups \
	keyfirst --version
tap_check 'the rest is root'"'"'s' answers 5 \
	setpriv --reuid tool-a --regid tool-a --clear-groups keyfirst list
tap_check 'and says so' complains 'only root'
for words in '' nonsense enroll 'list --nonsense' 'list a b' 'remove tool-a' \
	'enroll totp' 'enroll totp tool-a --digits 9' \
	'enroll totp tool-a --digits 06' 'enroll totp tool-a --period 14' \
	'enroll totp tool-a --algorithm md5' 'enroll totp tool-a --label' \
	'enroll totp tool-a --qr png' 'enroll totp tool-a --issuer a:b' \
	'enroll totp tool-a --code 123456' 'setup sshd'; do
	# shellcheck disable=SC2086 # words
	tap_check "usage: keyfirst $words" answers 2 keyfirst $words
	tap_check 'it names help' complains 'try keyfirst help'
done
for words in '-x' '--nonsense' 'nonsense --help' 'help nonsense' \
	'help list a b' 'enroll nonsense tool-a' 'rename tool-a T1' \
	'remove' 'remove tool-a T1 --last=no' 'remove tool-a T1 more' \
	'status' 'unlock' 'unlock tool-a tool-b' 'test' \
	'test tool-a --service' 'test tool-a --service='; do
	# shellcheck disable=SC2086
	tap_check "usage: keyfirst $words" answers 2 keyfirst $words
	tap_check 'it names help' complains 'try keyfirst help'
done
for words in help --help --version 'help list' 'list -h' 'enroll --help' \
	'remove tool-a --help'; do
	# shellcheck disable=SC2086
	tap_check "help: keyfirst $words" answers 0 keyfirst $words
	tap_check 'and nothing else' test ! -s "$site_dir/tool.err"
done
for words in 'enroll totp tool-a' 'rename a b c' 'remove a b' 'status a' \
	'unlock a' 'test a' setup; do
	# shellcheck disable=SC2086
	tap_check "root's: keyfirst $words" answers 5 setpriv --reuid tool-a \
		--regid tool-a --clear-groups keyfirst $words
	tap_check 'it names sudo' complains 'try sudo'
done
tap_check 'no terminal and no code' answers 2 \
	setsid -w keyfirst enroll totp tool-a
tap_check 'it names --code' complains '--code'
for words in 'list nobody-here' 'status tool-a' 'unlock tool-a' \
	'rename tool-a T1 x' 'remove tool-a T1' 'test tool-a' \
	'enroll totp nobody-here --secret-stdin --code 123456'; do
	# shellcheck disable=SC2086
	tap_check "no such thing: keyfirst $words" answers 4 keyfirst $words
done
for words in 'list --json a b' 'list --jsno' 'status --json' \
	'status --json=yes tool-a'; do
	# shellcheck disable=SC2086
	tap_check "usage: keyfirst $words: no object" no_json 2 keyfirst $words
done
for words in 'list nobody-here --json' 'status --json tool-a'; do
	# shellcheck disable=SC2086
	tap_check "no such thing: keyfirst $words: none either" \
		no_json 4 keyfirst $words
done
tap_check 'nor for others than root' no_json 5 \
	setpriv --reuid tool-a --regid tool-a --clear-groups \
	keyfirst list --json
tap_check 'nor with a configuration that is not there' no_json 5 \
	unshare -m sh -c \
	'mount -t tmpfs tmpfs /etc/keyfirst && keyfirst list --json'
tap_check 'a full standard output' answers 5 sh -c 'keyfirst help >/dev/full'
tap_check 'also for an object' answers 5 sh -c 'keyfirst list --json >/dev/full'
tap_check 'a closed standard output' answers 5 sh -c 'keyfirst help >&-'

# --- completion, installed -------------------------------------------------

# shellcheck disable=SC2016 # for the other shell
tap_check 'zsh finds its completion' shows _keyfirst zsh -f -c \
	'autoload -Uz compinit && compinit -u -D && print $_comps[keyfirst]'
# shellcheck disable=SC2016
tap_check 'bash too, behind sudo' shows 'offers: list ' bash -c '
	. /usr/share/bash-completion/bash_completion
	COMP_WORDS=(sudo keyfirst li) COMP_CWORD=2
	COMP_LINE="sudo keyfirst li" COMP_POINT=16
	_completion_loader sudo
	_sudo sudo li keyfirst 2>/dev/null
	echo "offers: ${COMPREPLY[*]} "'

# --- setup -----------------------------------------------------------------

tap_check 'setup again finds everything there' shows 'Everything is there' \
	keyfirst setup
verify=/usr/libexec/keyfirst/keyfirst-verify
chmod 0700 "$verify"
tap_check 'a verifier that others cannot run is found out' \
	answers 1 keyfirst setup
tap_check 'and named' complains "$verify"
chmod 0755 "$verify"
shell=$(getent passwd keyfirst | cut -d : -f 7)
for other in /bin/bash ''; do
	usermod -s "$other" keyfirst
	tap_check "an ordinary account keyfirst, shell '$other'" \
		answers 3 keyfirst setup
	tap_check 'is not taken' complains 'ordinary account'
done
usermod -s /bin/false keyfirst
tap_check 'one that nobody logs in as is' answers 0 keyfirst setup
usermod -s "$shell" keyfirst
usermod -g users keyfirst
tap_check 'nor one with another group' answers 3 keyfirst setup
usermod -g keyfirst keyfirst
gpasswd -a tool-a keyfirst >"$site_dir/tool.out"
tap_check 'nor a group with somebody else in it' answers 3 keyfirst setup
tap_check 'and it is said' complains 'other members'
gpasswd -d tool-a keyfirst >"$site_dir/tool.out"
tap_check 'put back, it is well' shows 'Everything is there' keyfirst setup
key=/etc/keyfirst/machine.key
cp -p "$key" "$site_dir/machine.key"
chmod 0644 "$key"
tap_check 'a key that others read is found out' answers 1 keyfirst setup
tap_check 'and named' complains "$key"
tap_check 'and left as it is' test "$(stat -c %a "$key")" = 644
chmod 0640 "$key"
mv "$key" "$key.away"
tap_check 'without the key nobody is enrolled' answers 5 \
	enroll "$(seed)" 123456 tool-a
tap_check 'and setup is named' complains 'keyfirst setup'
mv "$key.away" "$key"
chmod 0755 "$state"
tap_check 'state/ that others read is found out' answers 1 keyfirst setup
tap_check 'and refused by every command' answers 5 keyfirst list
chmod 0700 "$state"
site_conf <<-CONF
	[default]
	totp.windw = 1
CONF
tap_check 'a configuration that is not understood' answers 5 keyfirst list
tap_check 'names file and line' complains 'keyfirst.conf: line 2'
tap_check 'setup too' answers 1 keyfirst setup
empty=/var/lib/keyfirst-empty
site_conf <<-CONF
	[default]
	store = file:$empty
CONF
keyfirst setup >"$site_dir/tool.out"
tap_check 'another store, where nobody is enrolled' \
	shows 'Nobody is enrolled.' keyfirst list
tap_check 'as an object' json 0 '.people == []' keyfirst list --json
site_begin
rm -r "$empty"
tap_check 'the key is still the same' cmp "$key" "$site_dir/machine.key"

# --- enrolling at a terminal -----------------------------------------------

pty_start keyfirst enroll totp tool-a --label 'a phone' --issuer 'Büro & Co'
pty 'expect Verification code: '
pty pid
tool=$pty_answer
secret=$(shown Secret | tr -d ' ')
uri=$(shown URI)
site_ledger seed "$secret"
tap_check 'the secret stands in groups of four' \
	grep -qE '^Secret: ([A-Z2-7]{4} ){7}[A-Z2-7]{4}.?$' "$pty_shown"
tap_check 'the URI' test "$uri" = \
	"otpauth://totp/B%C3%BCro%20%26%20Co:tool-a?secret=$secret&issuer=B%C3%BCro%20%26%20Co"
pixels <"$pty_shown" >"$site_dir/qr.pgm"
tap_check 'the drawing scans' scans "$site_dir/qr.pgm" "$uri"
tap_check 'its colours are set' grep -qF $'\e[40;37;1m' "$pty_shown"
tap_check 'no secret in its argv or environment' \
	fails grep -qa "$secret" "/proc/$tool/cmdline" "/proc/$tool/environ"
tap_check 'no core file of it' \
	grep -q '^Max core file size *0 *0 ' "/proc/$tool/limits"
tap_check 'nothing is stored yet' answers 4 keyfirst list tool-a
pty 'line 12345'
pty 'expect a code has 6 digits'
pty 'expect Verification code: '
pty "line $(code_of "$secret" -10)"
tap_check 'a code of five minutes ago: the clocks' \
	pty 'expect 5 minutes ago: check the clocks'
pty 'expect Verification code: '
code=$(code_of "$secret")
pty "line $code"
pty 'expect codes now? [Y/n] '
pty 'line n'
pty_end
tap_check 'the right code enrols' test "$pty_status" = 0
tap_check 'an object says so too, and what is not known yet' json 0 \
	'.user == "tool-a" and .uid == '"$(id -u tool-a)"' and .account and
	.state == "ok" and .failures["after-first-factor"].count == 0 and
	(.factors | length) == 1 and (.factors[0] | .id == "T1" and
	.factor == "totp" and .label == "a phone" and .by == "root" and
	.["last-used"] == null and .["clock-offset"] == null and
	(.created | fromdate) > now - 600 and
	[.algorithm, .digits, .period] == ["sha1", 6, 30])' \
	keyfirst status tool-a --json
tap_check 'and test is named' grep -q 'keyfirst test tool-a' "$pty_shown"
tap_check 'it is listed, with its label' shows 'a phone' keyfirst list tool-a
tap_check 'the log has it' \
	logged 'event=enroll by=root user=tool-a uid=[0-9]* factor=totp id=T1$'
printf '%s\n' "$secret" >"$site_dir/tool-a.seed"

pty_start keyfirst enroll totp tool-a --qr ansi --algorithm sha256 --digits 8
pty 'expect Verification code: '
secret2=$(shown Secret | tr -d ' ')
site_ledger seed "$secret2"
pixels <"$pty_shown" >"$site_dir/qr.pgm"
tap_check 'the coloured drawing scans' scans "$site_dir/qr.pgm" "$(shown URI)"
tap_check 'a seed is as long as its hash' \
	test "$(base32 -d <<<"$secret2====" | wc -c)" = 32
pty 'line 00000000'
pty 'expect Wrong code'
pty 'line 00000000'
pty 'expect Wrong code'
pty 'line 00000000'
pty_end
tap_check 'three wrong codes: the answer is no' test "$pty_status" = 1
tap_check 'and nothing is stored' lacks ' T2 ' keyfirst list tool-a

pty_start env NO_COLOR=1 keyfirst enroll totp tool-a
pty 'expect Verification code: '
pixels <"$pty_shown" >"$site_dir/qr.pgm"
site_ledger seed "$(shown Secret | tr -d ' ')"
tap_check 'NO_COLOR: no colours' fails grep -qF $'\e[' "$pty_shown"
tap_check 'and it scans, light on dark' \
	scans "$site_dir/qr.pgm" "$(shown URI)"
pty hangup
pty_end

pty_start sh -c 'keyfirst enroll totp tool-d --secret-stdin --qr none'
pty 'expect not shown): '
typed=$(seed)
site_ledger seed "$typed"
pty "line $typed"
pty 'expect Verification code: '
pty "line $(code_of "$typed")"
pty 'expect codes now? [Y/n] '
pty 'line n'
pty_end
tap_check 'a secret typed at the terminal enrols' test "$pty_status" = 0
tap_check 'and was not shown' fails grep -q "$typed" "$pty_shown"

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
	answers 0 returns "$expected" "$@" && [ ! -s "$site_dir/tool.err" ] &&
		grep -qF -e "would have refused $name: $text" "$site_dir/tool.out"
}

three()
{
	printf '%s\n' "$1" "$1" "$1" | setsid -w keyfirst test tool-a
}

returns()
{
	local expected=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" = "$expected" ]
}

tap_check 'the code that enrolled is spent' fails try tool-a "$code"
tap_check 'it says so' shows 'already used' sh -c \
	"echo $code | setsid -w keyfirst test tool-a || :"
tap_check 'the next one would let in' shows 'would have let tool-a in' \
	try tool-a "$(site_code tool-a 1)"
tap_check 'a wrong one: the answer is no' said 1 tool-a 'not proved' \
	three "$(site_wrong tool-a)"
tap_check 'also when nobody answers' said 1 tool-a 'nobody answered' \
	setsid -w keyfirst test tool-a </dev/null
verify=/usr/libexec/keyfirst/keyfirst-verify
mv "$verify" "$verify.away"
tap_check 'nor without a verifier' answers 5 try tool-a 123456
tap_check 'it is said too' complains 'no answer from the verifier'
mv "$verify.away" "$verify"
keyfirst unlock tool-a >"$site_dir/tool.out"
tap_check 'once' fails try tool-a "$(site_code tool-a 1)"
tap_check 'status knows when' shows 'last used 20' keyfirst status tool-a
tap_check 'list too' lacks never keyfirst list tool-a
tap_check 'and objects say the same' same_list tool-a
tap_check 'of the status too' same_status tool-a
tap_check 'the clock of one that was a step ahead' json 0 \
	'.factors[0]["clock-offset"] | . == 30 or . == 0' \
	keyfirst status tool-a --json
wrong=$(site_wrong tool-a)
for _ in 1 2; do
	printf '%s\n' "$wrong" "$wrong" |
		setsid -w keyfirst test tool-a >/dev/null || :
done
tap_check 'status counts wrong codes, and tells the wait' \
	shows '4 wrong codes since the last right one, the next code is accepted in' \
	keyfirst status tool-a
tap_check 'an object says the same' same_status tool-a
tap_check 'and until when' json 0 '.failures["after-first-factor"] |
	.count == 4 and .seconds > 0 and .seconds <= 5 and
	(.["refused-until"] | fromdate) > now - 1 and
	.locked == false and .disabled == false' \
	keyfirst status tool-a --json
site_conf <<-CONF
	[default]
	lockout.failures = 3
CONF
tap_check 'locked' shows 'locked until' keyfirst status tool-a
tap_check 'in both' same_status tool-a
site_begin
tap_check 'unlock' keyfirst unlock tool-a
tap_check 'and they are forgotten' lacks 'wrong codes' keyfirst status tool-a
tap_check 'but no used code' fails try tool-a "$(site_code tool-a 1)"
tap_check 'the log has it' logged 'event=unlock by=root user=tool-a'

# --- refusals --------------------------------------------------------------

one=$(seed)
tap_check 'a wrong code enrols nothing' answers 1 enroll "$one" \
	"$(printf '%s\n' "$one" >"$site_dir/one.seed"; site_wrong one)" tool-b
tap_check 'really nothing' answers 4 keyfirst list tool-b
tap_check 'nor a code of the wrong length' answers 1 \
	enroll "$one" 12345678 tool-b
tap_check 'lower case, spaces and = are taken' enroll \
	"$(fold -w 4 <<<"${one,,}" | tr '\n' ' ')=" "$(code_of "$one")" tool-b
tap_check 'the same seed is refused' answers 3 enroll_ok "$one" tool-b
tap_check 'and named' complains T1
tap_check 'also with a zero byte behind it, which HMAC does not see' answers 3 \
	enroll_ok "${one}AA" tool-b
tap_check 'a seed of 120 bits' answers 3 enroll_ok "$(seed 15)" tool-b
tap_check 'a seed of 129 bytes' answers 3 enroll_ok "$(seed 129)" tool-b
tap_check 'what is not base32' answers 2 enroll 'ABC1!' 123456 tool-b
tap_check 'an empty line' answers 3 enroll '' 123456 tool-b
tap_check 'a label that is too long' answers 2 enroll "$(seed)" 123456 tool-b \
	--label "$(printf '%065d' 0)"
for _ in 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	enroll_ok "$(seed)" tool-b >"$site_dir/tool.out" || note failed
done
tap_check 'sixteen' shows T16 keyfirst list tool-b
tap_check 'the seventeenth is refused' answers 3 enroll_ok "$(seed)" tool-b
tap_check 'one goes' keyfirst remove tool-b T7
tap_check 'and its id is taken again' shows 'Enrolled T7' \
	enroll_ok "$(seed)" tool-b --label $'\e[31mred\xe2\x80\xae'
tap_check 'a label is filtered' shows '?[31mred?' keyfirst list tool-b
tap_check 'another label' keyfirst rename tool-b T7 'the  last = [one] # x'
tap_check 'is listed' shows 'the  last = [one] # x' keyfirst list tool-b
tap_check 'an id that is not there' answers 4 keyfirst remove tool-b T17
tap_check 'list is named' complains 'try keyfirst list tool-b'
tap_check 'nor to be renamed' answers 4 keyfirst rename tool-b T17 x
tap_check 'sixteen, in the table and in the object' same_list tool-b
keyfirst rename tool-b T7 $'say "\\u0041"\t\xff\x01/\xc3\xa9' \
	>"$site_dir/tool.out"
tap_check 'a label with marks of JSON stays what it is' json 0 \
	'[.people[0].factors[] | select(.id == "T7").label] ==
	["say \"\\u0041\"???/é"]' keyfirst list --json tool-b
tap_check 'everybody, in the table and in the object' same_list

# Two at once for one person: neither is lost.
keyfirst remove tool-b T16 >"$site_dir/tool.out"
keyfirst remove tool-b T15 >"$site_dir/tool.out"
enroll_ok "$(seed)" tool-b --label left >"$site_dir/left" 2>&1 &
left=$!
enroll_ok "$(seed)" tool-b --label right >"$site_dir/right" 2>&1 &
wait "$left" || note "left: $(cat "$site_dir/left")"
wait $! || note "right: $(cat "$site_dir/right")"
keyfirst list tool-b >"$site_dir/tool.list"
tap_check 'two at once are both stored' \
	test "$(grep -cE ' (left|right)$' "$site_dir/tool.list")" = 2

# --- the picture -----------------------------------------------------------

png=/home/tool-c/qr.png
three=$(seed)
SUDO_USER=tool-c tap_check 'a picture, for who called sudo' \
	enroll_ok "$three" tool-c --qr-png "$png"
tap_check 'it scans' scans "$png" \
	"otpauth://totp/$(hostname):tool-c?secret=$three&issuer=$(hostname)"
tap_check 'it is theirs alone' \
	test "$(stat -c '%U %a' "$png")" = 'tool-c 600'
tap_check 'sudo'"'"'s caller is in the log' \
	logged 'event=enroll by=root sudo-user=tool-c user=tool-c'
tap_check 'and listed' shows ' tool-c  never' keyfirst list tool-c
cp -p "$png" "$site_dir/before.png"
SUDO_USER=tool-c tap_check 'a file that is there' answers 5 \
	enroll_ok "$(seed)" tool-c --qr-png "$png"
tap_check 'is not written to' cmp "$png" "$site_dir/before.png"
ln -s /home/tool-c/elsewhere "$site_dir/link.png"
tap_check 'nor is a link followed' answers 5 \
	enroll_ok "$(seed)" tool-c --qr-png "$site_dir/link.png"
tap_check 'to anywhere' test ! -e /home/tool-c/elsewhere
mkdir -m 0700 "$site_dir/closed"
SUDO_USER=tool-c tap_check 'where the caller may not write, nor do we' \
	answers 5 enroll_ok "$(seed)" tool-c --qr-png "$site_dir/closed/x.png"
tap_check 'and none of these enrolled' lacks ' T2 ' keyfirst list tool-c

# --- accounts that go ------------------------------------------------------

tap_check 'the last one stays' answers 3 keyfirst remove tool-c T1
tap_check 'and --last is named' complains '--last'
uid=$(id -u tool-c)
usermod -l tool-x tool-c
tap_check 'a uid that has passed to another name' answers 3 \
	enroll_ok "$(seed)" tool-x
tap_check 'says whose it is, and what to do' \
	complains 'keyfirst remove tool-c T1 --last'
tap_check 'a name without an account is found' keyfirst list tool-c
tap_check 'status says that it is gone' shows 'account is gone' \
	keyfirst status tool-c
tap_check 'the table says so' shows \
	'tool-c (uid ' keyfirst list
tap_check 'so does an object' json 0 '.account == false' \
	keyfirst status tool-c --json
tap_check 'with the same words' same_status tool-c
tap_check 'who has the uid now has nothing' answers 4 keyfirst list tool-x
tap_check 'it can be removed' keyfirst remove tool-c T1 --last
tap_check 'with its state' test ! -e "$state/$uid"
tap_check 'and its enrolment' test ! -e "$enrolled/$uid"
tap_check 'the log has it' \
	logged 'event=remove by=root user=tool-c uid=[0-9]* factor=totp id=T1'
tap_check 'and the new name can enrol' enroll_ok "$(seed)" tool-x

printf 'junk\n' >"$enrolled/4242"
chmod 0640 "$enrolled/4242"
tap_check 'setup finds an enrolment that keyfirst cannot read' \
	answers 1 keyfirst setup
tap_check 'and names it' complains "$enrolled/4242: must be a file of root:"
chgrp keyfirst "$enrolled/4242"
tap_check 'with the right owner there is nothing to say' \
	answers 0 keyfirst setup
tap_check 'an enrolment that cannot be read' answers 5 keyfirst list
tap_check 'is named' complains 'uid 4242'
tap_check 'and the others are listed' grep -q '^tool-a ' "$site_dir/tool.out"
tap_check 'as an object: the unreadable one, and the others' json 5 \
	'[.people[] | select(has("error"))] ==
	[{ "uid": 4242, "error": "damaged" }] and
	any(.people[]; .user == "tool-a" and .state == "ok")' \
	keyfirst list --json
rm "$enrolled/4242"
mv "$enrolled/$(id -u tool-a)" "$site_dir/enrolment"
printf 'junk\n' >"$enrolled/$(id -u tool-a)"
chmod 0640 "$enrolled/$(id -u tool-a)"
for words in list status; do
	tap_check "$words of one that cannot be read: no object" \
		no_json 5 keyfirst "$words" --json tool-a
	tap_check 'but a remedy' complains 'restore it'
done
mv "$site_dir/enrolment" "$enrolled/$(id -u tool-a)"
tap_check 'list is whole again' answers 0 keyfirst list

# --- user keyfirst gains nothing -------------------------------------------

as_service()
{
	setpriv --reuid keyfirst --regid keyfirst --clear-groups "$@"
}

site_person tool-e
uid=$(id -u tool-e)
echo "root's" >"$site_dir/target"
chmod 0600 "$site_dir/target"
for plant in "ln -s $site_dir/target" mkfifo 'touch'; do
	# shellcheck disable=SC2086
	as_service $plant "$state/$uid"
	tap_check "${plant%% *} in place of a state: gives way" \
		answers 0 timeout 20 "$0" enroll tool-e
	tap_check 'to one that is its own' \
		test "$(stat -c '%F %h %U' "$state/$uid")" = \
		'regular file 1 keyfirst'
	keyfirst remove tool-e T1 --last >"$site_dir/tool.out"
done
as_service mkdir "$state/$uid"
tap_check 'a directory in place of a state: nothing is enrolled' \
	answers 5 timeout 20 "$0" enroll tool-e
tap_check 'no enrolment' test ! -e "$enrolled/$uid"
as_service rmdir "$state/$uid"
for plant in "ln -s $site_dir/target" mkfifo touch; do
	# shellcheck disable=SC2086
	as_service $plant "$state/.new.$uid"
	tap_check "${plant%% *} in the way of a new state does not matter" \
		answers 0 timeout 20 "$0" enroll tool-e
	keyfirst remove tool-e T1 --last >"$site_dir/tool.out"
done
tap_check 'what the links led to is as it was' \
	test "$(stat -c '%U %a' "$site_dir/target") $(cat "$site_dir/target")" \
	= "root 600 root's"
enroll_ok "$(seed)" tool-e >"$site_dir/tool.out"
exec {busy}<"$state/$uid"
flock "$busy"
timeout 20 keyfirst status tool-e >"$site_dir/tool.out" \
	2>"$site_dir/tool.err" || note "status of what is busy: $?"
exec {busy}<&-
tap_check 'a busy state is no reason to remove a factor' \
	fails grep -qE 'remove|enrol' "$site_dir/tool.err"
chmod 0 "$state/$uid"
tap_check 'status of what nobody may read' \
	answers 5 timeout 20 keyfirst status tool-e
tap_check 'is to be repaired' complains 'keyfirst repair tool-e'
chmod 0600 "$state/$uid"
chmod 0 "$state"
tap_check 'status of what cannot be reached' \
	answers 5 timeout 20 keyfirst status tool-e
chmod 0700 "$state"
cp "$state/$uid" "$site_dir/state"
as_service truncate -s 0 "$state/$uid"
tap_check 'status of what is damaged' \
	answers 5 timeout 20 keyfirst status tool-e
tap_check 'as an object, of everybody' json 5 \
	'[.people[] | select(.state == "damaged").user] == ["tool-e"]' \
	timeout 20 keyfirst list --json
tap_check 'and of this one' json 5 '.state == "damaged" and .failures == null' \
	timeout 20 keyfirst status --json tool-e
tap_check 'is to be repaired' complains 'keyfirst repair tool-e'
cat "$site_dir/state" >"$state/$uid"
tap_check 'all is well again' answers 0 keyfirst status tool-e
# A state of 100 failures, in both slots.
perl -MDigest::SHA=sha256_hex -0777 -ne '
	s/^.*\n// for my $text = substr($_, 0, 4096);
	$text =~ s/^known.failures = \d+$/known.failures = 100/m or exit 1;
	$text =~ s/\n+\z//;
	$text .= "\n" x (4096 - 74 - length $text);
	print "# sha256 ", sha256_hex($text), "\n", $text for 1, 2;
' <"$site_dir/state" >"$site_dir/forged"
cat "$site_dir/forged" >"$state/$uid"
tap_check 'disabled' shows 'disabled until' keyfirst status tool-e
tap_check 'as an object' json 0 '.failures["after-first-factor"] ==
	{ "count": 100, "refused-until": null, "seconds": null,
	"locked": true, "disabled": true }' keyfirst status tool-e --json
tap_check 'the same' same_status tool-e
as_service rm "$state/$uid"
as_service mkfifo "$state/$uid"
for command in list status unlock; do
	tap_check "$command does not wait for a FIFO" \
		answers 5 timeout 20 keyfirst "$command" tool-e
done
as_service rm "$state/$uid"
tap_check 'a person without a state can be removed' \
	answers 0 timeout 20 keyfirst remove tool-e T1 --last

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

if strace -f -o "$site_dir/trace" true 2>"$site_dir/tool.err"; then
	secret=$(seed)
	site_ledger seed "$secret"
	printf '%s\n' "$secret" | traced keyfirst enroll totp tool-e \
		--secret-stdin --code "$(code_of "$secret")" \
		>"$site_dir/tool.out"
	tap_check 'enroll: root touches nothing in state/' \
		trespass "$site_dir/trace"
	for words in 'status tool-e' 'list' 'unlock tool-e' \
		'repair tool-e' 'repair tool-e --first-use' \
		'remove tool-e T1 --last'; do
		case $words in
		repair*) as_service rm "$state/$uid" "$state/strangers.$uid" ;;
		esac
		# shellcheck disable=SC2086
		traced keyfirst $words >"$site_dir/tool.out"
		tap_check "$words: nor" trespass "$site_dir/trace"
	done
	traced sh -c "cat $state/* >/dev/null"
	tap_check 'one that does is found out' fails trespass "$site_dir/trace"
else
	note "strace: $(cat "$site_dir/tool.err")"
	tap_check 'root touches nothing in state/ # SKIP strace does not run' true
fi
rm -f "$site_dir/trace"
tap_done
