"""Variables that look like secrets and that no pattern covers."""

from __future__ import annotations

from modelcompose.adoption.secrets import uncovered_secrets
from tests.unit.adoption.conftest import Surveyed


def test_names_and_values_tell(surveyed: Surveyed) -> None:
    environment = {
        "DB_PASS": "x",
        "SENTRY_DSN": "x",
        "CACHE": "redis://:geheim@cache:6379",
        "API_KEY": "covered already",
        "BYPASS": "1",
        "HOMEPAGE": "https://example.com/a@b",
        "PWD": "/app",
    }
    project = surveyed({"a": {"environment": environment}}).project
    assert uncovered_secrets(project) == ["CACHE", "DB_PASS", "SENTRY_DSN"]


def test_what_is_masked_already_is_not_told_again(surveyed: Surveyed) -> None:
    service = {"environment": {"DB_PASS": "x"}}
    assert (
        uncovered_secrets(surveyed({"a": service}, **{"x-ml": {"mask": ["DB_PASS"]}}).project) == []
    )
