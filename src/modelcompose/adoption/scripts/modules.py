"""A script and the modules of the project that it imports, parsed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from modelcompose.adoption.scripts.names import Names, collect

_MOST_MODULES = 200
_MOST_BYTES = 2_000_000


class Files(Protocol):
    """Finds the files behind paths of a container."""

    def host(self, text: str) -> Path | None:
        """Give the file or folder of this machine that a container's path shows."""


class Module:
    """One Python file, parsed.

    Attributes:
        path: where the container has it.
        file: where it lies on this machine.
        names: what its names stand for.
    """

    def __init__(self, path: str, file: Path, tree: ast.Module) -> None:
        self.path = path
        self.file = file
        self.tree = tree
        self.names: Names = collect(tree)
        self.imported: dict[str, tuple[str, str]] = {}
        """Name to the module (its container path) and the name there; "" for the module itself."""


def read_modules(scripts: Iterable[str], files: Files, roots: Iterable[str]) -> dict[str, Module]:
    """Give scripts and all that they import of the project, by container path.

    Args:
        scripts: container paths of Python files.
        files: finds them.
        roots: folders of the container in which modules are looked for.
    """
    found: dict[str, Module] = {}
    waiting = list(scripts)
    roots = list(roots)
    while waiting and len(found) < _MOST_MODULES:
        path = waiting.pop(0)
        if path in found:
            continue
        module = _parsed(path, files)
        if module is None:
            continue
        found[path] = module
        waiting += _imports(module, files, [_folder(path), *roots])
    return found


def module_path(name: str, files: Files, roots: Iterable[str]) -> str | None:
    """Give the container path of the file that a dotted module name stands for."""
    return next(iter(_candidates(name, files, roots)), None)


def _candidates(name: str, files: Files, roots: Iterable[str]) -> Iterator[str]:
    inside = name.replace(".", "/")
    for root in roots:
        for path in (f"{inside}.py", f"{inside}/__main__.py", f"{inside}/__init__.py"):
            whole = _joined(root, path)
            found = files.host(whole)
            # A file of that name elsewhere in a build's context is some other module.
            if found is not None and found.is_file() and found.as_posix().endswith(f"/{path}"):
                yield whole


def _parsed(path: str, files: Files) -> Module | None:
    file = files.host(path)
    try:
        if file is None or not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the script's own making
            return Module(path, file, ast.parse(file.read_bytes()))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _imports(module: Module, files: Files, roots: list[str]) -> Iterator[str]:
    """Give the modules of the project that a module imports, and note under which names."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                path = module_path(alias.name, files, roots)
                if path is not None:
                    name = alias.asname or alias.name
                    module.imported[name] = (path, "")
                    yield from packages(alias.name, files, roots)
                    yield path
        elif isinstance(node, ast.ImportFrom):
            yield from _imports_from(module, node, files, roots)


def _imports_from(
    module: Module, node: ast.ImportFrom, files: Files, roots: list[str]
) -> Iterator[str]:
    if node.level:
        base = module.path
        for _ in range(node.level):
            base = _folder(base)
        roots = [base]
    whole = node.module or ""
    path = module_path(whole, files, roots) if whole else None
    if whole:
        yield from packages(whole, files, roots)
    if path is not None:
        yield path
    for alias in node.names:
        inner = module_path(f"{whole}.{alias.name}" if whole else alias.name, files, roots)
        if inner is not None:
            module.imported[alias.asname or alias.name] = (inner, "")
            yield inner
        elif path is not None:
            module.imported[alias.asname or alias.name] = (path, alias.name)


def packages(name: str, files: Files, roots: Iterable[str]) -> Iterator[str]:
    """Give the `__init__` of each package that a module lies in: importing it runs them."""
    parts = name.split(".")
    for count in range(1, len(parts)):
        for root in roots:
            inside = "/".join([*parts[:count], "__init__.py"])
            found = files.host(_joined(root, inside))
            if found is not None and found.as_posix().endswith(f"/{inside}"):
                yield _joined(root, inside)


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _joined(root: str, path: str) -> str:
    return f"{root.rstrip('/')}/{path}"


Modules = Mapping[str, Module]
