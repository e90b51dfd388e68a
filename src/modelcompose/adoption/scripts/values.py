"""The texts that an expression of a script can stand for, as far as its text tells."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from modelcompose.adoption.scripts.modules import Module, Modules
from modelcompose.adoption.scripts.names import Function, Option, last_word

_DEEPEST = 12
_MOST = 8
_PATHS = frozenset({"Path", "PurePath", "PosixPath", "PurePosixPath", "AnyPath", "UPath"})
_SAME = frozenset(
    {
        *("str", "fspath", "abspath", "realpath", "normpath", "expanduser", "expandvars"),
        *("resolve", "absolute", "as_posix", "strip", "rstrip", "open"),
    }
)
"""Functions and methods that give the path that they are given."""
_DECLARES = frozenset({"Option", "Argument", "Field", "field"})


class Evaluator:
    """Evaluates expressions of the modules of one script, on one command line."""

    def __init__(
        self,
        modules: Modules,
        variables: Mapping[str, str | None],
        arguments: Sequence[str],
        settings: Mapping[str, str],
    ) -> None:
        """Take what the script knows.

        Args:
            modules: the script and what it imports.
            variables: the container's.
            arguments: what the script is given on its command line, without its name.
            settings: texts by their keys, from files of settings.
        """
        self._modules = modules
        self._variables = variables
        self._arguments = tuple(arguments)
        self._settings = settings

    def texts(self, node: ast.expr, module: Module, depth: int = 0) -> list[str]:
        """Give what an expression can stand for, none where that cannot be told.

        Where only the beginning of a path is known, that is given, up to its last folder.
        """
        if depth > _DEEPEST:
            return []
        found = dict.fromkeys(self._texts(node, module, depth + 1))
        return list(found)[:_MOST]

    def _texts(self, node: ast.expr, module: Module, depth: int) -> Iterator[str]:
        evaluate = _BY_KIND.get(type(node))
        return iter(()) if evaluate is None else evaluate(self, node, module, depth)

    def _constant(self, node: ast.Constant, _module: Module, _depth: int) -> Iterator[str]:
        if isinstance(node.value, str):
            yield node.value

    def _format(self, node: ast.JoinedStr, module: Module, depth: int) -> Iterator[str]:
        return self._joined(node.values, module, depth)

    def _operation(self, node: ast.BinOp, module: Module, depth: int) -> Iterator[str]:
        if isinstance(node.op, ast.Div):
            yield from self._below(node.left, node.right, module, depth)
        elif isinstance(node.op, ast.Add):
            yield from self._joined([node.left, node.right], module, depth)
        elif isinstance(node.op, ast.Mod):
            for text in self.texts(node.left, module, depth):
                yield from _beginning(text.partition("%")[0])

    def _either(self, node: ast.IfExp | ast.BoolOp, module: Module, depth: int) -> Iterator[str]:
        choices = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
        for choice in choices:
            yield from self.texts(choice, module, depth)

    def _named(self, node: ast.NamedExpr, module: Module, depth: int) -> Iterator[str]:
        return iter(self.texts(node.value, module, depth))

    def _joined(self, parts: Sequence[ast.expr], module: Module, depth: int) -> Iterator[str]:
        """Join texts; where one is not known, give the folder that the path lies in."""
        whole = [""]
        for part in parts:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            texts = self.texts(value, module, depth)
            if not texts:
                for text in whole:
                    yield from _beginning(text)
                return
            whole = [one + other for one in whole for other in texts][:_MOST]
        yield from whole

    def _below(self, left: ast.expr, right: ast.expr, module: Module, depth: int) -> Iterator[str]:
        inner = self.texts(right, module, depth)
        for folder in self.texts(left, module, depth):
            if inner:
                yield from (posixpath.join(folder, text) for text in inner)
            else:
                yield folder

    def _call(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        evaluate = _BY_FUNCTION.get(last_word(node.func))
        return iter(()) if evaluate is None else evaluate(self, node, module, depth)

    def _new_path(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        return self._path(node.args, module, depth)

    def _join(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        """Take `os.path.join`, not the method of a text."""
        if isinstance(node.func, ast.Attribute) and _is_os_path(node.func):
            yield from self._path(node.args, module, depth)

    def _joinpath(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        if isinstance(node.func, ast.Attribute):
            yield from self._path([node.func.value, *node.args], module, depth)

    def _get(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        """Take `os.getenv` and `os.environ.get`."""
        if _reads_environment(node):
            yield from self._variable(node.args, module, depth)

    def _dirname(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        for argument in node.args[:1]:
            yield from (posixpath.dirname(text) for text in self.texts(argument, module, depth))

    def _here(self, _node: ast.Call, _module: Module, _depth: int) -> Iterator[str]:
        yield "."

    def _same(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        """Take what gives the path that it is given: `str(path)`, `path.resolve()`."""
        source = node.args[0] if node.args else None
        if isinstance(node.func, ast.Attribute) and not _is_os_path(node.func):
            source = node.func.value
        if source is not None:
            yield from self.texts(source, module, depth)

    def _template(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        """Take `"{}/x".format(…)`: what stands before the first brace."""
        if isinstance(node.func, ast.Attribute):
            for text in self.texts(node.func.value, module, depth):
                yield from _beginning(text.partition("{")[0])

    def _path(self, parts: Sequence[ast.expr], module: Module, depth: int) -> Iterator[str]:
        whole = [""]
        for part in parts:
            texts = self.texts(part, module, depth)
            if not texts:
                break
            whole = [posixpath.join(one, other) for one in whole for other in texts][:_MOST]
        yield from (text for text in whole if text)

    def _variable(self, arguments: Sequence[ast.expr], module: Module, depth: int) -> Iterator[str]:
        if not arguments:
            return
        for name in self.texts(arguments[0], module, depth):
            value = self._variables.get(name)
            if value is not None:
                yield value
            elif len(arguments) > 1:
                yield from self.texts(arguments[1], module, depth)

    def _renamed(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        """Take `path.with_name(…)` and `path.with_suffix(…)`."""
        if not (isinstance(node.func, ast.Attribute) and node.args):
            return
        for text in self.texts(node.func.value, module, depth):
            for new in self.texts(node.args[0], module, depth):
                if node.func.attr == "with_name":
                    yield posixpath.join(posixpath.dirname(text), new)
                else:
                    yield posixpath.splitext(text)[0] + new

    def _declared(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        """Give the default of `typer.Option("x")`, `Field(default="x")` and the like."""
        default = next((k.value for k in node.keywords if k.arg == "default"), None)
        default = default or (node.args[0] if node.args else None)
        if default is not None:
            yield from self.texts(default, module, depth)

    def _subscript(self, node: ast.Subscript, module: Module, depth: int) -> Iterator[str]:
        if last_word(node.value) == "environ":
            for name in self.texts(node.slice, module, depth):
                value = self._variables.get(name)
                if value is not None:
                    yield value
        elif last_word(node.value) == "argv" and isinstance(node.slice, ast.Constant):
            index = node.slice.value
            if isinstance(index, int) and 0 < index <= len(self._arguments):
                yield self._arguments[index - 1]
        elif isinstance(node.slice, ast.Constant) and node.slice.value in self._settings:
            yield self._settings[str(node.slice.value)]

    def _attribute(self, node: ast.Attribute, module: Module, depth: int) -> Iterator[str]:
        if node.attr == "parent":
            for text in self.texts(node.value, module, depth):
                yield posixpath.dirname(text) or "."
            return
        if isinstance(node.value, ast.Name):
            imported = module.imported.get(node.value.id)
            if imported is not None and imported[1] == "":
                yield from self._global(node.attr, imported[0], depth)
                return
            if node.value.id in ("self", "cls"):
                for value in module.names.module.get(f"self.{node.attr}", ()):
                    yield from self.texts(value, module, depth)
                return
        found = list(self.option(node.attr, depth))
        if not found and node.attr in self._settings:
            found = [self._settings[node.attr]]
        yield from found

    def _name(self, node: ast.Name, module: Module, depth: int) -> Iterator[str]:
        if node.id == "__file__":
            yield module.path
            return
        function: Function | None = module.names.scope_of.get(node)
        while function is not None:
            local = module.names.local.get(function, {})
            if node.id in local:
                for value in local[node.id]:
                    yield from self.texts(value, module, depth)
                return
            if node.id in _parameters(function):
                yield from self.option(node.id, depth)
                return
            function = module.names.scope_of.get(function)
        if node.id in module.names.module:
            for value in module.names.module[node.id]:
                yield from self.texts(value, module, depth)
        elif node.id in module.imported:
            path, name = module.imported[node.id]
            if name:
                yield from self._global(name, path, depth)

    def _global(self, name: str, path: str, depth: int) -> Iterator[str]:
        other = self._modules.get(path)
        for value in other.names.module.get(name, ()) if other is not None else ():
            yield from self.texts(value, other, depth)  # type: ignore[arg-type]

    def option(self, name: str, depth: int = 0) -> Iterator[str]:
        """Give what the command line says of an argument that a parser declares, or its default."""
        for module in self._modules.values():
            option = module.names.options.get(name)
            if option is None:
                continue
            given = given_value(option, self._arguments)
            if given is not None:
                yield given
            elif option.default is not None:
                yield from self.texts(option.default, module, depth)
            return


def given_value(option: Option, arguments: Sequence[str]) -> str | None:
    """Give the value that a command line gives to an argument; None where it gives none."""
    if option.position is not None:
        plain = _positionals(arguments)
        return plain[option.position] if option.position < len(plain) else None
    for index, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in option.flags:
            if equals:
                return value
            return arguments[index + 1] if index + 1 < len(arguments) else None
    return None


def _positionals(arguments: Sequence[str]) -> list[str]:
    """Give the words that are neither options nor, by all appearance, their values."""
    found: list[str] = []
    follows_option = False
    for word in arguments:
        is_option = word.startswith("-") and len(word) > 1
        if not is_option and not follows_option:
            found.append(word)
        follows_option = is_option and "=" not in word
    return found


def _parameters(function: Function) -> set[str]:
    arguments = function.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return {argument.arg for argument in every}


def _is_os_path(function: ast.Attribute) -> bool:
    """Tell `os.path.join` and `os.fspath` from the method of a path or a text."""
    return last_word(function.value) in ("path", "os", "osp", "posixpath")


def _reads_environment(node: ast.Call) -> bool:
    if last_word(node.func) == "getenv":
        return True
    return isinstance(node.func, ast.Attribute) and last_word(node.func.value) == "environ"


def _beginning(text: str) -> Iterator[str]:
    """Give the folder that a path begins with, when the rest is not known."""
    folder = text.rpartition("/")[0]
    if folder:
        yield folder


_Evaluate = Callable[[Evaluator, Any, Module, int], Iterator[str]]

_BY_KIND: dict[type[ast.expr], _Evaluate] = {
    ast.Constant: Evaluator._constant,  # noqa: SLF001 - tables of its own methods
    ast.JoinedStr: Evaluator._format,  # noqa: SLF001
    ast.BinOp: Evaluator._operation,  # noqa: SLF001
    ast.IfExp: Evaluator._either,  # noqa: SLF001
    ast.BoolOp: Evaluator._either,  # noqa: SLF001
    ast.NamedExpr: Evaluator._named,  # noqa: SLF001
    ast.Call: Evaluator._call,  # noqa: SLF001
    ast.Subscript: Evaluator._subscript,  # noqa: SLF001
    ast.Attribute: Evaluator._attribute,  # noqa: SLF001
    ast.Name: Evaluator._name,  # noqa: SLF001
}
_BY_FUNCTION: dict[str, _Evaluate] = {
    **dict.fromkeys(_PATHS, Evaluator._new_path),  # noqa: SLF001
    **dict.fromkeys(_SAME, Evaluator._same),  # noqa: SLF001
    **dict.fromkeys(_DECLARES, Evaluator._declared),  # noqa: SLF001
    **dict.fromkeys(("getenv", "get"), Evaluator._get),  # noqa: SLF001
    **dict.fromkeys(("with_name", "with_suffix"), Evaluator._renamed),  # noqa: SLF001
    "join": Evaluator._join,  # noqa: SLF001
    "joinpath": Evaluator._joinpath,  # noqa: SLF001
    "dirname": Evaluator._dirname,  # noqa: SLF001
    "cwd": Evaluator._here,  # noqa: SLF001
    "format": Evaluator._template,  # noqa: SLF001
}
