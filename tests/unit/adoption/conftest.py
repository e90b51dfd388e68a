from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelcompose.adoption.survey import Survey
from modelcompose.compose.discovery import discover
from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.reader import read
from modelcompose.compose.sources import Sources

Surveyed = Callable[..., Survey]


@pytest.fixture
def surveyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Surveyed:
    """Give what surveys a project made of services and files, read without Docker.

    A service is in the base image with the project at /app, unless it says otherwise.
    """
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("COMPOSE_")]:
        monkeypatch.delenv(name)

    def make(
        services: Mapping[str, Any], files: Mapping[str, str] | None = None, **top: Any
    ) -> Survey:
        base = {"image": "python:3.11-slim", "working_dir": "/app", "volumes": [".:/app"]}
        whole = {name: {**base, **keys} for name, keys in services.items()}
        for keys in whole.values():
            for name in ["image"] if "build" in keys else []:
                del keys[name]
            for name in [name for name, value in keys.items() if value is None]:
                del keys[name]
        texts = {"compose.yaml": yaml.safe_dump({"services": whole, **top}, sort_keys=False)}
        for name, text in {**texts, **(files or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        options = ComposeOptions()
        project = read(options, reader="embedded", all_profiles=True)
        return Survey(project, Sources(discover(options, os.environ)))

    return make
