#!/bin/sh
# uninstall-guard.sh MODULE PAM_D SYSTEM_DIR [VENDOR_D PAM_CONF]
#
# Keeps "make uninstall" from locking everybody out: PAM denies every login if a
# required module is missing.  Prints each file that libpam reads and that names
# MODULE, the file that would be removed; the exit status is then 1.  libpam
# reads the files in PAM_D, the files in VENDOR_D if PAM_D has none of the same
# name, PAM_CONF, and all files that these include.  A name that does not begin
# with a slash counts only if libpam would load it from the directory of MODULE;
# libpam looks in SYSTEM_DIR.  This script changes nothing.
set -eu

module=$1
pam_d=$2
system_dir=$3
vendor_d=${4:-/usr/lib/pam.d}
pam_conf=${5:-/etc/pam.conf}
nl='
'

# names FILE COLUMN: prints the modules and files that FILE names, as "module
# NAME" and "file NAME".  FILE is read as libpam reads it: # begins a comment; a
# line that ends with a backslash continues on the next line that is not just a
# comment; [...] is one word.  COLUMN is the position of the type in a line: 1,
# or 2 where the service comes first.
names() {
	awk -v column="$2" '
	function word(	text, end) {
		sub(/^[ \t]+/, "", line)
		if (line ~ /^\[/) {
			end = index(line, "]")
			if (!end)
				end = length(line) + 1
			text = substr(line, 2, end - 2)
		} else {
			end = match(line, /[ \t]/)
			if (!end)
				end = length(line) + 1
			text = substr(line, 1, end - 1)
		}
		line = substr(line, end + 1)
		return text
	}
	function entry(	type, control, name) {
		if (column == 2)
			word()
		type = tolower(word())
		control = type == "@include" ? "include" : tolower(word())
		name = word()
		line = ""
		if (name == "")
			return
		if (control == "include" || control == "substack")
			print "file " name
		else if (type !~ /^@/)
			print "module " name
	}
	/^[ \t]*(#.*)?$/ { next }
	{
		cut = index($0, "#")
		if (cut)
			$0 = substr($0, 1, cut - 1)
		more = sub(/\\[ \t]*$/, " ")
		line = line $0
		if (!more || cut)
			entry()
	}
	END { entry() }' "$1"
}

# same FILE: true if FILE is the module, under any name.  -ef is not in POSIX;
# dash, bash and busybox know it.
same() {
	# shellcheck disable=SC3013
	[ "$1" = "$module" ] || [ "$1" -ef "$module" ]
}

# look FILE COLUMN: reports FILE if it names the module, and queues the files
# that it includes.  Each file is read once, even if files include each other.
seen=$nl
queue=
found=0
look() {
	case $seen in
	*"$nl$1$nl"*)	return ;;
	esac
	seen=$seen$1$nl
	[ -f "$1" ] || return 0
	hit=0
	named=$(names "$1" "$2")
	while read -r kind name; do
		# libpam replaces $ISA by a path to its own directory.
		case $kind:$name in
		module:*/\$ISA/*)
			name=${name%%/\$ISA/*}/${name#*/\$ISA/} ;;
		esac
		case $kind:$name in
		module:/*)	full=$name ;;
		module:*)	full=$system_dir/$name ;;
		file:/*)	queue=$queue$name$nl; continue ;;
		file:*)
			full=$pam_d/$name
			[ -f "$full" ] || full=$vendor_d/$name
			queue=$queue$full$nl
			continue ;;
		*)		continue ;;
		esac
		if same "$full"; then
			hit=1
		fi
	done <<END
$named
END
	if [ "$hit" = 1 ]; then
		printf '%s names %s\n' "$1" "$module" >&2
		found=1
	fi
}

if [ ! -e "$module" ]; then
	exit 0
fi

for file in "$pam_d"/* "$pam_d"/.[!.]*; do
	look "$file" 1
done
for file in "$vendor_d"/* "$vendor_d"/.[!.]*; do
	# libpam reads the file of the same name in PAM_D instead.
	[ -f "$pam_d/${file##*/}" ] || look "$file" 1
done
# Some builds of libpam read it even if there are directories.
look "$pam_conf" 2
while [ -n "$queue" ]; do
	file=${queue%%"$nl"*}
	queue=${queue#*"$nl"}
	look "$file" 1
done

if [ "$found" = 1 ]; then
	printf '%s\n' 'uninstall: stopped: without the module these services' \
		'would refuse every login; remove its lines first' >&2
	exit 1
fi
