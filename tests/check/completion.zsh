# zsh -f completion.zsh FOLDER OUT LINE: writes to OUT what a zsh at a terminal,
# with the functions of FOLDER, offers for LINE and a tab, a word a line.
# OUT.dump, for the same FOLDER, makes the next call fast.  It runs itself for
# the zsh at the terminal.
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
	# Until it exits, which it does behind the tab.
	while zpty -r terminal answer; do
		print -r -- "$answer" >&2
	done
	exit 0
fi

PROMPT=
# The system's own functions may be anybody's: the folder comes first.
fpath=("$folder" $fpath)
autoload -Uz compinit && compinit -C -d "$out.dump"
bindkey '^I' complete-word
# What is filtered by compadd itself (-A) is what it would offer.
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
