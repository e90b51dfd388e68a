"""What nvidia-smi's answers mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.engine import gpus


def test_the_list_gives_indices() -> None:
    listed = (
        "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6)\n"
        "  MIG 3g.20gb Device 0: (UUID: MIG-1)\n"
        "GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-88888888)\n"
    )

    assert gpus.parse_list(listed) == ("0", "1")


def test_use_is_the_mean_and_memory_the_sum() -> None:
    assert gpus.parse_usage("50, 1024\n100, 2048\n") == gpus.Usage(75.0, 3072 * 2**20)


@pytest.mark.parametrize("text", ["", "[N/A], [N/A]\n", "No devices were found\n"])
def test_what_cannot_be_measured_is_none(text: str) -> None:
    assert gpus.parse_usage(text) is None


def test_a_machine_without_the_driver_has_no_gpus(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    gpus.indices.cache_clear()

    assert gpus.indices() == ()
    assert gpus.usage(["0"]) is None
    gpus.indices.cache_clear()


def test_a_driver_that_answers_is_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text('#!/bin/sh\n[ "$1" = -L ] && echo "GPU 3: T4" || echo "10, 1"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    gpus.indices.cache_clear()

    assert gpus.indices() == ("3",)
    assert gpus.usage(["3"]) == gpus.Usage(10.0, 2**20)
    gpus.indices.cache_clear()
