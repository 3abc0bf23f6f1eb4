#!/bin/sh
# Shows that headers.sh finds a header that does not compile alone or twice.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
header=$tree/store/planted.h
for room in $rooms; do
	mkdir -p "$tree/$room"
done

printf '#ifndef P_H\n#define P_H\n#include <stdint.h>\n' >"$header"
printf 'struct p { uint32_t a; };\nuint32_t kf_p(struct p *p);\n#endif\n' \
	>>"$header"
passes 'a header that stands alone' "$tree"

sed -i.old '/stdint/d' "$header"
finds 'uint32_t' "$tree"
printf '#include <stdint.h>\nstruct p { uint32_t a; };\n' >"$header"
finds 'redefinition' "$tree"
printf 'void kf_p(struct p *p);\n' >"$header"
finds 'struct p' "$tree"
rm "$header"
finds 'there are headers' "$tree"
finish
