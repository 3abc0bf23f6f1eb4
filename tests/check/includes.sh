#!/bin/sh
# includes.sh [TREE]: each folder includes only what is below it, and a
# library of others only in the files that are there for it.  The arrows:
#
#	pam_module -> common <- store <- factors <- verifier, enroll_tool
#	key_device -> common
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

# FOLDER: the folders it may include
below() {
	case $1 in
	common)		echo common ;;
	store)		echo common store ;;
	factors)	echo common store factors ;;
	key_device)	echo common key_device ;;
	pam_module)	echo common pam_module ;;
	verifier)	echo common store factors verifier ;;
	enroll_tool)	echo common store factors password enroll_tool ;;
	esac
}

# HEADER: the files (patterns) that may include it
foreign() {
	case $1 in
	liboath/*)		echo 'factors/totp.c' ;;
	fido.h)			echo 'key_device/* enroll_tool/attestation.c' ;;
	seccomp.h)		echo 'key_device/sandbox.c' ;;
	openssl/crypto.h)	echo 'store/* key_device/key.c' ;;
	openssl/evp.h)		echo 'store/* factors/recovery.c
				factors/assertion.c factors/public_key.c
				enroll_tool/attestation.c' ;;
	openssl/bn.h | openssl/core_names.h | openssl/param_build.h)
				echo 'store/* factors/public_key.c' ;;
	openssl/rsa.h)		echo 'factors/assertion.c' ;;
	openssl/*)		echo 'store/* enroll_tool/attestation.c' ;;
	security/*)		echo 'pam_module/*' ;;
	jansson.h | png.h | qrencode.h)
				echo 'enroll_tool/*' ;;
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
		for folder in $(below "${1%%/*}"); do
			if [ "${header%%/*}" = "$folder" ]; then
				return
			fi
		done ;;
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

for folder in common store factors key_device pam_module verifier \
	enroll_tool; do
	found=$(cd "$tree" && find "$folder" -name '*.[ch]' | sort |
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
