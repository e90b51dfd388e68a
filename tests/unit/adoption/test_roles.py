"""What a service is for, told from what the file says of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.adoption.conftest import Surveyed

SCRIPTS = {
    "train.py": "open('model', 'w')",
    "serve.py": "import uvicorn\nuvicorn.run(app)",
    "loop.py": "while True:\n    work()",
    "ends.py": "while True:\n    if done(): break\nopen('model', 'w')",
    "train.sh": "#!/bin/sh\npython train.py\n",
}
ONE_SHOTS: dict[str, dict[str, Any]] = {
    "a script": {"command": "python train.py"},
    "a loop that ends": {"command": "python ends.py"},
    "a shell script": {"command": "sh train.sh"},
    "tests": {"command": "pytest -q"},
    "a notebook that is executed": {"command": "jupyter nbconvert --execute a.ipynb"},
    "a notebook by papermill": {
        "image": "jupyter/scipy-notebook",
        "command": "papermill a.ipynb b.ipynb",
        "profiles": ["report"],
    },
    "a restart on failure": {"command": "python train.py", "restart": "on-failure"},
}
SERVICES: dict[str, dict[str, Any]] = {
    "ports": {"command": "python train.py", "ports": ["80:80"]},
    "a restart": {"command": "python train.py", "restart": "unless-stopped"},
    "a health check": {"command": "python train.py", "healthcheck": {"test": "true"}},
    "a database": {"image": "registry.example.com/library/postgres:16"},
    "a server program": {"command": "uvicorn app:app"},
    "a script that serves": {"command": "python serve.py"},
    "a script that goes on": {"command": "python loop.py"},
    "a shell": {"command": "bash"},
    "a notebook server": {"command": "jupyter lab"},
    "a notebook server by its image": {"image": "jupyter/scipy-notebook"},
    "waiting": {"command": "sleep infinity"},
}
UNCLEAR: dict[str, dict[str, Any]] = {
    "a migration": {"command": "alembic upgrade head"},
    "Django's migration": {"command": "python manage.py migrate"},
    "nothing known": {"image": "acme/tool"},
}


def kind(surveyed: Surveyed, keys: dict[str, Any], **others: Any) -> str:
    found: str = surveyed({"it": keys, **others}, SCRIPTS).finding("it").role.kind
    return found


@pytest.mark.parametrize("keys", ONE_SHOTS.values(), ids=ONE_SHOTS)
def test_what_runs_to_its_end(surveyed: Surveyed, keys: dict[str, Any]) -> None:
    assert kind(surveyed, keys) == "one-shot"


@pytest.mark.parametrize("keys", SERVICES.values(), ids=SERVICES)
def test_what_stays(surveyed: Surveyed, keys: dict[str, Any]) -> None:
    assert kind(surveyed, keys) == "service"


@pytest.mark.parametrize("keys", UNCLEAR.values(), ids=UNCLEAR)
def test_what_nobody_can_tell(surveyed: Surveyed, keys: dict[str, Any]) -> None:
    assert kind(surveyed, keys) == "unclear"


def test_what_others_wait_for_runs_to_its_end(surveyed: Surveyed) -> None:
    waits = {"depends_on": {"it": {"condition": "service_completed_successfully"}}}
    assert kind(surveyed, {"image": "acme/tool"}, web=waits) == "one-shot"


def test_a_step_is_one_already(surveyed: Surveyed) -> None:
    assert kind(surveyed, {"x-ml": {"step": {"outputs": ["model"]}}}) == "step"


def test_a_named_service_is_a_one_shot_whatever_it_looks_like(surveyed: Surveyed) -> None:
    survey = surveyed({"it": SERVICES["a restart"]}, SCRIPTS)
    assert survey.finding("it", is_chosen=True).is_proposed
