#!/bin/bash
# completion.sh [TREE [BUILD]]: the completions for bash and zsh offer every
# command and every option of "keyfirst help" for the command that takes it, and
# nothing else; the values that keyfirst(1) names; users, files and, to root,
# ids.  Each word is completed by the real shell; zsh has its own terminal.
set -eu
# shellcheck source=tests/check/tap.sh
. "$(dirname "$0")/tap.sh"

tree=$(cd "${1:-$srcdir}" && pwd)
build=$(cd "${2:-$builddir}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
scratch
mkdir "$tap_dir/bin" "$tap_dir/empty"
PATH=$tap_dir/bin:$PATH

# by_bash WORD...: prints the words that bash offers for the last one, one on a
# line, and any error message.
by_bash()
{
	# shellcheck disable=SC2016 # for the other shell
	bash --norc -c '
		. "$1" || exit
		shift
		COMP_WORDS=(keyfirst "$@")
		COMP_CWORD=$#
		_keyfirst keyfirst "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
		[ ${#COMPREPLY[@]} = 0 ] || printf "%s\n" "${COMPREPLY[@]}"
	' bash "$tree/conf/completion/keyfirst.bash" "$@" 2>&1 </dev/null |
		LC_ALL=C sort -u
}

by_zsh()
{
	local line
	printf -v line ' %s' "$@"
	timeout 60 zsh -f "$here/completion.zsh" "$tree/conf/completion" \
		"$tap_dir/offered" "keyfirst$line" >"$tap_dir/zsh" 2>&1 ||
		cat "$tap_dir/zsh"
	LC_ALL=C sort -u "$tap_dir/offered"
}

shells=bash
if command -v zsh >/dev/null; then
	shells='bash zsh'
else
	ok 'zsh # SKIP zsh is not installed'
fi

# offers EXPECTED WORD...: each shell offers the lines EXPECTED and no others.
offers()
{
	local expected shell found
	expected=$(printf '%s\n' "$1" | sed '/^$/d' | LC_ALL=C sort -u)
	shift
	for shell in $shells; do
		found=$("by_$shell" "$@")
		if [ "$found" = "$expected" ]; then
			ok "$shell: keyfirst $*"
		else
			not_ok "$shell: keyfirst $*" "$(diff \
				<(printf '%s\n' "$expected") \
				<(printf '%s\n' "$found") || :)"
		fi
	done
}

# holds EXPECTED WORD...: each shell offers EXPECTED, and maybe more.
holds()
{
	local expected=$1 shell found
	shift
	for shell in $shells; do
		found=$("by_$shell" "$@")
		if grep -qxF -e "$expected" <<<"$found"; then
			ok "$shell: keyfirst $*: $expected"
		else
			not_ok "$shell: keyfirst $*: $expected" "$found"
		fi
	done
}

# --- commands and options ------------------------------------------------------

"$build/keyfirst" help >"$tap_dir/help"
names=$(sed -n 's/^  \([a-z][a-z]*\( [a-z][a-z-]*\)\{0,1\}\)  .*/\1/p' \
	"$tap_dir/help")
words=$(cut -d ' ' -f 1 <<<"$names" | sort -u)
[ -n "$words" ] || not_ok 'there are commands'
offers "$words" ''
offers "$words" help ''
offers "$(grep -oE -e '--[a-z-]+' "$tap_dir/help" | sort -u)" --

for word in $words; do
	kinds=$(sed -n "s/^$word \(.*\)/\1/p" <<<"$names")
	[ -n "$kinds" ] || continue
	offers "$kinds" "$word" ''
	offers "$kinds" help "$word" ''
done

while read -r name; do
	# shellcheck disable=SC2086 # one word or two
	set -- $name
	"$build/keyfirst" help "$@" >"$tap_dir/help"
	offers "$(grep -oE -e '--[a-z][a-z-]*' "$tap_dir/help" || :)" "$@" --
	offers '' "$@" -- --
	case $(sed -n '1s/.*/ & /p' "$tap_dir/help") in
	*' USER '* | *' [USER] '*)
		holds root "$@" roo
		holds root "$@" -- roo ;;
	esac
done <<<"$names"

# --- values ------------------------------------------------------------------------

# The values of an option are in its item in the page.
values=$(sed -n 's/^\.It Fl -\([a-z-]*\) Cm \(.* | .*\)$/\1 \2/p' \
	"$tree/man/keyfirst.1" | tr -d '|')
[ -n "$values" ] || not_ok 'there are values'
while read -r option choices; do
	offers "$(tr -s ' ' '\n' <<<"$choices")" enroll totp "--$option" ''
	offers "$(tr -s ' ' '\n' <<<"$choices")" enroll totp root \
		"--$option" ''
done <<<"$values"
for shell in $shells; do
	case $shell in
	bash)	set -- enroll totp --qr = u ;;
	zsh)	set -- enroll totp --qr=u ;;
	esac
	found=$("by_$shell" "$@")
	none "$shell: --qr=u" "$(grep -vx 'utf8' <<<"$found" || :)"
done
none 'bash, with = not in COMP_WORDBREAKS' \
	"$(by_bash enroll totp --qr=u | grep -vx -e '--qr=utf8' || :)"
offers '' enroll totp --label ''
holds root enroll totp --label status roo
: >"$tap_dir/empty/new file"
cd "$tap_dir/empty"
none 'bash: a file' "$(by_bash enroll totp root --qr-png ne |
	grep -vx 'new file' || :)"
holds "$(basename /etc/pam.d/o*)" test root --service o

# Directory services may have user names with characters special to a shell.
# shellcheck disable=SC2016,SC2317 # not to be expanded; called by the other shell
none "bash: a user's name stays one word" "$(
	compgen()
	{
		[ "$1" != -u ] || printf '%s\n' 'zz;id' 'zz\$(id)' $'zz\e[2J'
	}
	export -f compgen
	by_bash list zz | grep -vxF -e 'zz\;id' -e 'zz\\\$\(id\)' \
		-e "\$'zz\\E[2J'" || :)"

# --- ids ---------------------------------------------------------------------------

# A program in the place of keyfirst, which records its arguments.
cat >"$tap_dir/bin/keyfirst" <<'STUB'
#!/bin/sh
echo "$*" >>"${0%/bin/*}/called"
echo 'prompt: ' >&2
printf '%s\n' \
	'USER   ID   FACTOR  CODE       ENROLLED  BY  LAST USE  LABEL' \
	'alice  T1   totp    sha1/6/30s  never    -   never     $(id) T9' \
	'alice  T12  totp    sha1/6/30s  never    -   never     -' \
	'alice  $(touch${IFS}hit)  totp   x  y  z  z  -'
STUB
chmod +x "$tap_dir/bin/keyfirst"
if [ "$EUID" = 0 ]; then
	for word in remove rename; do
		offers $'T1\nT12' "$word" alice ''
		offers 'T12' "$word" alice T12
	done
	none 'only keyfirst list of that person is run' \
		"$(grep -vx 'list -- alice' "$tap_dir/called" || :)"
	none 'no words of the listing are run' "$(find "$tap_dir" -name hit)"
	printf '#!/bin/sh\nexec sleep 600\n' >"$tap_dir/bin/keyfirst"
	offers '' remove alice ''
else
	offers '' remove alice ''
	none 'for other users than root, keyfirst is not run' \
		"$(find "$tap_dir" -name called)"
fi
finish
