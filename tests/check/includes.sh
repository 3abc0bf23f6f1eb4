#!/bin/sh
# includes.sh [TREE]: each folder includes only the folders that "below" names
# for it, and a library of others only in the files that "foreign" names for it.
# What "below" allows goes one way: the check fails when two folders may include
# each other, directly or through others.
#
# A header of libc that is used for the first time is added to "libc" below;
# a library of others gets a line in "foreign".
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}

libc='alloca assert ctype dirent endian errno fcntl fnmatch getopt glob grp
	inttypes libgen limits locale poll pwd sched setjmp signal spawn
	stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn
	string strings syslog termios time unistd utmpx wchar'

# Each folder, and the folders that it may include beside itself.
below='
	common
	processes		common
	protocol		common
	client			common processes protocol
	policy			common
	key_protocol		common
	store/file		common store
	store			common
	factors			common protocol policy store
	key_dialogue		common processes protocol key_protocol store factors
	key_device		common key_protocol
	pam_module		common protocol client
	verifier		common processes protocol policy key_protocol store
				factors key_dialogue
	enroll_tool/cli		common store
	enroll_tool/children	common processes protocol store factors
				enroll_tool/cli
	enroll_tool/installation common processes policy store factors
				key_dialogue
				enroll_tool/children enroll_tool/cli
	enroll_tool/people	common client policy store factors
				enroll_tool/installation enroll_tool/children
				enroll_tool/cli
	enroll_tool/totp	common policy store factors enroll_tool/people
				enroll_tool/installation enroll_tool/children
				enroll_tool/cli
	enroll_tool/keys	common protocol policy key_protocol store factors
				key_dialogue enroll_tool/people
				enroll_tool/installation enroll_tool/children
				enroll_tool/cli
	enroll_tool/import	common policy store factors enroll_tool/keys
				enroll_tool/totp enroll_tool/people
				enroll_tool/installation enroll_tool/children
				enroll_tool/cli
	enroll_tool/setup	common policy store enroll_tool/people
				enroll_tool/installation enroll_tool/children
				enroll_tool/cli
	enroll_tool		common store enroll_tool/cli
'
# The same, one arrow a line: FOLDER FOLDER.
arrows=$(printf '%s' "$below" | awk '
	/^\t[^\t]/ { folder = $1; $1 = "" }
	{ for (i = 1; i <= NF; i++) if ($i != "") print folder, $i }')
folders=$(printf '%s' "$below" | sed -n 's/^\t\([a-z_/]*\).*/\1/p')

# HEADER: the files (patterns) that may include it
foreign() {
	case $1 in
	liboath/*)		echo 'factors/totp.c' ;;
	fido.h)			echo 'key_device/* enroll_tool/keys/attestation.c' ;;
	seccomp.h)		echo 'key_device/sandbox.c' ;;
	openssl/crypto.h)	echo 'store/* key_device/key.c' ;;
	openssl/evp.h)		echo 'store/* factors/recovery.c
				factors/assertion.c factors/public_key.c
				enroll_tool/keys/attestation.c' ;;
	openssl/bn.h | openssl/core_names.h | openssl/param_build.h)
				echo 'store/* factors/public_key.c' ;;
	openssl/rsa.h)		echo 'factors/assertion.c' ;;
	openssl/*)		echo 'store/* enroll_tool/keys/attestation*' ;;
	security/*)		echo 'pam_module/*' ;;
	jansson.h)		echo 'enroll_tool/cli/json.h' ;;
	png.h | qrencode.h)	echo 'enroll_tool/totp/*' ;;
	sys/* | linux/* | arpa/* | net/* | netinet/*)
				echo '*' ;;
	*)
		for name in $libc; do
			if [ "$1" = "$name.h" ]; then
				echo '*'
			fi
		done ;;
	esac
}

# judge FILE LINE HEADER-IN-ITS-MARKS: a word about it, when it is wrong
judge() {
	header=${3#?}
	header=${header%?}
	case $3 in
	\"*)
		[ "${header%/*}" != "${1%/*}" ] || return 0
		if printf '%s\n' "$arrows" |
			grep -qxF -e "${1%/*} ${header%/*}"; then
			return
		fi ;;
	*)
		set -f
		for pattern in $(foreign "$header"); do
			# shellcheck disable=SC2254
			case $1 in
			$pattern)	return ;;
			esac
		done ;;
	esac
	printf '%s:%s: %s\n' "$1" "$2" "$3"
}

none 'what may be included goes one way' \
	"$(printf '%s\n' "$arrows" | tsort 2>&1 >/dev/null)"
none 'every folder has its line' "$(cd "$tree" && for room in $rooms; do
	find "$room" -name '*.[ch]'
done | sed 's|/[^/]*$||' | sort -u | while read -r folder; do
	printf '%s\n' "$folders" | grep -qxF -e "$folder" || echo "$folder"
done)"
# What only two parts share belongs to one of them, or into a folder of its own.
none 'what stands in common/ is used by three parts' "$(cd "$tree" &&
	find common -name '*.h' | sort | while read -r header; do
		users=$(for room in $rooms; do
			[ "$room" = common ] || ! grep -rqF -e "\"$header\"" \
				--include='*.[ch]' "$room" || echo "$room"
		done | wc -l)
		[ "$users" -ge 3 ] || echo "$header: $users"
	done)"
for folder in $folders; do
	found=$(cd "$tree" && find "$folder" -maxdepth 1 -name '*.[ch]' | sort |
	while read -r file; do
		awk '/^[ \t]*#[ \t]*include/ {
			sub(/^[ \t]*#[ \t]*include[ \t]*/, "")
			sub(/[ \t]*(\/\*.*)?$/, "")
			print NR, $0
		}' "$file" | while read -r line header; do
			judge "$file" "$line" "$header"
		done
	done)
	none "$folder/ includes what it may" "$found"
done
finish
