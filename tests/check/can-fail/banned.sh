#!/bin/sh
# Shows that banned.sh finds each banned call, and ignores comments and strings.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
fresh() {
	rm -rf "${tree:?}"/*
	for room in $rooms tests enroll_tool/cli; do
		mkdir -p "$tree/$room"
	done
}

fresh
cat >"$tree/common/good.c" <<'END'
/* sprintf(a) here, and
 * system("x") there */
const char *s = "\"strcpy(";	/* " */
char q = '"'; // atoi(
int n = snprintf(0, 0, "x") + my_system(1) + x->atoi(2) + "strtok("[0];
END
cp "$tree/common/good.c" "$tree/tests/env.c"
echo 'char *p = getenv("X");' | tee "$tree/enroll_tool/cli/terminal.c" \
	>>"$tree/tests/env.c"
passes 'comments, strings, other names and the terminal' "$tree"

for call in sprintf strcpy strcat strtok atoi system popen alloca; do
	fresh
	echo "int x = '\"' + $call (y);" >"$tree/store/bad.c"
	finds "store/bad.c:1:int x = '' + $call (y);" "$tree"
done

fresh
printf 'int a;\nchar *p = getenv("X");\n' >"$tree/enroll_tool/main.c"
finds 'enroll_tool/main.c:2:' "$tree"
fresh
echo 'char *p = secure_getenv("X");' >"$tree/common/log.h"
finds 'common/log.h:1:' "$tree"
fresh
finds 'there is source' "$tree"
finish
