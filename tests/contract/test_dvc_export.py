"""What is written for DVC is, byte for byte, what DVC writes for the same content."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbench import Workbench, shell

REMOTE = "s3://bucket/prefix"
COMMAND = (
    "mkdir -p out && sort data/raw/*.csv > out/all.csv && echo x > table.csv && "
    "echo '{\"n\": 3}' > metrics.json"
)
PARAMS = ("model.lr", "model.deep", "name")
FILES = (
    ".dvc/config",
    ".dvc/.gitignore",
    ".dvcignore",
    ".gitignore",
    "data/raw.dvc",
    "data/tool.sh.dvc",
    "dvc.lock",
    "dvc.yaml",
)
SCRIPT = f"""
from dvc.repo import Repo

with Repo.init(".") as repo:
    with repo.config.edit("repo") as config:
        config["remote"]["origin"] = {{"url": "{REMOTE}/dvc"}}
        config["core"]["remote"] = "origin"
    repo.add(["data/raw", "data/tool.sh"])
    repo.stage.add(
        name="count",
        cmd={COMMAND!r},
        deps=["data/tool.sh", "data/raw", "params.json"],
        params=[{{"params.yaml": {[*PARAMS]}}}, {{"more.json": []}}],
        outs=["out"],
        metrics=["metrics.json"],
        plots=["table.csv"],
        desc="Counts: all of it",
    )
    repo.commit(force=True)
    print("status:", repo.status())
"""


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    """Give a project with odd names, an executable, an empty file, and a step that ran."""
    count = shell(
        COMMAND,
        "out",
        inputs=["data/tool.sh", "data/raw", "params.json"],
        params=[*(f"params.yaml:{key}" for key in PARAMS), "more.json:"],
        metrics=["metrics.json"],
        plots=["table.csv"],
    )
    bench.compose(
        {"count": {**count, "labels": {"description": "Counts: all of it"}}},
        **{"x-ml": {"remote": REMOTE}},
    )
    bench.write({f"data/raw/{n}.csv": f"{n}\n" * n for n in range(3)})
    bench.write({"data/raw/sub-a/ñ.txt": "x", "data/raw/sub/b c.txt": "y", "data/raw/sub.txt": "z"})
    bench.write(
        {"data/tool.sh": "#!/bin/sh\n", "params.json": "{}", "more.json": '{"b": 1, "a": []}'}
    )
    bench.write({"params.yaml": "model: {lr: 1e-3, deep: [1, {a: 2.0}]}\nname: 'yes'\n"})
    (bench.folder / "data" / "tool.sh").chmod(0o755)
    bench.git("init", "--quiet")
    return bench


def dvc(folder: Path, *arguments: str) -> str:
    """Run the real DVC."""
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder.parent)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def objects(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Give DVC's cache: the bytes and the permissions of each object."""
    root = folder / ".dvc" / "cache" / "files"
    found = (path for path in root.rglob("*") if path.is_file())
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mode)
        for path in found
    }


def test_an_export_is_what_dvc_itself_writes(project: Workbench, tmp_path: Path) -> None:
    project.run("data", "add", "data/raw", "data/tool.sh")
    project.run("run")
    (project.folder / ".gitignore").unlink()
    theirs = tmp_path / "theirs"
    shutil.copytree(project.folder, theirs, ignore=shutil.ignore_patterns(".ml", "ml.lock"))

    project.run("data", "export", "dvc", "--cmd", "own")
    told = dvc(theirs, "-c", SCRIPT)

    assert "status: {}\n" in told
    files = [*FILES, "data/.gitignore"]
    assert {name: _text(project.folder / name) for name in files} == {
        name: _text(theirs / name) for name in files
    }
    assert objects(project.folder) == objects(theirs)
    status = dvc(project.folder, "-m", "dvc", "status")
    assert status == "Data and pipelines are up to date.\n"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
