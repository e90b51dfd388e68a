"""Which programs a command line calls."""

from __future__ import annotations

import shlex

import pytest

from modelcompose.adoption.calls import calls

SCRIPTS = {
    "python train.py": "train.py",
    "python3.11 -u -W ignore train.py --lr 1": "train.py",
    "/usr/bin/env python train.py": "train.py",
    "sh -c 'cd /x && python train.py > log 2>&1'": "train.py",
    "bash -lc 'exec python train.py'": "train.py",
    "./train.sh --fast": "./train.sh",
    "bash scripts/train.sh": "scripts/train.sh",
    "LR=1 OMP_NUM_THREADS=2 python train.py": "train.py",
    "uv run --with torch python train.py": "train.py",
    "poetry run python train.py": "train.py",
    "conda run -n env python train.py": "train.py",
    "timeout 1h python train.py": "train.py",
    "tini -- python train.py": "train.py",
    "torchrun --nproc_per_node 2 train.py": "train.py",
    "python -m torch.distributed.run --nnodes 1 train.py": "train.py",
    "accelerate launch train.py": "train.py",
    "coverage run train.py": "train.py",
    "Rscript fit.R": "fit.R",
    "papermill in.ipynb out.ipynb": "in.ipynb",
}


@pytest.mark.parametrize(("line", "script"), SCRIPTS.items(), ids=SCRIPTS)
def test_the_script_is_found(line: str, script: str) -> None:
    assert script in [call.script for call in calls(shlex.split(line))]


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("python -m pkg.train --lr 1", "pkg.train"),
        ("torchrun -m pkg.train", "pkg.train"),
        ("python -m pytest tests", "pytest"),
    ],
)
def test_the_module_is_found(line: str, module: str) -> None:
    assert [call.module for call in calls(shlex.split(line))] == [module]


def test_each_program_of_a_shell_script_is_found() -> None:
    text = "set -e\n# python old.py\nmkdir -p out; python a.py \\\n  --x 1 | tee log && python b.py"
    found = calls(["sh", "-c", text])
    assert [call.script for call in found if call.script] == ["a.py", "b.py"]
    assert found[2].script_arguments == ("--x", "1")


@pytest.mark.parametrize("line", ["", "python", "python -c 'print(1)'", "sh", "sleep 1"])
def test_no_script_is_made_up(line: str) -> None:
    assert [call.script for call in calls(shlex.split(line)) if call.script] == []
