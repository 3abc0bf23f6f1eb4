# zsh -f completion.zsh FOLDER OUT LINE: starts a zsh at a terminal with the
# completion functions of FOLDER, types LINE and a tab, and writes the words
# that zsh offers to OUT, one on a line.  OUT.dump is a cache for the next call
# with the same FOLDER.  The zsh at the terminal runs this file, too.
if [[ ${capture-} != inside ]]; then
	zmodload zsh/zpty || exit 1
	export folder=$1 out=$2 capture=inside
	: >$out
	zpty terminal zsh -f -i
	zpty -w terminal "source ${(q)0:A}"
	while zpty -r terminal answer; do
		[[ $answer == *ready* ]] && break
	done
	zpty -w -n terminal "$3"$'\t'
	# Until that zsh exits, which it does after the completion.
	while zpty -r terminal answer; do
		print -r -- "$answer" >&2
	done
	exit 0
fi

PROMPT=
# The system may have a completion for keyfirst, too: FOLDER comes first.
fpath=("$folder" $fpath)
autoload -Uz compinit && compinit -C -d "$out.dump"
bindkey '^I' complete-word
# compadd -A stores the words that compadd would offer in an array.
compadd()
{
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	local -a hits
	builtin compadd -A hits "$@"
	(( $#hits )) && print -rl -- $hits >>$out
	builtin compadd "$@"
}
comppostfuncs=(exit)
print ready
