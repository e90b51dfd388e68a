"""What the names of a module stand for: assignments, parameters with their callers, options."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
_OPTIONS = frozenset({"option", "argument", "Option", "Argument"})


class Names:
    """Expressions by name, in a module and in each of its functions."""

    def __init__(self) -> None:
        self.module: dict[str, list[ast.expr]] = {}
        """Names of the module; those set through `self` as `self.name`."""
        self.local: dict[Function, dict[str, list[ast.expr]]] = {}
        self.functions: dict[str, list[Function]] = {}
        self.options: dict[str, Option] = {}
        """What argparse and click make of the command line, by the name in the program."""
        self.scope_of: dict[ast.AST, Function | None] = {}


class Option:
    """One argument of a script: how the command line names it, and its default."""

    def __init__(
        self, flags: tuple[str, ...], position: int | None, default: ast.expr | None
    ) -> None:
        self.flags = flags
        self.position = position
        """Counted from 0 among the positional arguments; None for an option."""
        self.default = default


def collect(tree: ast.Module) -> Names:
    """Go through a module once and note what its names stand for."""
    names = Names()
    _visit(tree, None, names)
    _bind_calls(tree, names)
    _collect_options(tree, names)
    return names


def _visit(node: ast.AST, function: Function | None, names: Names) -> None:
    for child in ast.iter_child_nodes(node):
        names.scope_of[child] = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            names.functions.setdefault(child.name, []).append(child)
            local = names.local.setdefault(child, {})
            for name, default in _defaults(child):
                local.setdefault(name, []).append(default)
            _visit(child, child, names)
            continue
        for name, value in _assigned(child):
            is_own = function is not None and not name.startswith("self.")
            table = names.local[function] if is_own and function is not None else names.module
            table.setdefault(name, []).append(value)
        _visit(child, function, names)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield from _targets(node.target, node.value)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if item.optional_vars is not None:
                yield from _targets(item.optional_vars, item.context_expr)


def _targets(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        if target.value.id in ("self", "cls"):
            yield f"self.{target.attr}", value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _targets(one, other)


def _defaults(function: Function) -> Iterator[tuple[str, ast.expr]]:
    arguments = function.args
    plain = [*arguments.posonlyargs, *arguments.args]
    for argument, default in zip(reversed(plain), reversed(arguments.defaults), strict=False):
        yield argument.arg, default
    for argument, own in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if own is not None:
            yield argument.arg, own


def _bind_calls(tree: ast.Module, names: Names) -> None:
    """Note what each function's parameters are given where it is called."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = last_word(node.func)
        for function in names.functions.get(name, ()):
            arguments = [*function.args.posonlyargs, *function.args.args]
            if arguments and arguments[0].arg in ("self", "cls"):
                arguments = arguments[1:]
            known = {each.arg for each in (*arguments, *function.args.kwonlyargs)}
            given = [
                (argument.arg, value)
                for argument, value in zip(arguments, node.args, strict=False)
                if not isinstance(value, ast.Starred)
            ]
            given += [(k.arg, k.value) for k in node.keywords if k.arg and k.arg in known]
            for parameter, value in given:
                names.local[function].setdefault(parameter, []).append(value)


def _collect_options(tree: ast.Module, names: Names) -> None:
    position = 0
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        word = last_word(node.func)
        if word != "add_argument" and word not in _OPTIONS:
            continue
        flags = tuple(
            each.value
            for each in node.args
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )
        keywords = {each.arg: each.value for each in node.keywords}
        if not flags:
            continue
        is_positional = not flags[0].startswith("-")
        option = Option(
            () if is_positional else flags,
            position if is_positional else None,
            keywords.get("default"),
        )
        position += is_positional
        names.options.setdefault(_destination(flags, keywords), option)


def _destination(flags: tuple[str, ...], keywords: dict[str | None, ast.expr]) -> str:
    named = keywords.get("dest")
    if isinstance(named, ast.Constant) and isinstance(named.value, str):
        return named.value
    plain = [flag for flag in flags if not flag.startswith("-")]
    long = [flag for flag in flags if flag.startswith("--")]
    return (plain or long or list(flags))[0].lstrip("-").replace("-", "_")


def last_word(node: ast.expr) -> str:
    """Give `c` for `a.b.c`, empty for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
