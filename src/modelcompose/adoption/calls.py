"""A command line taken apart: which programs it calls, and which of them are scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.adoption.view import split_words

_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash"})
_PYTHON = re.compile(r"python[0-9.]*|pypy[0-9.]*|ipython|coverage|kernprof")
_PYTHON_WITH_VALUE = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_BETWEEN = re.compile(r"\s*(?:&&|\|\||;|\n|\|)\s*")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_REDIRECTION = re.compile(r"(?:[\d&]?>>?|<)(?P<target>[^>]*)")
_SCRIPT = re.compile(r".*\.(?:py|sh|R|r|jl|ipynb)")

_WRAPPERS = {
    name: words_before
    for words_before, names in (
        (0, "exec time nohup nice env stdbuf tini dumb-init xvfb-run sudo mpirun"),
        (1, "uv poetry pipenv pdm hatch rye conda micromamba accelerate gosu su-exec timeout"),
    )
    for name in names.split()
}
"""Programs that start another, and how many words they take before it besides options."""

_LAUNCHERS = frozenset({"torchrun", "deepspeed", "accelerate", "mpirun"})
_LAUNCHER_MODULES = frozenset({"torch.distributed.run", "torch.distributed.launch", "coverage"})
_WITH_VALUE = re.compile(r"-(?:n|np|c|e|o|s|m|k)|--(?:name|env|prefix|nproc_per_node|nnodes)")


class Call(Struct, frozen=True):
    """One program that a command line calls."""

    program: str
    """Without its folder."""
    arguments: tuple[str, ...] = ()
    script: str | None = None
    """The script that it executes, as a path of the container."""
    module: str | None = None
    """The Python module that `-m` names."""
    script_arguments: tuple[str, ...] = ()
    """What the script or module is given."""
    written: tuple[str, ...] = ()
    """The files that its output is redirected to."""


def calls(words: Sequence[str]) -> list[Call]:
    """Give the programs that a command line calls, shells and wrappers looked through."""
    return list(_calls(list(words)))


def _calls(words: list[str]) -> Iterator[Call]:
    words = _unwrapped(words)
    if not words:
        return
    program = words[0].rpartition("/")[2]
    if program in _SHELLS:
        yield from _shell(program, words[1:])
    elif _PYTHON.fullmatch(program):
        yield _python(program, words[1:])
    elif program in _LAUNCHERS:
        yield _launched(program, words[1:])
    elif _SCRIPT.fullmatch(words[0]):
        yield Call(program, tuple(words[1:]), words[0], script_arguments=tuple(words[1:]))
    else:
        yield _other(program, words[1:])


def _unwrapped(words: list[str]) -> list[str]:
    """Leave out variables and programs that stand before the one that is meant."""
    while words:
        name = words[0].rpartition("/")[2]
        if _ASSIGNMENT.fullmatch(words[0]):
            words = words[1:]
            continue
        if name not in _WRAPPERS or name in _LAUNCHERS:
            break
        words = words[1:]
        taken = _WRAPPERS[name]
        while words and (taken > 0 or words[0].startswith("-")):
            option = words.pop(0)
            if option == "--":
                break
            if not option.startswith("-"):
                taken -= 1
            elif _WITH_VALUE.fullmatch(option) and words:
                words.pop(0)
    return words


def _shell(program: str, words: list[str]) -> Iterator[Call]:
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option.endswith("c") and not option.startswith("--"):
            if words:
                yield from calls_of_shell(words[0])
            return
    if words:
        arguments = tuple(words[1:])
        yield Call(program, tuple(words), words[0], script_arguments=arguments)
    else:
        yield Call(program)


def calls_of_shell(text: str) -> Iterator[Call]:
    """Give the programs that a shell script's text calls, line by line."""
    text = re.sub(r"\\\n", " ", text)
    text = re.sub(r"(?m)^\s*#.*$", "", text)
    for part in _BETWEEN.split(text):
        words = [word for word in split_words(part) if word not in {"do", "then", "(", ")", "{"}]
        kept, written = _redirected(words)
        for call in _calls(kept):
            yield replace(call, written=written)


def _redirected(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Give words without redirections, and the files that these write."""
    kept: list[str] = []
    written: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        match = _REDIRECTION.fullmatch(word)
        if match is None:
            kept.append(word)
            continue
        target = match["target"] or (waiting.pop(0) if waiting else "")
        if ">" in word and not target.startswith(("&", "/dev/", "/proc/")):
            written.append(target)
    return kept, tuple(written)


def _python(program: str, words: list[str]) -> Call:
    waiting = list(words)
    while waiting and waiting[0].startswith("-") and waiting[0] != "-":
        option = waiting.pop(0)
        if option in _PYTHON_WITH_VALUE and waiting:
            waiting.pop(0)
        elif option == "-m" and waiting:
            module, *rest = waiting
            if module in _LAUNCHER_MODULES:
                return _launched(program, rest)
            return Call(program, tuple(words), module=module, script_arguments=tuple(rest))
        elif option == "-c":
            return Call(program, tuple(words))
    if not waiting:
        return Call(program, tuple(words))
    if waiting[0] == "run" and program == "coverage":
        return _python(program, waiting[1:])
    return Call(program, tuple(words), waiting[0], script_arguments=tuple(waiting[1:]))


def _launched(program: str, words: list[str]) -> Call:
    """Find the script behind the options of a launcher such as torchrun."""
    for index, word in enumerate(words):
        if word in ("-m", "--module") and index + 1 < len(words):
            rest = tuple(words[index + 2 :])
            return Call(program, tuple(words), module=words[index + 1], script_arguments=rest)
        if _SCRIPT.fullmatch(word):
            rest = tuple(words[index + 1 :])
            return Call(program, tuple(words), word, script_arguments=rest)
    return Call(program, tuple(words))


def _other(program: str, words: list[str]) -> Call:
    script = next((word for word in words if _SCRIPT.fullmatch(word)), None)
    return Call(program, tuple(words), script, script_arguments=tuple(words))
