#!/bin/sh
# uninstall-guard.sh MODULE PAM_D SYSTEM_DIR [VENDOR_D PAM_CONF]
#
# Keeps "make uninstall" from locking everybody out: a required module that is
# missing denies every login.  Exit status 1, and a line for each, when a file
# that libpam reads names MODULE, the very file that would go: one in PAM_D, in
# VENDOR_D where PAM_D has no other of that name, PAM_CONF, or whatever these
# include, wherever it is.  A name without a slash in front counts only where
# libpam would load it from the directory of MODULE; SYSTEM_DIR is the
# directory where libpam looks.  Looks only, changes nothing.
set -eu

module=$1
pam_d=$2
system_dir=$3
vendor_d=${4:-/usr/lib/pam.d}
pam_conf=${5:-/etc/pam.conf}
nl='
'

# names FILE COLUMN: what FILE names, as "module NAME" and "file NAME".  Read
# as libpam reads: everything after # is comment, a backslash ends a line that
# goes on, behind lines of nothing but comment, and [...] is one word.  COLUMN
# is where the type stands, 1 or, behind the service, 2.
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

# dash, bash and busybox know -ef.
same() {
	# shellcheck disable=SC3013
	[ "$1" = "$module" ] || [ "$1" -ef "$module" ]
}

# look FILE COLUMN: once each, so that circles end.
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
		# libpam puts its own directory for $ISA.
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
	# One in PAM_D is read instead.
	[ -f "$pam_d/${file##*/}" ] || look "$file" 1
done
# Not every libpam reads it where there are directories; some do.
look "$pam_conf" 2
while [ -n "$queue" ]; do
	file=${queue%%"$nl"*}
	queue=${queue#*"$nl"}
	look "$file" 1
done

if [ "$found" = 1 ]; then
	printf '%s\n' 'uninstall: stopped: without the module these services' \
		'would let nobody in; take its lines out of them first' >&2
	exit 1
fi
