# shellcheck shell=bash disable=SC2034,SC2154 # site.sh's, and for who sources this
# What the tests of keyfirst, root's tool, share: checks of its output, as words
# and as JSON, and enrolments that are made without a terminal.  Sourced by bash, after
# site.sh.

tool_out=$site_dir/tool.out
tool_err=$site_dir/tool.err
# All output of the tool in this test.
tool_said=$site_dir/tool.said
rm -f "$tool_said"
store_state=/var/lib/keyfirst/state
store_enrolled=/var/lib/keyfirst/enrolled

# answers STATUS COMMAND...: it has that exit status; keeps the output.
answers()
{
	local expected=$1 status=0
	shift
	"$@" >"$tool_out" 2>"$tool_err" || status=$?
	cat "$tool_out" "$tool_err"
	cat "$tool_out" "$tool_err" >>"$tool_said"
	[ "$status" = "$expected" ] || {
		echo "status $status, not $expected"
		return 1
	}
}

# says STATUS TEXT COMMAND...: the standard output has TEXT.
says()
{
	local text=$2
	set -- "$1" "${@:3}"
	answers "$@" && grep -qF -e "$text" "$tool_out"
}

# says_line STATUS LINE COMMAND...: the standard output has that whole line.
says_line()
{
	local text=$2
	set -- "$1" "${@:3}"
	answers "$@" && grep -qxF -e "$text" "$tool_out"
}

# complains STATUS TEXT COMMAND...: it complains in one line, which has TEXT.
complains()
{
	local text=$2
	set -- "$1" "${@:3}"
	answers "$@" && complained "$text"
}

# complained TEXT: the last complaint was one line, which has TEXT.
complained()
{
	cat "$tool_err"
	[ "$(wc -l <"$tool_err")" = 1 ] && grep -q '^keyfirst: ' "$tool_err" &&
		grep -qF -e "$1" "$tool_err"
}

# denies STATUS COMMAND...: it has that exit status, and complains in one line.
denies()
{
	answers "$@" && complained ''
}

# json STATUS FILTER COMMAND...: one object, about which jq's FILTER is true.
json()
{
	local expected=$1 filter=$2
	shift 2
	answers "$expected" "$@" &&
		{ [ "$expected" = 0 ] || complained ''; } &&
		jq -se "length == 1 and (.[0] | .keyfirst == 1 and ($filter))" \
		"$tool_out"
}

# no_json STATUS COMMAND...: nothing at all on standard output.
no_json()
{
	denies "$@" && [ ! -s "$tool_out" ]
}

# has USER FILTER: jq's FILTER is true of the person's factors.
has()
{
	keyfirst list "$1" --json | tee /dev/stderr |
		jq -e ".people[0].factors | $2" >/dev/null
}

# stored: prints everything that an enrolment could change.
stored()
{
	find "$store_enrolled" "$store_state" -type f ! -name '.*' \
		-printf '%p %T@\n' | sort
	cat "$store_enrolled"/* 2>/dev/null | cksum
}

# unchanged COMMAND...: it changes nothing that is stored.
unchanged()
{
	local before after status=0
	before=$(stored)
	"$@" || status=$?
	after=$(stored)
	[ "$before" = "$after" ] || return 99
	return "$status"
}

as_service()
{
	setpriv --reuid keyfirst --regid keyfirst --clear-groups "$@"
}

# --- enrolments ------------------------------------------------------------------

seed_of()
{
	head -c "$1" /dev/urandom | base32 -w 0 | tr -d =
}

seed()
{
	seed_of 20
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

# code_of SEED [STEPS]: as site_code.
code_of()
{
	local code
	code=$(oathtool --totp -b -N "@$((EPOCHSECONDS + 30 * ${2:-0}))" - \
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

# --- words and objects --------------------------------------------------------------

# same_list [USER]: the table says what the object says.
same_list()
{
	keyfirst list "$@" | tail -n +2 | tr -s ' ' >"$site_dir/tool.table"
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
		tr -s ' ' >"$site_dir/tool.json"
	[ -s "$site_dir/tool.table" ] && diff "$site_dir/tool.table" "$site_dir/tool.json"
}

# same_status USER: the words say what the object says.
same_status()
{
	keyfirst status "$1" >"$site_dir/tool.table"
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
		(.failures["before-first-factor"] | count)' >"$site_dir/tool.json"
	# The time that is left differs from one moment to the next.
	sed -Ei -e 's/( until [^ ]*) \(.*/\1/' -e 's/(accepted in).*/\1/' \
		-e 's/( disabled) until .*/\1/' \
		"$site_dir/tool.table"
	diff "$site_dir/tool.table" "$site_dir/tool.json"
}
