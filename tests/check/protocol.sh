#!/bin/sh
# protocol.sh [TREE]: the version, the messages, the lengths of REQUEST's
# strings and the table of legal steps are the same in PROTOCOL as in
# protocol/msg.h and protocol/phase.c.  In PROTOCOL a message is a line with its
# number (0x..) and its name; a string of REQUEST is "string NAME" and, before
# the next one, "(at most N)"; a step is a line of three names: state, message,
# next state.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
scratch

# compare WHAT FILE: $tap_dir/code, made from FILE, must have the same lines as
# $tap_dir/page, made from PROTOCOL.
compare() {
	sort -o "$tap_dir/code" "$tap_dir/code"
	sort -o "$tap_dir/page" "$tap_dir/page"
	if [ ! -s "$tap_dir/code" ]; then
		not_ok "$1: found in $2"
		return
	fi
	none "$1: all of $2 in PROTOCOL" \
		"$(comm -23 "$tap_dir/code" "$tap_dir/page")"
	none "$1: all of PROTOCOL in $2" \
		"$(comm -13 "$tap_dir/code" "$tap_dir/page")"
}

sed -n 's/^#define KF_PROTOCOL_VERSION //p' "$tree/protocol/msg.h" \
	>"$tap_dir/code"
sed -n '1s/.*, version //p' "$tree/PROTOCOL" >"$tap_dir/page"
compare 'version' protocol/msg.h

sed -n 's/^\tKF_MSG_\([A-Z_]*\) = \(0x[0-9a-f]*\),\{0,1\}$/\2 \1/p' \
	"$tree/protocol/msg.h" >"$tap_dir/code"
awk '{
	for (i = 1; i < NF; i++)
		if ($i ~ /^0x[0-9a-f][0-9a-f]$/ && $(i + 1) ~ /^[A-Z_]+$/)
			print $i, $(i + 1)
}' "$tree/PROTOCOL" >"$tap_dir/page"
compare 'messages' protocol/msg.h

# In C the size includes the NUL at the end.
awk '/^struct kf_msg_request \{/, /^};/ {
	if (sub(/^\tchar /, "") && sub(/\];.*/, "")) {
		split($0, part, "[")
		gsub("_", "-", part[1])
		print part[1], part[2] - 1
	}
}' "$tree/protocol/msg.h" >"$tap_dir/code"
awk '/0x02 +REQUEST/, /0x03/ {
	for (i = 1; i < NF; i++) {
		if ($i == "string") {
			name = $(i + 1)
			sub(/:$/, "", name)
		}
		if ($i == "(at" && $(i + 1) == "most")
			print name, $(i + 2) + 0
	}
}' "$tree/PROTOCOL" >"$tap_dir/page"
compare "REQUEST's strings" protocol/msg.h

sed -n 's/^\t{ KF_PHASE_\([A-Z]*\), KF_MSG_\([A-Z_]*\), KF_PHASE_\([A-Z]*\) },$/\1 \2 \3/p' \
	"$tree/protocol/phase.c" >"$tap_dir/code"
awk 'NF == 3 && $1 $2 $3 ~ /^[A-Z_]+$/ { print $1, $2, $3 }' \
	"$tree/PROTOCOL" >"$tap_dir/page"
compare 'steps' protocol/phase.c
finish
