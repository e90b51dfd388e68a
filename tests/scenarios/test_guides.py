"""The commands in the guides work, in their order, as a reader would type them.

`steps-and-caching` trains the example several times, which takes minutes: it is left to
`scripts/guide-outputs`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.viewer import need_viewer

ROOT = Path(__file__).parents[2]


def follow(guide: str) -> None:
    """Run a guide's commands; fails with those that fail."""
    script = str(ROOT / "scripts" / "guide-outputs")
    path = str(ROOT / "docs" / "guides" / f"{guide}.md")
    done = subprocess.run(
        [sys.executable, script, "--check", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "guide",
    [
        "watching-runs",
        "sharing-scarce-things",
        "tracking",
        "data-versioning",
        "data-elsewhere",
        "remotes",
        "moving-from-dvc",
    ],
)
def test_the_commands_of_a_guide_work(guide: str) -> None:
    follow(guide)


def test_the_commands_of_the_guide_to_reports_work() -> None:
    need_viewer()
    follow("reports")


@pytest.mark.docker
def test_the_commands_of_the_quickstart_work() -> None:
    follow("quickstart")
