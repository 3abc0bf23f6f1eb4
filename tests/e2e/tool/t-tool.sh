#!/bin/bash
# keyfirst, root's tool: what it says to whom, with which exit status, and what
# setup makes, finds and refuses.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/e2e/tool.sh
. "$(dirname "$0")/../tool.sh"

site_begin
site_person tool-a tool-b

# --- what it says to whom --------------------------------------------------

tap_check 'help is for everybody' \
	setpriv --reuid tool-a --regid tool-a --clear-groups \
	keyfirst help enroll totp
tap_check 'the version too' \
	setpriv --reuid tool-a --regid tool-a --clear-groups \
	keyfirst --version
tap_check 'the rest is root'"'"'s' denies 5 \
	setpriv --reuid tool-a --regid tool-a --clear-groups keyfirst list
tap_check 'and says so' complained 'only root'
for words in '' nonsense enroll 'list --nonsense' 'list a b' 'remove tool-a' \
	'enroll totp' 'enroll totp tool-a --digits 9' \
	'enroll totp tool-a --digits 06' 'enroll totp tool-a --period 14' \
	'enroll totp tool-a --algorithm md5' 'enroll totp tool-a --label' \
	'enroll totp tool-a --qr png' 'enroll totp tool-a --issuer a:b' \
	'enroll totp tool-a --code 123456' 'setup sshd'; do
	# shellcheck disable=SC2086 # words
	tap_check "usage: keyfirst $words" denies 2 keyfirst $words
	tap_check 'it names help' complained 'try keyfirst help'
done
for words in '-x' '--nonsense' 'nonsense --help' 'help nonsense' \
	'help list a b' 'enroll nonsense tool-a' 'rename tool-a T1' \
	'remove' 'remove tool-a T1 --last=no' 'remove tool-a T1 more' \
	'status' 'unlock' 'unlock tool-a tool-b' 'test' \
	'test tool-a --service' 'test tool-a --service='; do
	# shellcheck disable=SC2086
	tap_check "usage: keyfirst $words" denies 2 keyfirst $words
	tap_check 'it names help' complained 'try keyfirst help'
done
for words in help --help --version 'help list' 'list -h' 'enroll --help' \
	'remove tool-a --help' 'help key' 'help totp'; do
	# shellcheck disable=SC2086
	tap_check "help: keyfirst $words" answers 0 keyfirst $words
	tap_check 'and nothing else' test ! -s "$tool_err"
done
for kind in key totp; do
	tap_check "help $kind is that of enroll $kind" test "$(keyfirst help \
		$kind)" = "$(keyfirst help enroll $kind)"
done
for words in 'enroll totp tool-a' 'rename a b c' 'remove a b' 'status a' \
	'unlock a' 'test a' setup; do
	# shellcheck disable=SC2086
	tap_check "root's: keyfirst $words" denies 5 setpriv --reuid tool-a \
		--regid tool-a --clear-groups keyfirst $words
	tap_check 'it names sudo' complained 'try sudo'
done
tap_check 'no terminal and no code' denies 2 \
	setsid -w keyfirst enroll totp tool-a
tap_check 'it names --code' complained '--code'
for words in 'list nobody-here' 'status tool-a' 'unlock tool-a' \
	'rename tool-a T1 x' 'remove tool-a T1' 'test tool-a' \
	'enroll totp nobody-here --secret-stdin --code 123456'; do
	# shellcheck disable=SC2086
	tap_check "no such thing: keyfirst $words" denies 4 keyfirst $words
done
for words in 'list --json a b' 'list --jsno' 'status --json' \
	'status --json=yes tool-a'; do
	# shellcheck disable=SC2086
	tap_check "usage: keyfirst $words: no object" no_json 2 keyfirst $words
done
for words in 'list nobody-here --json' 'status --json tool-a'; do
	# shellcheck disable=SC2086
	tap_check "no such thing: keyfirst $words: none either" \
		no_json 4 keyfirst $words
done
tap_check 'nor for others than root' no_json 5 \
	setpriv --reuid tool-a --regid tool-a --clear-groups \
	keyfirst list --json
