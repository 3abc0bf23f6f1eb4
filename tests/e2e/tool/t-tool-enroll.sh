#!/bin/bash
# keyfirst enroll totp: that what it draws can be scanned, that it proves before it
# stores, and what it refuses.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/tool.sh
. "$(dirname "$0")/../tool.sh"

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

site_begin
site_person te-a te-b te-c te-d

# --- enrolling at a terminal -----------------------------------------------

pty_start keyfirst enroll totp te-a --label 'a phone' --issuer 'Büro & Co'
pty 'expect Verification code: '
pty pid
tool=$pty_answer
secret=$(shown Secret | tr -d ' ')
uri=$(shown URI)
site_ledger seed "$secret"
tap_check 'the secret stands in groups of four' \
	grep -qE '^Secret: ([A-Z2-7]{4} ){7}[A-Z2-7]{4}.?$' "$pty_shown"
tap_check 'the URI' test "$uri" = \
	"otpauth://totp/B%C3%BCro%20%26%20Co:te-a?secret=$secret&issuer=B%C3%BCro%20%26%20Co"
pixels <"$pty_shown" >"$site_dir/qr.pgm"
tap_check 'the drawing scans' scans "$site_dir/qr.pgm" "$uri"
tap_check 'its colours are set' grep -qF $'\e[40;37;1m' "$pty_shown"
tap_check 'no secret in its argv or environment' \
	fails grep -qa "$secret" "/proc/$tool/cmdline" "/proc/$tool/environ"
tap_check 'no core file of it' \
	grep -q '^Max core file size *0 *0 ' "/proc/$tool/limits"
tap_check 'nothing is stored yet' denies 4 keyfirst list te-a
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
	'.user == "te-a" and .uid == '"$(id -u te-a)"' and .account and
	.state == "ok" and .failures["after-first-factor"].count == 0 and
	(.factors | length) == 1 and (.factors[0] | .id == "T1" and
	.factor == "totp" and .label == "a phone" and .by == "root" and
	.["last-used"] == null and .["clock-offset"] == null and
	(.created | fromdate) > now - 600 and
	[.algorithm, .digits, .period] == ["sha1", 6, 30])' \
	keyfirst status te-a --json
tap_check 'and test is named' grep -q 'keyfirst test te-a' "$pty_shown"
tap_check 'it is listed, with its label' shows 'a phone' keyfirst list te-a
tap_check 'the log has it' \
	logged 'event=enroll by=root user=te-a uid=[0-9]* factor=totp id=T1$'
printf '%s\n' "$secret" >"$site_dir/te-a.seed"

pty_start keyfirst enroll totp te-a --qr ansi --algorithm sha256 --digits 8
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
tap_check 'and nothing is stored' lacks ' T2 ' keyfirst list te-a

pty_start env NO_COLOR=1 keyfirst enroll totp te-a
pty 'expect Verification code: '
pixels <"$pty_shown" >"$site_dir/qr.pgm"
site_ledger seed "$(shown Secret | tr -d ' ')"
tap_check 'NO_COLOR: no colours' fails grep -qF $'\e[' "$pty_shown"
tap_check 'and it scans, light on dark' \
	scans "$site_dir/qr.pgm" "$(shown URI)"
pty hangup
pty_end

pty_start sh -c 'keyfirst enroll totp te-d --secret-stdin --qr none'
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

# --- refusals --------------------------------------------------------------

one=$(seed)
tap_check 'a wrong code enrols nothing' denies 1 enroll "$one" \
	"$(printf '%s\n' "$one" >"$site_dir/one.seed"; site_wrong one)" te-b
tap_check 'really nothing' denies 4 keyfirst list te-b
tap_check 'nor a code of the wrong length' denies 1 \
	enroll "$one" 12345678 te-b
tap_check 'lower case, spaces and = are taken' enroll \
	"$(fold -w 4 <<<"${one,,}" | tr '\n' ' ')=" "$(code_of "$one")" te-b
tap_check 'the same seed is refused' denies 3 enroll_ok "$one" te-b
tap_check 'and named' complained T1
tap_check 'also with a zero byte behind it, which HMAC does not see' denies 3 \
	enroll_ok "${one}AA" te-b
