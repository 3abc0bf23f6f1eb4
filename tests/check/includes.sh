#!/bin/sh
# includes.sh [TREE]: each folder includes headers only from the folders that
# "below" names for it, and headers of other projects' libraries only in the
# files that "foreign" names.  "below" itself must have no circle: the check
# fails when two folders may include each other, directly or through others.
# And each header of common/ is included by at least three folders.
#
# When a header of libc is used for the first time, add it to "libc"; for the
# header of another library, add a line to "foreign".
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}

libc='alloca assert ctype dirent endian errno fcntl fnmatch getopt glob grp
	inttypes libgen limits locale poll pwd sched setjmp signal spawn
	stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn
	string strings syslog termios time unistd utmpx wchar'

# Each folder, and the other folders that it may include.
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
# The same as lines "FOLDER FOLDER": the first may include the second.
arrows=$(printf '%s' "$below" | awk '
	/^\t[^\t]/ { folder = $1; $1 = "" }
	{ for (i = 1; i <= NF; i++) if ($i != "") print folder, $i }')
folders=$(printf '%s' "$below" | sed -n 's/^\t\([a-z_/]*\).*/\1/p')

# foreign HEADER: prints the files (patterns) that may include it.
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

# judge FILE LINE HEADER: prints them when FILE may not include HEADER, which is
# in its quotes or angle brackets.
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

none 'the folders of the table do not include each other in a circle' \
	"$(printf '%s\n' "$arrows" | tsort 2>&1 >/dev/null)"
none 'every folder is in the table' "$(cd "$tree" && for room in $rooms; do
	find "$room" -name '*.[ch]'
done | sed 's|/[^/]*$||' | sort -u | while read -r folder; do
	printf '%s\n' "$folders" | grep -qxF -e "$folder" || echo "$folder"
done)"
# A header that two folders share belongs into one of them, or into a new folder.
none 'each header of common/ is used by three folders' "$(cd "$tree" &&
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
	none "$folder/ includes only what the table allows" "$found"
done
finish
