#!/bin/sh
# uninstall-guard.sh MODULE PAM_D SYSTEM_DIR
#
# Keeps "make uninstall" from locking everybody out: a required module that is
# missing denies every login.  Exit status 1, and a line for each, when a file
# in PAM_D names MODULE, the very file that would go.  A name without a slash
# in front counts only where libpam would load it from the directory of
# MODULE; SYSTEM_DIR is the directory where libpam looks.  Looks only, changes
# nothing.
set -eu

module=$1
pam_d=$2
system_dir=$3

# Service files are read as libpam reads them: everything after # is comment,
# a backslash ends a line that goes on, [...] is one word.
names() {
	awk '
	{
		cut = index($0, "#")
		if (cut)
			$0 = substr($0, 1, cut - 1)
		more = sub(/\\[ \t]*$/, " ")
		line = line $0
		if (more && !cut)
			next
		n = split(line, word)
		line = ""
		at = 2
		if (word[1] ~ /^@/)
			next
		if (word[at] ~ /^\[/)
			while (at < n && word[at] !~ /\]$/)
				at++
		at++
		if (at <= n) {
			gsub(/^\[|\]$/, "", word[at])
			print word[at]
		}
	}' "$1"
}

# dash, bash and busybox know -ef.
same() {
	# shellcheck disable=SC3013
	[ "$1" = "$module" ] || [ "$1" -ef "$module" ]
}

if [ ! -e "$module" ] || [ ! -d "$pam_d" ]; then
	exit 0
fi

found=0
for file in "$pam_d"/* "$pam_d"/.[!.]*; do
	[ -f "$file" ] || continue
	named=$(names "$file")
	hit=0
	# Names with spaces cannot be written in a service file.
	set -f
	for name in $named; do
		# libpam puts its own directory for $ISA.
		case $name in
		*/\$ISA/*)	name=${name%%/\$ISA/*}/${name#*/\$ISA/} ;;
		esac
		case $name in
		/*)	full=$name ;;
		*)	full=$system_dir/$name ;;
		esac
		if same "$full"; then
			hit=1
		fi
	done
	set +f
	if [ "$hit" = 1 ]; then
		printf '%s names %s\n' "$file" "$module" >&2
		found=1
	fi
done

if [ "$found" = 1 ]; then
	printf '%s\n' 'uninstall: stopped: without the module these services' \
		'would let nobody in; take its lines out of them first' >&2
	exit 1
fi
