"""What a service's command and its scripts name of the project, told without running them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from modelcompose.adoption.calls import Call, calls, calls_of_shell
from modelcompose.adoption.hints import (
    direction_of,
    direction_of_path,
    ending,
    is_code,
    looks_like_path,
)
from modelcompose.adoption.scripts.modules import module_path, packages
from modelcompose.adoption.scripts.touches import touches
from modelcompose.adoption.view import View
from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.mounts import can_write, project_mounts
from modelcompose.pipeline.paths import outermost, overlap

_OF_SHELL = frozenset(
    {
        *("mkdir", "cp", "mv", "rsync", "rm", "cd", "echo", "set", "export", "ls", "test"),
        *("[", "true", "while", "for", "if", "fi", "done", "else", "source", ".", "chmod"),
        *("chown", "sleep", "exit", "printf", "date", "wait", "trap", "local", "return"),
        *("pip", "pip3", "apt-get", "cat", "tee"),
    }
)
_DEEPEST = 3
_GLOB = re.compile(r"[*?\[]")
_SETTINGS = frozenset({"yaml", "yml", "json", "toml"})
_LARGEST_SETTINGS_BYTES = 200_000
_TEST_FILES = ("conftest.py", "pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini")


class Traces(Struct, frozen=True):
    """Paths of the project, sorted; globs only among what is read."""

    scripts: tuple[str, ...] = ()
    """What is executed and imported, as far as a mount shows it."""
    read: tuple[str, ...] = ()
    maybe_read: tuple[str, ...] = ()
    """What seems to be read and is not there: another step may make it."""
    written: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    """Folders that are made, and so are the service's own."""
    outside: tuple[str, ...] = ()
    """Paths that are written where no mount of the project keeps them."""
    external: tuple[str, ...] = ()
    """What seems to be read outside of the project, as this machine has it."""
    printed: tuple[str, ...] = ()
    """Names of what is printed as `name=value` beside an epoch or a step."""


def expanded(view: View, words: Sequence[str]) -> list[Call]:
    """Give what a command line calls, and what the shell scripts in it call in turn."""
    return list(_expanded(view, calls(words), 0))


def _expanded(view: View, called: Iterable[Call], depth: int) -> Iterator[Call]:
    for call in called:
        yield call
        if call.script is None or not call.script.endswith((".sh", ".bash")) or depth == _DEEPEST:
            continue
        file = view.host(call.script)
        with suppress(OSError, UnicodeDecodeError):
            if file is not None:
                text = file.read_text(encoding="utf-8")
                yield from _expanded(view, calls_of_shell(text), depth + 1)


def traces_of(view: View, called: Sequence[Call]) -> Traces:
    """Tell what of the project a service names."""
    look = _Look(view)
    for call in called:
        look.call(call)
    look.variables()
    look.mounts()
    return look.traces()


