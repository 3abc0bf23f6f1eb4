#!/bin/sh
# sizes.sh [TREE]: what a reader can hold in mind.  In the programs no file is
# longer than 350 lines and no function longer than 60, and the file in the
# middle has between 80 and 200 lines; nowhere has a folder more than 24 files.
# A file, a function or a folder that wants to be larger is a question about the
# design.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=${1:-$srcdir}
# shellcheck disable=SC2086 # words
files=$(cd "$tree" && find $rooms -name '*.[ch]' | sort)
[ -n "$files" ] || not_ok 'there are files to look at'

# shellcheck disable=SC2086 # words
none 'no file of the programs is longer than 350 lines' \
	"$(cd "$tree" && awk '
		{ lines[FILENAME]++ }
		END {
			for (file in lines)
				if (lines[file] > 350)
					print file ": " lines[file]
		}' $files)"
# The style has a function's braces in the first column, and no others.
# shellcheck disable=SC2086 # words
none 'no function is longer than 60 lines' "$(cd "$tree" && awk '
	/^\{/ { start = FNR }
	/^\}/ {
		if (start && FNR - start + 1 > 60)
			print FILENAME ":" start ": " FNR - start + 1
		start = 0
	}' $files)"
# shellcheck disable=SC2086 # words
middle=$(cd "$tree" && for file in $files; do
	wc -l <"$file"
done | sort -n | awk '{ lines[NR] = $1 }
	END { print lines[int((NR + 1) / 2)] + 0 }')
if [ "$middle" -ge 80 ] && [ "$middle" -le 200 ]; then
	ok 'the file in the middle has 80 to 200 lines'
else
	not_ok 'the file in the middle has 80 to 200 lines' "$middle lines"
fi
# shellcheck disable=SC2086 # words
none 'no folder has more than 24 files' "$(cd "$tree" && {
	for folder in $rooms conf m4 man tests; do
		[ ! -d "$folder" ] || find "$folder" -type f
	done
} | while read -r file; do
	made "$file" || printf '%s\n' "${file%/*}"
done | sort | uniq -c | awk '$1 > 24 { print $2 ": " $1 }')"
finish
