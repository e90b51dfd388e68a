"""What an expression of a script stands for, told from its text."""

from __future__ import annotations

import pytest

from tests.unit.adoption.conftest import Surveyed

EXPRESSIONS: dict[str, tuple[str, str]] = {
    "a text": ("", "'misc/a.txt'"),
    "texts put together": ("D = 'misc'", "D + '/a.txt'"),
    "a text with a known part": ("N = 'a'", "f'misc/{N}.txt'"),
    "a path": ("from pathlib import Path", "Path('misc', 'a.txt')"),
    "a path and a text": ("from pathlib import Path\nD = Path('misc')", "D / 'a.txt'"),
    "a path joined": ("from pathlib import Path", "Path('misc').joinpath('a.txt')"),
    "a path renamed": ("from pathlib import Path", "Path('misc/b.txt').with_name('a.txt')"),
    "a path with another ending": (
        "from pathlib import Path",
        "Path('misc/a.csv').with_suffix('.txt')",
    ),
    "the folder of a path": (
        "from pathlib import Path",
        "Path('misc/x/y').parent.parent / 'a.txt'",
    ),
    "where it runs": ("from pathlib import Path", "Path.cwd() / 'misc' / 'a.txt'"),
    "where the script lies": (
        "import os",
        "os.path.join(os.path.dirname(os.path.abspath(__file__)), 'misc/a.txt')",
    ),
    "a resolved path": ("from pathlib import Path", "str(Path('misc/a.txt').resolve())"),
    "a variable": ("import os", "os.environ['FILE']"),
    "a variable by get": ("import os", "os.environ.get('FILE')"),
    "a variable that is not set": ("import os", "os.getenv('NOT_SET', 'misc/a.txt')"),
    "one of two": ("import os", "os.getenv('NOT_SET') or 'misc/a.txt'"),
    "the command line": ("import sys", "sys.argv[1]"),
    "an attribute of a class": (
        "class C:\n    def go(self):\n        self.p = 'misc/a.txt'\n        open(self.p, 'w')",
        "unknown",
    ),
    "a constant of another module": ("import lib", "lib.FILE"),
    "a name from another module": ("from lib import FILE", "FILE"),
    "two names at once": ("D, F = 'misc', '/a.txt'", "D + F"),
    "a name that is assigned in the expression": ("", "(p := 'misc/a.txt')"),
    "a default of a function": ("def go(p='misc/a.txt'):\n    open(p, 'w')\ngo()", "unknown"),
    "an argument by its name": (
        "def go(*, p):\n    open(p, 'w')\ngo(p='misc/a.txt')",
        "unknown",
    ),
    "an option of typer": (
        "import typer\ndef main(p: str = typer.Option('misc/a.txt')):\n    open(p, 'w')",
        "unknown",
    ),
    "an option of click": (
        (
            "import click\n@click.option('--file', default='misc/a.txt')\n"
            "def main(file):\n    open(file, 'w')"
        ),
        "unknown",
    ),
    "a field of a dataclass": (
        "from dataclasses import field\nF = field(default='misc/a.txt')",
        "F",
    ),
    "an argument by position": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('file')\na = p.go()",
        "a.file",
    ),
}
FOLDERS: dict[str, tuple[str, str]] = {
    "an unknown part": ("", "f'misc/{unknown}.txt'"),
    "an old template": ("", "'misc/%s.txt' % unknown"),
    "a template": ("", "'misc/{}.txt'.format(unknown)"),
    "an unknown end": ("from pathlib import Path", "Path('misc') / unknown"),
}


def written(surveyed: Surveyed, head: str, expression: str) -> tuple[str, ...]:
    words = " misc/a.txt" if "argv" in expression or "add_argument" in head else ""
    environment = (
        {"FILE": "misc/a.txt"} if "FILE" in expression and not head.endswith("lib") else {}
    )
    service = {"command": f"python work.py{words}", "environment": environment}
    files = {
        "work.py": f"{head}\nopen({expression}, 'w')\n",
        "lib.py": "FILE = 'misc/a.txt'\n",
        "misc/other": "",
    }
    return surveyed({"it": service}, files).finding("it").outputs


@pytest.mark.parametrize(("head", "expression"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_a_file_is_known(surveyed: Surveyed, head: str, expression: str) -> None:
    assert written(surveyed, head, expression) == ("misc/a.txt",)


@pytest.mark.parametrize(("head", "expression"), FOLDERS.values(), ids=FOLDERS)
def test_of_a_file_that_is_not_known_its_folder_is(
    surveyed: Surveyed, head: str, expression: str
) -> None:
    assert written(surveyed, head, expression) == ("misc",)


@pytest.mark.parametrize("expression", ["unknown", "unknown()", "f'{unknown}/a.txt'", "a[b]", "-x"])
def test_what_is_not_known_is_not_made_up(surveyed: Surveyed, expression: str) -> None:
    files = {"work.py": f"open({expression}, 'w')\n"}
    assert surveyed({"it": {"command": "python work.py"}}, files).finding("it").outputs == ()


def test_a_name_that_stands_for_itself_ends(surveyed: Surveyed) -> None:
    files = {"work.py": "p = p + '/x'\nopen(p, 'w')\ndef f(q):\n    f(q)\n    open(q, 'w')\n"}
    assert surveyed({"it": {"command": "python work.py"}}, files).finding("it").outputs == ()
