#!/bin/sh
# conf/uninstall-guard.sh stops "make uninstall" as long as a PAM configuration
# names the module that it would remove, and in no other case.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

scratch
guard=$srcdir/conf/uninstall-guard.sh
pam_d=$tap_dir/pam.d
system=$tap_dir/system
other=$tap_dir/other
vendor_d=$tap_dir/vendor.d
pam_conf=$tap_dir/pam.conf
mkdir "$system" "$other" "$pam_d" "$vendor_d"
touch "$system/pam_keyfirst.so" "$other/pam_keyfirst.so"
ln -s "$system" "$tap_dir/link"

# stops|goes_on DESCRIPTION MODULE [FILE]: runs the guard; standard input is the
# text of the service file.  The guard must name FILE, or else the service file.
run() {
	cat >"$pam_d/sshd"
	said=$(timeout 20 "$guard" "$1" "$pam_d" "$system" "$vendor_d" \
		"$pam_conf" 2>&1)
}
stops() {
	if run "$2"; then
		not_ok "stops: $1" "$said"
	elif printf '%s\n' "$said" |
		grep -qxF "${3:-$pam_d/sshd} names $2"; then
		ok "stops and names the file: $1"
	else
		not_ok "names the file: $1" "$said"
	fi
}
goes_on() {
	if run "$2"; then
		ok "goes on: $1"
	else
		not_ok "goes on: $1" "$said"
	fi
}

stops "a bare name, and ours is in libpam's directory" \
	"$system/pam_keyfirst.so" <<'END'
auth required pam_keyfirst.so
END
goes_on 'a bare name, and ours is in another directory' \
	"$other/pam_keyfirst.so" <<'END'
auth required pam_keyfirst.so
END
stops 'the full path of ours' "$other/pam_keyfirst.so" <<END
auth	required	$other/pam_keyfirst.so conf=/x
END
goes_on 'the full path of another file' "$other/pam_keyfirst.so" <<END
auth	required	$system/pam_keyfirst.so
END
stops 'another path to the same file' "$system/pam_keyfirst.so" <<END
-account required $tap_dir/link/pam_keyfirst.so
END
stops 'a control in brackets, indented' "$system/pam_keyfirst.so" <<'END'
# first line
  auth [success=done  new_authtok_reqd=done default=die] pam_keyfirst.so
END
stops 'a continued line' "$system/pam_keyfirst.so" <<'END'
auth \
	required \
	pam_keyfirst.so after_first_factor
END
stops 'a last line without a newline' "$system/pam_keyfirst.so" <<END
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
goes_on 'the name of another file begins like ours' \
	"$system/pam_keyfirst.so" <<'END'
auth required pam_keyfirst.so.old
auth required * ?
END
goes_on 'ours is not installed' "$tap_dir/none/pam_keyfirst.so" <<END
auth required $tap_dir/none/pam_keyfirst.so
END

# The other files that libpam reads.
ours=$system/pam_keyfirst.so
extra=$tap_dir/extra
echo 'auth required pam_keyfirst.so' >"$extra"
stops 'include, a full path' "$ours" "$extra" <<END
auth include $extra
END
stops 'substack, a full path' "$ours" "$extra" <<END
auth [substack] [$extra]
END
stops '@include, a full path' "$ours" "$extra" <<END
@include	$extra # more
END
stops 'include, a path relative to pam.d' "$ours" "$pam_d/../extra" <<'END'
session include ../extra
END
goes_on 'a file that names ours, but that nothing includes' "$ours" <<END
# @include $extra
auth required pam_unix.so include $extra
END
goes_on 'the included file does not exist' "$ours" <<END
auth include $tap_dir/none
auth include
@include
END
goes_on 'the included file is a directory' "$ours" <<END
@include $tap_dir
END
printf '@include %s\n' "$tap_dir/b" "$pam_d/sshd" >"$tap_dir/a"
printf 'auth substack %s\n' "$tap_dir/a" "$tap_dir/b" >"$tap_dir/b"
goes_on 'files that include each other' "$ours" <<END
@include $tap_dir/a
END
echo "auth include $extra" >>"$tap_dir/b"
stops 'three files deep' "$ours" "$extra" <<END
@include $tap_dir/a
END
stops 'a line that is continued after a comment' "$ours" <<'END'
auth required \
# a comment

	pam_keyfirst.so
END
stops 'a last line that ends with a backslash' "$ours" <<'END'
auth required pam_keyfirst.so \
END

cp "$extra" "$vendor_d/su"
stops "the vendor's directory" "$ours" "$vendor_d/su" </dev/null
echo 'auth required pam_unix.so' >"$pam_d/su"
goes_on "the vendor's file, replaced by one in pam.d" "$ours" <<'END'
auth include su
END
rm "$pam_d/su"
mkdir "$vendor_d/more"
mv "$vendor_d/su" "$vendor_d/more/su"
stops "include, from the vendor's directory" "$ours" "$vendor_d/more/su" <<'END'
auth include more/su
END
rm -r "$vendor_d/more"
echo 'sshd auth required pam_keyfirst.so' >"$pam_conf"
stops 'pam.conf' "$ours" "$pam_conf" </dev/null
echo "OTHER auth include $extra" >"$pam_conf"
stops 'pam.conf, include' "$ours" "$extra" </dev/null
printf '%s\n' '# sshd auth required pam_keyfirst.so' \
	'sshd auth required pam_unix.so pam_keyfirst.so' >"$pam_conf"
goes_on 'pam.conf, a comment and an argument' "$ours" </dev/null
rm "$pam_conf"

# make runs the guard before it removes anything.
first=$(MAKEFLAGS='' make -C "$builddir" -npq uninstall-guard 2>/dev/null |
	awk '
		/^uninstall-am:/ { for (i = 2; i <= NF; i++) goes[$i] }
		/^uninstall-.*: .*uninstall-guard/ { sub(":", "", $1); held[$1] }
		END {
			for (target in goes) {
				any = 1
				if (!(target in held))
					print target
			}
			if (!any)
				print "no uninstall-am"
		}
	')
none 'every target of make uninstall depends on the guard' "$first"

rm -r "$pam_d" "$vendor_d"
if "$guard" "$ours" "$pam_d" "$system" "$vendor_d" "$pam_conf"; then
	ok 'goes on: no configuration of PAM'
else
	not_ok 'goes on: no configuration of PAM'
fi
finish
