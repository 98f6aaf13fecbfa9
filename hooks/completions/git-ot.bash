# git-ot completion for bash: 'git ot <Tab>' where git's own completion is loaded, and 'git-ot <Tab>'.
# The words come from the overview, so that every version completes its own commands.

__git_ot_words() {
  git-ot 2>/dev/null | sed -n 's/^  \([a-z][a-z_-]*\( [a-z][a-z_-]*\)*\)  .*/\1/p'
}

# Completes word $2, after the words of a command $1 with a blank behind each.
__git_ot_complete() {
  local path
  COMPREPLY=()
  case $2 in
    -*) COMPREPLY=($(compgen -W '--json --quiet --no-color --help' -- "$2")) && return ;;
  esac
  while IFS= read -r path; do
    [[ $path == "$1$2"* ]] || continue
    path=${path#"$1"}
    COMPREPLY+=("${path%% *}")
  done < <(__git_ot_words)
  if ((${#COMPREPLY[@]} == 0)); then
    COMPREPLY=($(compgen -f -- "$2"))
  else
    COMPREPLY=($(printf '%s\n' "${COMPREPLY[@]}" | sort -u))
  fi
}

_git_ot() {
  local at=1 lead=
  while ((at < COMP_CWORD)) && [[ ${COMP_WORDS[at]} != ot ]]; do ((at += 1)); done
  for ((at += 1; at < COMP_CWORD; at += 1)); do lead+="${COMP_WORDS[at]} "; done
  __git_ot_complete "$lead" "${COMP_WORDS[COMP_CWORD]}"
}

__git_ot_program() {
  local at lead=
  for ((at = 1; at < COMP_CWORD; at += 1)); do lead+="${COMP_WORDS[at]} "; done
  __git_ot_complete "$lead" "${COMP_WORDS[COMP_CWORD]}"
}

complete -F __git_ot_program git-ot