tap_check 'a seed of 120 bits' denies 3 enroll_ok "$(seed_of 15)" te-b
tap_check 'a seed of 129 bytes' denies 3 enroll_ok "$(seed_of 129)" te-b
tap_check 'what is not base32' denies 2 enroll 'ABC1!' 123456 te-b
tap_check 'an empty line' denies 3 enroll '' 123456 te-b
tap_check 'a label that is too long' denies 2 enroll "$(seed)" 123456 te-b \
	--label "$(printf '%065d' 0)"
conf 'factors = key'
tap_check 'codes that no login will ask for' answers 0 \
	enroll_ok "$(seed)" te-b
tap_check 'and that is said' complained 'leaves out totp, so logins'
conf
for _ in 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	enroll_ok "$(seed)" te-b >"$tool_out" || note failed
done
tap_check 'sixteen' shows T16 keyfirst list te-b
tap_check 'the seventeenth is refused' denies 3 enroll_ok "$(seed)" te-b
tap_check 'one goes' keyfirst remove te-b T7
tap_check 'and its id is taken again' shows 'Enrolled T7' \
	enroll_ok "$(seed)" te-b --label $'\e[31mred\xe2\x80\xae'
tap_check 'a label is filtered' shows '?[31mred?' keyfirst list te-b
tap_check 'another label' keyfirst rename te-b T7 'the  last = [one] # x'
tap_check 'is listed' shows 'the  last = [one] # x' keyfirst list te-b
tap_check 'an id that is not there' denies 4 keyfirst remove te-b T17
tap_check 'list is named' complained 'try keyfirst list te-b'
tap_check 'nor to be renamed' denies 4 keyfirst rename te-b T17 x
tap_check 'sixteen, in the table and in the object' same_list te-b
keyfirst rename te-b T7 $'say "\\u0041"\t\xff\x01/\xc3\xa9' \
	>"$tool_out"
tap_check 'a label with marks of JSON stays what it is' json 0 \
	'[.people[0].factors[] | select(.id == "T7").label] ==
	["say \"\\u0041\"???/é"]' keyfirst list --json te-b
tap_check 'everybody, in the table and in the object' same_list

# Two at once for one person: neither is lost.
keyfirst remove te-b T16 >"$tool_out"
keyfirst remove te-b T15 >"$tool_out"
enroll_ok "$(seed)" te-b --label left >"$site_dir/left" 2>&1 &
left=$!
enroll_ok "$(seed)" te-b --label right >"$site_dir/right" 2>&1 &
wait "$left" || note "left: $(cat "$site_dir/left")"
wait $! || note "right: $(cat "$site_dir/right")"
keyfirst list te-b >"$site_dir/tool.list"
tap_check 'two at once are both stored' \
	test "$(grep -cE ' (left|right)$' "$site_dir/tool.list")" = 2

# --- the picture -----------------------------------------------------------

png=/home/te-c/qr.png
three=$(seed)
SUDO_USER=te-c tap_check 'a picture, for who called sudo' \
	enroll_ok "$three" te-c --qr-png "$png"
tap_check 'it scans' scans "$png" \
	"otpauth://totp/$(hostname):te-c?secret=$three&issuer=$(hostname)"
tap_check 'it is theirs alone' \
	test "$(stat -c '%U %a' "$png")" = 'te-c 600'
tap_check 'sudo'"'"'s caller is in the log' \
	logged 'event=enroll by=root sudo-user=te-c user=te-c'
tap_check 'and listed' shows ' te-c  never' keyfirst list te-c
cp -p "$png" "$site_dir/before.png"
SUDO_USER=te-c tap_check 'a file that is there' denies 5 \
	enroll_ok "$(seed)" te-c --qr-png "$png"
tap_check 'is not written to' cmp "$png" "$site_dir/before.png"
ln -s /home/te-c/elsewhere "$site_dir/link.png"
tap_check 'nor is a link followed' denies 5 \
	enroll_ok "$(seed)" te-c --qr-png "$site_dir/link.png"
tap_check 'to anywhere' test ! -e /home/te-c/elsewhere
mkdir -m 0700 "$site_dir/closed"
SUDO_USER=te-c tap_check 'where the caller may not write, nor do we' \
	denies 5 enroll_ok "$(seed)" te-c --qr-png "$site_dir/closed/x.png"
tap_check 'and none of these enrolled' lacks ' T2 ' keyfirst list te-c

tap_done
