# git-ot completion for fish. The words come from the overview, so that every version completes its own commands.

function __git_ot_next
    set -l words (commandline -opc)
    set -l lead (string join ' ' -- $words[2..-1])
    test -n "$lead"; and set lead "$lead "
    git-ot 2>/dev/null | string match -r '^  ([a-z][a-z_-]*(?: [a-z][a-z_-]*)*)  ' -g | while read -l path
        if string match -q -- "$lead*" $path
            string split -f1 ' ' -- (string sub -s (math (string length -- "$lead") + 1) -- $path)
        end
    end | sort -u
end

complete -c git-ot -a '(__git_ot_next)'
complete -c git-ot -l json -d 'print exactly one JSON document on stdout'
complete -c git-ot -l quiet -d 'print no progress, notes or next steps'
complete -c git-ot -l no-color -d 'print no colours'
complete -c git-ot -s h -l help -d 'explain the command'
