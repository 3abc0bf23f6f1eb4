#!/bin/sh
# "make uninstall" stops while PAM names the very file that it would remove,
# and for nothing else.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

scratch
guard=$srcdir/conf/uninstall-guard.sh
pam_d=$tap_dir/pam.d
system=$tap_dir/system
other=$tap_dir/other
mkdir "$system" "$other" "$pam_d"
touch "$system/pam_keyfirst.so" "$other/pam_keyfirst.so"
ln -s "$system" "$tap_dir/link"

# stops|goes_on DESCRIPTION MODULE, with the service file on standard input
run() {
	cat >"$pam_d/sshd"
	said=$("$guard" "$1" "$pam_d" "$system" 2>&1)
}
stops() {
	if run "$2"; then
		not_ok "stops: $1" "$said"
	elif printf '%s\n' "$said" | grep -qF "$pam_d/sshd names $2"; then
		ok "stops and says which: $1"
	else
		not_ok "says which: $1" "$said"
	fi
}
goes_on() {
	if run "$2"; then
		ok "goes on: $1"
	else
		not_ok "goes on: $1" "$said"
	fi
}

stops 'a bare name, ours where libpam looks' "$system/pam_keyfirst.so" <<'END'
auth required pam_keyfirst.so
END
goes_on 'a bare name, ours elsewhere' "$other/pam_keyfirst.so" <<'END'
auth required pam_keyfirst.so
END
stops 'the full path' "$other/pam_keyfirst.so" <<END
auth	required	$other/pam_keyfirst.so conf=/x
END
goes_on 'the full path of another' "$other/pam_keyfirst.so" <<END
auth	required	$system/pam_keyfirst.so
END
stops 'another path to the same file' "$system/pam_keyfirst.so" <<END
-account required $tap_dir/link/pam_keyfirst.so
END
stops 'a control in brackets, indented' "$system/pam_keyfirst.so" <<'END'
# first line
  auth [success=done  new_authtok_reqd=done default=die] pam_keyfirst.so
END
stops 'a line that goes on' "$system/pam_keyfirst.so" <<'END'
auth \
	required \
	pam_keyfirst.so after_first_factor
END
stops 'a last line without an end' "$system/pam_keyfirst.so" <<END
$(printf 'auth required pam_unix.so\nauth required pam_keyfirst.so')
END
stops "libpam's own directory, \$ISA" "$system/pam_keyfirst.so" <<END
auth required $tap_dir/\$ISA/system/pam_keyfirst.so
END
goes_on 'only comments and arguments name it' "$system/pam_keyfirst.so" <<'END'
# auth required pam_keyfirst.so
auth required pam_unix.so pam_keyfirst.so # pam_keyfirst.so
@include pam_keyfirst.so
auth include pam_keyfirst
END
goes_on 'a line that only mentions part of it' "$system/pam_keyfirst.so" <<'END'
auth required pam_keyfirst.so.old
auth required * ?
END
goes_on 'nothing installed' "$tap_dir/none/pam_keyfirst.so" <<END
auth required $tap_dir/none/pam_keyfirst.so
END
rm -r "$pam_d"
if "$guard" "$system/pam_keyfirst.so" "$pam_d" "$system"; then
	ok 'goes on: no PAM here'
else
	not_ok 'goes on: no PAM here'
fi
finish
