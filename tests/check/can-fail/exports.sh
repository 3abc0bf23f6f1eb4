#!/bin/sh
# Shows that exports.sh finds a symbol too many and one that is missing.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
cat >"$tap_dir/m.c" <<'END'
int pam_sm_authenticate(void);
int pam_sm_authenticate(void) { return 1; }
int pam_sm_acct_mgmt(void);
int pam_sm_acct_mgmt(void) { return 1; }
int pam_sm_setcred(void);
int pam_sm_setcred(void) { return 1; }
int pam_sm_other(void);
#ifdef FUNCTION
int kf_extra(void);
int kf_extra(void) { return 1; }
#endif
#ifdef VARIABLE
int kf_counter = 1;
#endif
#ifdef LOOKALIKE
int pam_sm_authenticate_x(void);
int pam_sm_authenticate_x(void) { return 1; }
#endif
END
build() {
	# shellcheck disable=SC2086
	$CC -shared -fPIC "$@" -o "$tap_dir/m.so" "$tap_dir/m.c"
}

build
passes 'a module with three entries' "$tap_dir/m.so"
build -DFUNCTION
finds kf_extra "$tap_dir/m.so"
build -DVARIABLE
finds kf_counter "$tap_dir/m.so"
build -DLOOKALIKE
finds pam_sm_authenticate_x "$tap_dir/m.so"
build -Dpam_sm_setcred=pam_sm_open_session
finds 'exports pam_sm_setcred' "$tap_dir/m.so"
finish
