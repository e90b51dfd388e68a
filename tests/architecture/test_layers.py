"""The house: what may import what, and what every room has."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "src" / "modelcompose").rglob("*.py"))
HEAVY = frozenset(
    {
        *("sqlalchemy", "alembic", "rich", "ruamel", "psutil", "asyncio", "http", "pathspec"),
        *("yaml", "starlette", "uvicorn", "psycopg", "psycopg_pool", "obstore", "numpy"),
    }
)
REFUSED_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc"})
LAZY_BY_NATURE = ("testing", "database/migration", "hub/")
"""Imported by nothing but what needs them."""


def name_of(module: Path) -> str:
    return str(module.relative_to(ROOT / "src" / "modelcompose"))


QUICK = [module for module in MODULES if not name_of(module).startswith(LAZY_BY_NATURE)]


def test_imports_point_down_and_never_up() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text())), "a module begins with a docstring"


@pytest.mark.parametrize("module", QUICK, ids=name_of)
def test_no_module_imports_anything_heavy_before_it_is_needed(module: Path) -> None:
    heavy = imported_at_once(ast.parse(module.read_text()).body) & HEAVY

    assert not heavy, f"import {', '.join(sorted(heavy))} inside the function that needs it"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_module_has_a_name_that_says_something(module: Path) -> None:
    assert REFUSED_NAMES.isdisjoint((*module.relative_to(ROOT).parts[2:-1], module.stem))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_module_is_a_room_that_can_be_seen_at_once(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 400


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {module.parent for module in MODULES}

    assert [
        name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()
    ] == []


def imported_at_once(body: list[ast.stmt]) -> set[str]:
    """Give the packages that a module imports when it is imported, those for types left out."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            found.add(statement.module.partition(".")[0])
        elif isinstance(statement, ast.Try | ast.ClassDef):
            found |= imported_at_once(statement.body)
    return found