tap_check 'nor with a configuration that is not there' no_json 5 \
	unshare -m sh -c \
	'mount -t tmpfs tmpfs /etc/keyfirst && keyfirst list --json'
tap_check 'a full standard output' denies 5 sh -c 'keyfirst help >/dev/full'
tap_check 'also for an object' denies 5 sh -c 'keyfirst list --json >/dev/full'
tap_check 'a closed standard output' denies 5 sh -c 'keyfirst help >&-'

# --- completion, installed -------------------------------------------------

# shellcheck disable=SC2016 # for the other shell
tap_check 'zsh finds its completion' shows _keyfirst zsh -f -c \
	'autoload -Uz compinit && compinit -u -D && print $_comps[keyfirst]'
# shellcheck disable=SC2016
tap_check 'bash too, behind sudo' shows 'offers: list ' bash -c '
	. /usr/share/bash-completion/bash_completion
	COMP_WORDS=(sudo keyfirst li) COMP_CWORD=2
	COMP_LINE="sudo keyfirst li" COMP_POINT=16
	_completion_loader sudo
	_sudo sudo li keyfirst 2>/dev/null
	echo "offers: ${COMPREPLY[*]} "'

# --- setup -----------------------------------------------------------------

tap_check 'setup again finds everything there' shows 'Everything is there' \
	keyfirst setup
for program in keyfirst-verify keyfirst-key-device; do
	program=/usr/libexec/keyfirst/$program
	chmod 0700 "$program"
	tap_check 'a program that others cannot run is found out' \
		denies 1 keyfirst setup
	tap_check 'and named' complained "$program"
	chmod 0755 "$program"
done
shell=$(getent passwd keyfirst | cut -d : -f 7)
for other in /bin/bash ''; do
	usermod -s "$other" keyfirst
	tap_check "an ordinary account keyfirst, shell '$other'" \
		denies 3 keyfirst setup
	tap_check 'is not taken' complained 'ordinary account'
done
usermod -s /bin/false keyfirst
tap_check 'one that nobody logs in as is' answers 0 keyfirst setup
usermod -s "$shell" keyfirst
usermod -g users keyfirst
tap_check 'nor one with another group' denies 3 keyfirst setup
usermod -g keyfirst keyfirst
gpasswd -a tool-a keyfirst >"$tool_out"
tap_check 'nor a group with somebody else in it' denies 3 keyfirst setup
tap_check 'and it is said' complained 'other members'
gpasswd -d tool-a keyfirst >"$tool_out"
tap_check 'put back, it is well' shows 'Everything is there' keyfirst setup
key=/etc/keyfirst/machine.key
cp -p "$key" "$site_dir/machine.key"
chmod 0644 "$key"
tap_check 'a key that others read is found out' denies 1 keyfirst setup
tap_check 'and named' complained "$key"
tap_check 'and left as it is' test "$(stat -c %a "$key")" = 644
chmod 0640 "$key"
mv "$key" "$key.away"
tap_check 'without the key nobody is enrolled' denies 5 \
	enroll "$(seed)" 123456 tool-a
tap_check 'and setup is named' complained 'keyfirst setup'
mv "$key.away" "$key"
chmod 0755 "$store_state"
tap_check 'state/ that others read is found out' denies 1 keyfirst setup
tap_check 'and refused by every command' denies 5 keyfirst list
chmod 0700 "$store_state"
site_conf <<-CONF
	[default]
	totp.windw = 1
CONF
tap_check 'a configuration that is not understood' denies 5 keyfirst list
tap_check 'names file and line' complained 'keyfirst.conf: line 2'
tap_check 'setup too' denies 1 keyfirst setup
empty=/var/lib/keyfirst-empty
site_conf <<-CONF
	[default]
	store = file:$empty
CONF
keyfirst setup >"$tool_out"
tap_check 'another store, where nobody is enrolled' \
	shows 'Nobody is enrolled.' keyfirst list
tap_check 'as an object' json 0 '.people == []' keyfirst list --json
site_begin
rm -r "$empty"
tap_check 'the key is still the same' cmp "$key" "$site_dir/machine.key"

tap_done
