# Completion of keyfirst for bash, without the functions of bash-completion.  It
# prints nothing and asks the person nothing.  Ids are offered to root only,
# because nobody else may list them, and only if they are listed in 2 seconds.
# shellcheck shell=bash

# _keyfirst_offer WORD...: offers the words that begin with the current word.
# compgen -W is not used, because it would expand the words.
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
	# Names of a directory service may need quotes in the shell.
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

# _keyfirst_ids USER: offers the ids of what the person has enrolled.
_keyfirst_ids()
{
	local id
	[ "$EUID" = 0 ] || return
	while read -r _ id _; do
		[[ $id =~ ^[A-Z][0-9]*$ ]] && _keyfirst_offer "$id"
	done < <(timeout 2 keyfirst list -- "$1" </dev/null 2>/dev/null)
}

# _keyfirst_value OPTION: offers the values of an option.
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

# _keyfirst_options COMMAND: sets takes, the options of the command; an option
# that ends with = takes a value.
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

# _keyfirst_operand COMMAND [OPERAND...]: offers the next operand.
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
	# bash splits --option=value into three words.
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
		# One word, because = is not in COMP_WORDBREAKS.
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
