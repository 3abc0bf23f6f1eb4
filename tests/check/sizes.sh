#!/bin/sh
# sizes.sh [TREE]: files, functions and folders are small enough to be kept in
# mind.  In the programs no file is longer than 350 lines, no function is longer
# than 60, and the median file has between 80 and 200 lines; no folder of the
# tree has more than 24 files.  When one of them has to be larger, look at the
# design first.
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
# In this style, only the braces of a function are in the first column.
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
	ok 'the median file has 80 to 200 lines'
else
	not_ok 'the median file has 80 to 200 lines' "$middle lines"
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
