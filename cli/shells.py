"""The scripts by which shells ask what goes on from what is typed.

They are click's, but that each keeps what its shell would lose: Bash ends a word at `=` and `:`,
where a setting or a grid goes on; behind `network.activation=` neither Bash nor Zsh may put a
space; and a description in Fish has commas of its own.
"""

BASH = """\
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" kept="" breaks="${COMP_WORDBREAKS//[^=:]/}"
    local token="${line##*[[:space:]]}" response completion type value
    # What Bash has taken for words of their own stays where it is.
    [[ -n $breaks ]] && kept="${token%%"${token##*[$breaks]}"}"

    response=$(env COMP_WORDS="$line" COMP_CWORD="$token" %(complete_var)s=fish_complete "$1")

    while IFS= read -r completion; do
        type="${completion%%%%,*}" value="${completion#*,}"
        value="${value%%%%$'\\t'*}"
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                COMPREPLY+=("${value#"$kept"}")
                [[ $value == *= ]] && compopt -o nospace
                ;;
        esac
    done <<< "$response"

    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a plain described unfinished response
    local type key description
    (( ! $+commands[%(prog_name)s] )) && return 1

    response=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \
%(complete_var)s=zsh_complete %(prog_name)s)}")

    for type key description in ${response}; do
        if [[ "$type" == "dir" ]]; then
            _path_files -/
        elif [[ "$type" == "file" ]]; then
            _path_files -f
        elif [[ "$key" == *= ]]; then
            unfinished+=("$key")
        elif [[ "$description" == "_" ]]; then
            plain+=("$key")
        else
            described+=("$key":"$description")
        fi
    done

    (( $#described )) && _describe -V unsorted described -U
    (( $#plain )) && compadd -U -V unsorted -a plain
    (( $#unfinished )) && compadd -U -S '' -V unfinished -a unfinished
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    # autoload from fpath, call function directly
    %(complete_func)s "$@"
else
    # eval/source/. command, register function for later
    compdef %(complete_func)s %(prog_name)s
fi
"""

FISH = """\
function %(complete_func)s
    for completion in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=(commandline -t) %(prog_name)s)
        set -l found (string split --max 1 "," -- $completion)
        switch $found[1]
            case dir
                __fish_complete_directories $found[2]
            case file
                __fish_complete_path $found[2]
            case plain
                echo $found[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
