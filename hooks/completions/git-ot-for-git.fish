# git-ot completion for fish behind 'git ot': as for 'git-ot', whose own file is loaded only when it is needed.

function __git_ot_behind_git
    set -l words (commandline -opc)
    set -l place (contains -i -- ot $words); or return
    set -l rest (string escape -- $words[(math $place + 1)..-1])
    complete -C "git-ot $rest "(commandline -ct)
end

complete -c git -f -n '__fish_git_using_command ot' -a '(__git_ot_behind_git)'
