"""The machine and the versions that figures belong to."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_GIB = 1 << 30


def describe() -> dict[str, str]:
    """Give what a reader must know to judge the figures, name by name."""
    import psutil

    return {
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / _GIB:.1f} GiB",
        "system": f"{_distribution()}, {platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Model Compose": _installed("docker-ml"),
        "Docker Engine": _told(["docker", "version", "--format", "{{.Server.Version}}"]),
        "Docker Compose": _told(["docker", "compose", "version", "--short"]),
        "DVC": _installed("dvc"),
        "MLflow": _installed("mlflow"),
    }


def about(load_before: str) -> dict[str, str]:
    """Give the date, the machine, and how busy it was."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        **describe(),
        "load": f"{load_before} when it began, {load()} when it ended",
    }


def load() -> str:
    """Give how many processes wanted a core in the last minute: above their number is noise."""
    return f"{os.getloadavg()[0]:.1f}"


def _cpu() -> str:
    return next(_cpu_names(), platform.machine())


def _cpu_names() -> Iterator[str]:
    told = Path("/proc/cpuinfo")
    if told.exists():
        lines = (line.partition(":") for line in told.read_text().splitlines())
        yield from (value.strip() for name, _, value in lines if name.strip() == "model name")
    elif name := _told(["sysctl", "-n", "machdep.cpu.brand_string"]):
        yield name


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"macOS {platform.mac_ver()[0]}"


def _installed(distribution: str) -> str:
    """Give the version of a distribution beside this Python; empty where it is not there."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _told(command: Sequence[str]) -> str:
    """Give what a program says; empty when it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
