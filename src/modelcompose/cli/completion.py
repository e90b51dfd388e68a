"""`modelcompose completion SHELL`: the script that makes the Tab key work."""

from __future__ import annotations

import click

_BASH = r"""# bash completion for modelcompose
#
#   source <(modelcompose completion bash)
#
# in ~/.bashrc makes it last.

_modelcompose() {
    local words=() candidates=() line piece last current directive=0 glue='' index
    for ((index = 1; index <= COMP_CWORD; index++)); do
        piece="${COMP_WORDS[index]}" # bash splits `--flag=value` into three
        if [[ ($piece == '=' || $glue == '=') && ${#words[@]} -gt 0 ]]; then
            words[${#words[@]} - 1]+="$piece"
        else
            words+=("$piece")
        fi
        glue="$piece"
    done
    last="${words[${#words[@]} - 1]}"
    current="$glue"
    [[ $current == '=' ]] && current=''
    while IFS= read -r line; do
        case "$line" in
            :*) directive="${line#:}" ;;
            *) candidates+=("${line%%$'\t'*}") ;;
        esac
    done < <(modelcompose __complete "${words[@]}" 2>/dev/null)
    COMPREPLY=()
    if ((directive & 8)); then # the candidates are the endings of files
        for line in "${candidates[@]}"; do
            while IFS= read -r piece; do COMPREPLY+=("$piece"); done \
                < <(compgen -f -X "!*.$line" -- "$current")
        done
        while IFS= read -r piece; do COMPREPLY+=("$piece"); done < <(compgen -d -- "$current")
        compopt -o filenames 2>/dev/null
        return
    fi
    for line in "${candidates[@]}"; do
        [[ $line == "$last"* || $line == "$current"* ]] || continue
        [[ $last != "$current" ]] && line="${line#"${last%"$current"}"}"
        COMPREPLY+=("$line")
    done
    ((directive & 2)) && compopt -o nospace 2>/dev/null
    if ((${#COMPREPLY[@]} == 0 && !(directive & 4))); then
        compopt -o default 2>/dev/null
    fi
}
complete -F _modelcompose modelcompose
"""

_ZSH = r"""#compdef modelcompose
#
#   source <(modelcompose completion zsh)
#
# in ~/.zshrc, after compinit, makes it last.

_modelcompose() {
    local -a lines candidates endings asked
    asked=("${(@)words[2,CURRENT]}")
    local line directive=0
    [[ ${words[CURRENT]} == --*=* ]] && compset -P '*='
    lines=("${(@f)$(modelcompose __complete "${(@)asked}" 2>/dev/null)}")
    for line in "${lines[@]}"; do
        if [[ $line == :* ]]; then
            directive=${line#:}
        elif [[ $line == *$'\t'* ]]; then
            candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        elif [[ -n $line ]]; then
            candidates+=("${line//:/\\:}")
            endings+=("$line")
        fi
    done
    if ((directive & 8)); then # the candidates are the endings of files
        _files -g "*.(${(j:|:)endings})"
    elif ((directive & 2)); then
        _describe 'completions' candidates -S ''
    elif (($#candidates)); then
        _describe 'completions' candidates
    elif ((!(directive & 4))); then
        _files
    fi
}

if [[ ${funcstack[1]} == _modelcompose ]]; then
    _modelcompose "$@"
else
    compdef _modelcompose modelcompose
fi
"""

_FISH = r"""# fish completion for modelcompose
#
#   modelcompose completion fish > ~/.config/fish/completions/modelcompose.fish
#
# makes it last.

function __modelcompose_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (modelcompose __complete $words[2..-1] "$current" 2>/dev/null)
    set -l directive (string replace : '' -- $lines[-1])
    set -l found (string match --invert --regex '^:\d+$' -- $lines)
    if set -l flag (string match --regex '^--[^=]+=' -- $current)
        set found $flag$found
    end
    if test -z "$directive"
        return
    else if test (math "floor($directive / 8) % 2") -eq 1 # the candidates are endings of files
        for ending in $found
            __fish_complete_suffix $current .$ending
        end
    else if test (count $found) -gt 0
        printf '%s\n' $found
    else if test (math "floor($directive / 4) % 2") -eq 0
        __fish_complete_path $current
    end
end
complete --command modelcompose --no-files --arguments '(__modelcompose_complete)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shell", type=click.Choice(list(SCRIPTS)))
def completion(shell: str) -> None:
    """Print the completion script of SHELL.

    Its head says where it belongs. `docker ml` needs none: Docker's own script asks us.
    """
    click.echo(SCRIPTS[shell], nl=False)