class _Look:
    def __init__(self, view: View) -> None:
        self._view = view
        self._scripts: dict[str, None] = {}
        self._read: dict[str, None] = {}
        self._maybe: dict[str, None] = {}
        self._written: dict[str, None] = {}
        self._made: dict[str, None] = {}
        self._outside: dict[str, None] = {}
        self._external: dict[str, None] = {}
        self._printed: dict[str, None] = {}
        self._settings: dict[str, str] = {}

    def traces(self) -> Traces:
        own = {*self._written, *self._made}
        read = [
            path
            for path in self._read
            if path not in own and not any(path.startswith(f"{made}/") for made in self._made)
        ]
        return Traces(
            scripts=tuple(sorted(self._scripts)),
            read=tuple(sorted(path for path in read if self._exists(path))),
            maybe_read=tuple(
                sorted({*self._maybe, *(path for path in read if not self._exists(path))})
            ),
            written=tuple(sorted(self._written)),
            made=tuple(sorted(self._made)),
            outside=tuple(sorted(self._outside)),
            external=outermost(self._external),
            printed=tuple(self._printed),
        )

    def call(self, call: Call) -> None:
        """Take one program with its arguments."""
        for text in call.written:
            self._write(text)
        script = self._script_of(call)
        if call.program in _OF_SHELL and script is None:
            self._shell(call)
            return
        words = _named_words(call.script_arguments or call.arguments)
        for _, text in words:
            self._read_settings(text)
        if script is not None:
            self._executed(script, call)
        if call.program in ("pytest", "py.test") or call.module == "pytest":
            self._tests(call)
        for name, text in words:
            self._named(name, text)
        for name, text in self._settings.items():
            if looks_like_path(text) or direction_of(name) is not None:
                self._named(name, text)

    def _executed(self, script: str, call: Call) -> None:
        """Take a script, with what a module's packages execute before it."""
        for package in packages(call.module or "", self._view, self._roots):
            self._script(package)
        self._script(script)
        if script.endswith(".py"):
            absolute = posixpath.join(self._view.working_folder, script)
            self._python([absolute], call.script_arguments)

    def _script_of(self, call: Call) -> str | None:
        """Give the path of the script, or of the module, that a program was called with."""
        if call.script is None and call.module is not None:
            return module_path(call.module, self._view, self._roots)
        return call.script

    def _shell(self, call: Call) -> None:
        """Take the plain commands of shell scripts."""
        words = [word for word in call.arguments if not word.startswith("-")]
        if call.program == "mkdir":
            for word in words:
                self._make(word)
        elif call.program == "tee":
            for word in words:
                self._write(word)
        elif call.program in ("cp", "mv", "rsync") and len(words) > 1:
            self._write(words[-1])
            for word in words[:-1]:
                self._take_read(word)

    def variables(self) -> None:
        """Take the variables whose values are paths."""
        for name, value in self._view.service.environment.items():
            if value and value.startswith(("/", "./")) and looks_like_path(value):
                self._named(name, value)

    def mounts(self) -> None:
        """Take folders that are mounted by themselves and that nothing named so far."""
        named = {*self._scripts, *self._read, *self._written, *self._made}
        for mount, path in project_mounts(self._view.project, self._view.service):
            if path == "." or any(overlap(path, other) for other in named):
                continue
            direction = "in" if mount.read_only else direction_of_path(path)
            if direction == "out":
                self._written[path] = None
            elif direction == "in" and self._exists(path):
                self._read[path] = None

    @property
    def _roots(self) -> list[str]:
        of_service = self._view.service.environment
        more = of_service.get("PYTHONPATH") or ""
        return [self._view.working_folder, *(part for part in more.split(":") if part)]

    def _script(self, text: str) -> None:
        path = self._view.path(text)
        if path is not None and self._exists(path):
            self._scripts[path] = None

    def _python(self, scripts: Sequence[str], arguments: Sequence[str]) -> None:
        found = touches(
            scripts,
            self._view,
            roots=self._roots,
            variables=self._view.service.environment,
            arguments=arguments,
            settings=self._settings,
        )
        self._printed |= dict.fromkeys(found.printed)
        for module in found.modules:
            self._script(module)
        for text in found.writes:
            self._write(text)
        for text in found.makes:
            self._make(text)
        for text in found.reads:
            self._take_read(text)
        for text in found.mentions:
            if looks_like_path(text):
                self._mention(text, None)

    def _tests(self, call: Call) -> None:
        """Take what pytest would collect, and its settings."""
        named = [w.partition("::")[0] for w in call.arguments if not w.startswith("-")]
        folders = [word for word in named if self._view.host(word) is not None] or ["tests"]
        scripts: list[str] = []
        for text in (*folders, *_TEST_FILES):
            path, file = self._view.path(text), self._view.host(text)
            if path is None or file is None:
                continue
            self._scripts[path] = None
            inside = sorted(file.rglob("*.py")) if file.is_dir() else [file]
            scripts += [
                posixpath.join(self._view.working_folder, text, each.relative_to(file).as_posix())
                for each in inside
                if each.suffix == ".py"
            ]
        self._python([script.removesuffix("/.") for script in scripts], ())

    def _named(self, name: str, text: str) -> None:
        """Take a path that an option or a variable names, whatever its form."""
        path = self._view.path(text)
        if looks_like_path(text) or (path is not None and self._exists(path)):
            self._mention(text, direction_of(name))

    def _mention(self, text: str, direction: str | None) -> None:
        """Take a path of which no call says what is done with it."""
        path = self._view.path(text)
        if path is None and direction != "out":
            self._take_external(text)
        if path is None or path == "." or is_code(path) or self._is_known(path):
            return
        if direction is None:
            direction = direction_of_path(path)
        is_settings = self._exists(path) and ending(path) in _SETTINGS
        if direction == "out" and not is_settings and not self._is_read_only(path):
            self._written[path] = None
        elif self._exists(path):
            self._read[path] = None
        elif direction == "in":
            self._maybe[path] = None

    def _is_known(self, path: str) -> bool:
        known = {*self._scripts, *self._read, *self._written, *self._made}
        return any(overlap(path, other) for other in known)

    def _write(self, text: str) -> None:
        path = self._view.path(text)
        if path is None:
            self._outside[self._view.external(text) or text] = None
        elif path != "." and not _GLOB.search(path) and not self._is_read_only(path):
            self._written[path] = None

    def _make(self, text: str) -> None:
        path = self._view.path(text)
        if path is not None and path != ".":
            self._made[path] = None

    def _take_read(self, text: str) -> None:
        path = self._view.path(text)
        if path is None:
            self._take_external(text)
        elif path != "." and not is_code(path) and (looks_like_path(text) or self._exists(path)):
            self._read[path] = None

    def _take_external(self, text: str) -> None:
        path = self._view.external(text)
        if path is not None:
            self._external[path] = None

    def _read_settings(self, text: str) -> None:
        """Take what a file of settings says, where a word of the command line names one."""
        file = self._view.host(text)
        if file is None or ending(text) not in _SETTINGS or not file.is_file():
            return
        if file.stat().st_size <= _LARGEST_SETTINGS_BYTES:
            self._settings |= dict(_leaves(_parsed(file), ""))

    def _exists(self, path: str) -> bool:
        if _GLOB.search(path):
            return any(self._view.project.directory.glob(path))
        return (self._view.project.directory / path).exists()

    def _is_read_only(self, path: str) -> bool:
        return not can_write(self._view.project, self._view.service, path)


def _named_words(words: Sequence[str]) -> list[tuple[str, str]]:
    """Give the values on a command line with the options or keys that name them."""
    found: list[tuple[str, str]] = []
    name = ""
    for word in words:
        key, equals, value = word.partition("=")
        if word.startswith("-"):
            if equals:
                found.append((key, value))
            name = "" if equals else word
            continue
        is_named = equals and key.replace(".", "_").replace("-", "_").isidentifier()
        found.append((key, value) if is_named else (name, word))
        name = ""
    return found


def _parsed(file: Path) -> Any:
    """Give the document of a file of settings; None where it is none."""
    import json
    import tomllib

    from modelcompose.compose.yaml_loader import load_yaml

    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            return json.loads(text)
        return tomllib.loads(text) if file.suffix == ".toml" else load_yaml(text)
    except (OSError, ValueError, ModelComposeError):
        return None


def _leaves(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(each, str(key))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif isinstance(value, str):
        yield name, value
