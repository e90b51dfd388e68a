"""Many processes open a database, and what one loads for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from modelcompose.database.connection import open_database

HEAVY = ("sqlalchemy", "alembic")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "hub.db"


def _python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_opening_a_database_that_is_up_to_date_imports_nothing_heavy(path: Path) -> None:
    open_database(path).close()
    code = (
        "import sys; from pathlib import Path;"
        "from modelcompose.database.connection import open_database;"
        "open_database(Path(sys.argv[1])).close();"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    output, _ = _python(code, str(path)).communicate(timeout=60)
    assert output.strip() == "[]"


def test_processes_may_open_it_for_the_first_time_at_once(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from modelcompose.database.connection import open_database;"
        "sys.stdin.readline();"
        "c = open_database(Path(sys.argv[1]));"
        "print(c.execute('SELECT count(*) FROM runs').fetchone()[0])"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert outputs == ["0"] * 6
