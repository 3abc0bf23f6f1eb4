#!/bin/bash
# Shows that completion.sh finds mistakes in the completions.  Because it takes
# long, several mistakes are planted for each run.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/../tap.sh"

scratch
tree=$tap_dir/tree
build=$tap_dir/build
real=$(cd "$builddir" && pwd)
mkdir -p "$tree/man" "$tree/conf/completion" "$build"

# tool FILTER: makes a keyfirst whose output goes through FILTER.
tool()
{
	printf '#!/bin/sh\n"%s/keyfirst" "$@" | %s\n' "$real" "$1" \
		>"$build/keyfirst"
	chmod +x "$build/keyfirst"
}

fresh()
{
	cp -f "$srcdir"/man/keyfirst.1 "$tree/man/"
	cp -f "$srcdir"/conf/completion/* "$tree/conf/completion/"
	# A tarball's tree may be read-only.
	chmod -R u+w "$tree"
	tool cat
}

# change FILE SED-COMMAND: edits FILE, which must change.
change()
{
	cp "$tree/$1" "$tap_dir/before"
	sed -i "$2" "$tree/$1"
	! cmp -s "$tree/$1" "$tap_dir/before" || not_ok "could change $1 by $2"
}

# run runs completion.sh; after it, fails_at PATTERN: a test whose description
# matches PATTERN is not ok.
run()
{
	said=$("$srcdir/tests/check/completion.sh" "$tree" "$build" 2>&1) ||
		not_ok 'it comes to its end' "$said"
}

fails_at()
{
	if grep -qE "^not ok [0-9]+ - $1\$" <<<"$said"; then
		ok "finds $1"
	else
		not_ok "finds $1" "$said"
	fi
}

zsh_fails_at()
{
	! command -v zsh >/dev/null || fails_at "zsh: $1"
}

fresh
passes 'the project itself' "$tree" "$build"

bash=conf/completion/keyfirst.bash
zsh=conf/completion/_keyfirst
change $bash 's/--last//'
change $bash 's/takes=(--service=)/takes=(--service= --planted)/'
change $bash 's/test setup help ;;/test setup help planted ;;/'
change $bash 's/sha1 sha256/sha1 sha224 sha256/'
change $bash 's/unlock:0 | repair:0/repair:0/'
# shellcheck disable=SC2016 # what is in the file
change $bash 's/^\t\[ "\$EUID" = 0 \] || return$/\techo oops >\&2/'
change $bash "s/kinds=(key totp)/kinds=(key totp sms)/"
# The words of a listing would be expanded by the shell, as compgen -W does.
change $bash 's/=~ ^\[A-Z\]\[0-9\]\*\$ \]\] &&/=~ . ]] \&\&/'
change $zsh 's/--last\[/--least[/'
change $zsh "s/'1:user:_users' ;;/;;/"
change $zsh "s/'setup:[^']*'//"
change $zsh 's/(6 7 8)/(6 8)/'
run
fails_at 'bash: keyfirst remove --'
fails_at 'bash: keyfirst test --'
fails_at 'bash: keyfirst '
fails_at 'bash: keyfirst enroll totp --algorithm '
fails_at 'bash: keyfirst unlock roo: root'
fails_at 'bash: keyfirst enroll '
fails_at 'bash: keyfirst help enroll '
fails_at 'bash: keyfirst remove alice '
zsh_fails_at 'keyfirst remove --'
zsh_fails_at 'keyfirst unlock roo: root'
zsh_fails_at 'keyfirst '
zsh_fails_at 'keyfirst help '
zsh_fails_at 'keyfirst enroll totp --digits '

# Options, commands and values that the completions do not have yet.
fresh
tool 'sed -e "s/^  --last .*/&\n  --planted  x/" -e "s/^  unlock .*/&\n  relock       x/"'
change man/keyfirst.1 's/Cm utf8 | ansi/Cm utf8 | sixel | ansi/'
run
for words in 'remove --' '' 'enroll totp --qr '; do
	fails_at "bash: keyfirst $words"
	zsh_fails_at "keyfirst $words"
done
finish
