# Completion of keyfirst for bash, without help of bash-completion's functions.
# It prints nothing, asks nothing and waits for nobody: ids are shown to root
# only, who may list them, and only for as long as that takes no time.
# shellcheck shell=bash

# _keyfirst_offer WORD...: those that begin as the current word does.  Not by
# compgen -W, which would expand them.
_keyfirst_offer()
{
	local word
	for word; do
		[[ $word == "$cur"* ]] && COMPREPLY+=("$prefix$word")
	done
}

_keyfirst_users()
{
	local -a users
	local user
	mapfile -t users < <(compgen -u)
	# A directory may have names that the shell would not take as they are.
	for user in "${users[@]}"; do
		printf -v user %q "$user"
		_keyfirst_offer "$user"
	done
}

_keyfirst_files()
{
	local -a files
	compopt -o filenames 2>/dev/null
	mapfile -t files < <(compgen -f -- "$cur")
	_keyfirst_offer "${files[@]}"
}

# _keyfirst_ids USER: of what is enrolled.
_keyfirst_ids()
{
	local id
	[ "$EUID" = 0 ] || return
	while read -r _ id _; do
		[[ $id =~ ^[A-Z][0-9]*$ ]] && _keyfirst_offer "$id"
	done < <(timeout 2 keyfirst list -- "$1" </dev/null 2>/dev/null)
}

# _keyfirst_value OPTION: what may stand behind it.
_keyfirst_value()
{
	local -a files
	case $1 in
	--algorithm)	_keyfirst_offer sha1 sha256 sha512 ;;
	--digits)	_keyfirst_offer 6 7 8 ;;
	--qr)		_keyfirst_offer utf8 ansi none ;;
	--attestation-roots | --qr-png | --ssh-key-out)
			_keyfirst_files ;;
	--device)
		files=(/dev/hidraw*)
		_keyfirst_offer "${files[@]}" ;;
	--user)		_keyfirst_users ;;
	--service)
		files=(/etc/pam.d/*)
		_keyfirst_offer "${files[@]##*/}" ;;
	esac
}

# Sets takes, the options of a command; those with = take a value.
_keyfirst_options()
{
	takes=()
	case $1 in
	'enroll key')	takes=(--label= --verify --rp= --device=
			    --attestation-roots= --ssh-key-out=) ;;
	'enroll totp')	takes=(--label= --issuer= --algorithm= --digits=
			    --period= --qr= --qr-png= --secret-stdin --code=) ;;
	import)		takes=(--user= --rp= --dry-run) ;;
	list)		takes=(--json) ;;
	remove)		takes=(--last) ;;
	repair)		takes=(--first-use) ;;
	status)		takes=(--json) ;;
	test)		takes=(--service=) ;;
	esac
}

# _keyfirst_operand COMMAND [OPERAND...]: what may stand behind those.
_keyfirst_operand()
{
	local -a kinds=(key totp)
	case $1:$(($# - 1)) in
	:0 | help:0)	_keyfirst_offer enroll import recovery list rename remove \
				status unlock repair test setup help ;;
	enroll:0)	_keyfirst_offer "${kinds[@]}" ;;
	help:1)		[ "$2" != enroll ] || _keyfirst_offer "${kinds[@]}" ;;
	'enroll key:0' | 'enroll totp:0' | recovery:0 | list:0 | rename:0 | \
	remove:0 | status:0 | unlock:0 | repair:0 | test:0)
			_keyfirst_users ;;
	import:0)	_keyfirst_offer google-authenticator oath pam-u2f ;;
	import:1)	_keyfirst_files ;;
	rename:1 | remove:1)
			_keyfirst_ids "$2" ;;
	esac
}

_keyfirst()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prefix='' command='' option=''
	local ended='' word
	local -a operands=() takes=()
	COMPREPLY=()
	# bash makes three words of --option=value.
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		if [ -n "$option" ]; then
			[ "$word" = = ] || option=
		elif [ "$word" = -- ]; then
			ended=yes
		elif [[ -z $ended && $word == -* ]]; then
			[[ " ${takes[*]} " != *" $word= "* ]] || option=$word
		elif [[ -z $command || $command == enroll ]]; then
			command=${command:+$command }$word
			_keyfirst_options "$command"
		else
			operands+=("$word")
		fi
	done
	if [ -n "$option" ]; then
		cur=${cur#=}
		_keyfirst_value "$option"
	elif [[ -z $ended && $cur == --*=* ]]; then
		# Unless = is not in COMP_WORDBREAKS.
		prefix=${cur%%=*}=
		cur=${cur#*=}
		_keyfirst_value "${prefix%=}"
	elif [[ -z $ended && $cur == -* ]]; then
		[ -n "$command" ] || takes=(--help --version)
		_keyfirst_offer "${takes[@]%=}"
	else
		_keyfirst_operand "$command" "${operands[@]}"
	fi
}

complete -F _keyfirst keyfirst
