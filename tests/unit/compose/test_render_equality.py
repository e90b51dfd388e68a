"""A rendered project is what its own files were."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from modelcompose.compose.fast_yaml import parse
from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.reader import read
from modelcompose.compose.render import render

from .conftest import Write

pytestmark = pytest.mark.docker

EVERYTHING = """
name: everything
x-ml: {mask: [A]}
x-other: {kept: true}
services:
  db:
    image: postgres:16
    ports: ["127.0.0.1:22:22", "8000-8002:8000-8002/udp"]
    healthcheck: {test: "curl $$HOST || exit 1", interval: 1m30s}
    environment:
      YES: "yes"
      ON: on
      TIME: "12:30:45"
      DATE: "2024-01-01"
      OCTAL: "0755"
      OTHER: "0o17"
      EXPONENT: "1e3"
      UNDERSCORE: "1_000"
      TILDE: "~"
      EQUALS: "="
      MERGE: "<<"
      EMPTY: ""
      MINUS: "-"
      COLON: "a: b"
      HASH: "a #b"
      SPACES: "  a  "
      TABS: "a\\tb\\x07"
      LINES: "a\\nb\\n\\n"
      SNOWMAN: "☃ 😀"
      DOLLAR: "$$x $${y}"
      NOTHING:
    labels: {"a.b": "$$c", "y": "n"}
    ulimits: {nofile: {soft: 1, hard: 2}}
    mem_limit: 1gb
    cpus: 0.5
  train:
    build:
      context: .
      dockerfile_inline: |
        FROM python:3.11-slim
        RUN echo $$A
      args: {A: 1, B: }
    profiles: [train]
    command: ["sh", "-c", "echo $$HOME; exit 0"]
    entrypoint: []
    volumes: [".:/app", "data:/data:ro", {type: tmpfs, target: /t}]
    depends_on: {db: {condition: service_healthy}}
    secrets: [{source: token, mode: 0440}]
    gpus: all
    x-ml: {step: {inputs: [a]}}
    x-note: kept
volumes: {data: {driver_opts: {a: "1"}}}
secrets: {token: {file: ./token}}
networks: {default: {internal: true}}
"""


def _config(*arguments: str) -> object:
    command = ["docker", "compose", "--profile", "*", *arguments, "config"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return parse(done.stdout)


def _without_x_ml(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_x_ml(each) for key, each in value.items() if key != "x-ml"}
    return [_without_x_ml(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("folder", [".", "elsewhere"])
def test_compose_resolves_the_rendered_file_to_the_same(write: Write, folder: str) -> None:
    write({"compose.yaml": EVERYTHING, "token": "t", "elsewhere/x": ""})
    rendered = Path(folder, "rendered.yaml")
    rendered.write_text(render(read(ComposeOptions(), reader="docker", all_profiles=True)))
    original = _without_x_ml(_config("--file", "compose.yaml"))
    assert _config("--file", str(rendered)) == original
