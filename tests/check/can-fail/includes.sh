#!/bin/sh
# Shows that includes.sh finds includes that its table forbids, for each folder
# and each library, a folder without a line, and a circle in the table.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir
fresh() {
	rm -rf "${tree:?}"/*
	for room in $rooms enroll_tool/cli enroll_tool/totp \
		enroll_tool/keys; do
		mkdir -p "$tree/$room"
	done
}

# plant FILE HEADER: FILE includes HEADER, and the check must name it.
plant() {
	fresh
	printf '/* a */\n#include <stdio.h>\n #  include %s /* why */\n' \
		"$2" >"$tree/$1"
	finds "$1:3: $2" "$tree"
}

fresh
while read -r file header; do
	echo "#include $header" >>"$tree/$file"
done <<'END'
common/a.c <sys/socket.h>
common/a.c "common/a.h"
store/seal.c <openssl/evp.h>
store/seal.c "common/a.h"
factors/totp.c <liboath/oath.h>
factors/totp.c "store/store.h"
verifier/main.c "factors/totp.h"
pam_module/a.c <security/pam_modules.h>
pam_module/a.c "pam_module/a.h"
enroll_tool/totp/qr.c <qrencode.h>
key_device/key.h <fido.h>
key_device/sandbox.c <seccomp.h>
key_device/key.c <openssl/crypto.h>
key_device/key.c "common/a.h"
END
passes 'what the table allows' "$tree"

plant common/a.c '"store/store.h"'
plant common/a.c '<openssl/evp.h>'
plant store/a.h '"factors/factor.h"'
plant factors/a.c '"verifier/session.h"'
plant factors/code.c '<liboath/oath.h>'
plant factors/totp.c '<openssl/hmac.h>'
plant verifier/a.c '"enroll_tool/a.h"'
plant verifier/a.c '"pam_module/args.h"'
plant verifier/a.c '<security/pam_modules.h>'
plant pam_module/a.c '"store/store.h"'
plant pam_module/a.c '<liboath/oath.h>'
plant enroll_tool/a.c '"verifier/session.h"'
plant enroll_tool/a.c '<security/pam_appl.h>'
plant verifier/a.c '<png.h>'
plant verifier/a.c '<jansson.h>'
plant verifier/a.c '<curl/curl.h>'
plant factors/a.c '<fido.h>'
plant verifier/a.c '<fido.h>'
plant verifier/a.c '"key_device/key.h"'
plant key_device/key.c '<seccomp.h>'
plant key_device/key.c '<openssl/evp.h>'
plant key_device/key.c '"store/store.h"'
plant key_device/key.c '"key_dialogue/devices.h"'
plant common/a.c '"local.h"'
plant common/a.c '"../store/store.h"'
plant common/a.c 'HEADER'

# Between the folders of the tool, and between folders with similar tasks.
plant enroll_tool/cli/a.c '"enroll_tool/totp/store.h"'
plant enroll_tool/totp/a.c '"enroll_tool/keys/talk.h"'
plant enroll_tool/totp/a.c '"enroll_tool/main.h"'
plant enroll_tool/keys/a.c '<png.h>'
plant pam_module/a.c '"policy/conf.h"'
plant key_device/a.c '"client/client.h"'
plant client/a.c '"policy/conf.h"'

# A folder that is not in the table.
fresh
mkdir "$tree/common/more"
touch "$tree/common/more/a.c"
finds '#   common/more' "$tree"

# A header of common/ that only two folders use.
fresh
touch "$tree/common/two.h"
echo '#include "common/two.h"' | tee "$tree/store/a.c" >"$tree/factors/a.c"
finds '#   common/two.h: 2' "$tree"
echo '#include "common/two.h"' >"$tree/policy/a.c"
passes 'a header of common/ that three folders use' "$tree"

# A line that makes a circle: common may include enroll_tool/cli.
mkdir "$tree/check"
cp "$srcdir/tests/check/tap.sh" "$tree/check/"
sed 's|^	common$|&			enroll_tool/cli|' \
	"$srcdir/tests/check/includes.sh" >"$tree/check/includes.sh"
if sh "$tree/check/includes.sh" "$tree" | grep -q '^not ok 1 '; then
	ok 'finds a circle in the table'
else
	not_ok 'finds a circle in the table'
fi
finish
