"""What it costs to define an image."""

from __future__ import annotations

import time
from pathlib import Path

from modelcompose.compose.project import Build
from modelcompose.pipeline.image_definition import define


def nothing(_path: Path) -> bool:
    return False


def write(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    return root


def test_a_thousand_files_take_a_moment(tmp_path: Path) -> None:
    write(tmp_path, *(f"src/{n % 10}/{n}.py" for n in range(1000)))
    (tmp_path / ".dockerignore").write_text("\n".join(f"**/*{n}x*.py" for n in range(20)))
    started = time.process_time()

    found = define(
        Build(context=str(tmp_path), dockerfile_inline="FROM scratch\nCOPY . ."),
        project_directory=tmp_path,
        excluded=nothing,
        digest=lambda _path: "",
    )

    assert len(found.files) == 1001
    assert time.process_time() - started < 1
