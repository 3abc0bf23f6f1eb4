# shellcheck shell=bash disable=SC2034,SC2154 # others', and for who sources this
# What the tests of keyfirst enroll key share: software keys, the tool that looks
# for them, and the answers to its questions.  The tool is built with another
# reader; the device program is the installed one.  Sourced by bash, after
# site.sh.

# shellcheck source=tests/e2e/softkeys.sh
. "$(dirname "${BASH_SOURCE[0]}")/softkeys.sh"
# shellcheck source=tests/e2e/tool.sh
. "$(dirname "${BASH_SOURCE[0]}")/tool.sh"

touch_it='Touch your security key to enrol it.'
touch_again='Touch it once more to prove that it works.'
pin_asked='Security key PIN (8 tries left): '
no_codes='Make ten recovery codes now? [Y/n] |n'
model=2fc0579f811347eab116bb5a8db9202a

# plug NAME OPTION...: plugs in a key that is touched at once.
plug()
{
	key_start "$1" --aaguid "$model" "${@:2}"
	key "$1" 'auto on' >/dev/null
}

# by_hand NAME: the person touches it when it wants that, each time.
by_hand()
{
	key "$1" 'auto off' >/dev/null
}

touch_now()
{
	key "$1" 'wait touch' touch
}

# enrol USER ARG...: without a terminal.
enrol()
{
	setsid -w "$key_tool" enroll key "$@" </dev/null
}

# in_vain COMMAND...: the command enrols nothing and leaves no process of a key.
in_vain()
{
	local status=0
	unchanged "$@" || status=$?
	nobody_left || return 98
	return "$status"
}

nobody_left()
{
	! pgrep -a keyfirst-key
}

untouched()
{
	key "$1" 'stats reset' >/dev/null
	"${@:2}" || return
	key_touches "$1" 0
}

# talk STATUS PAIR... -- ARG...: at a terminal; see pty_run.
talk()
{
	local expected=$1
	local -a pairs=()
	shift
	while [ "$1" != -- ]; do
		pairs+=("$1")
		shift
	done
	shift
	answers "$expected" pty_run "${pairs[@]}" -- "$key_tool" enroll key "$@"
}

# shown TEXT: the output of the last command has it.
shown()
{
	grep -qF -e "$1" "$tool_out"
}

not_shown()
{
	! grep -F -e "$1" "$tool_out"
}
