"""The viewer of built reports, which `make ui` makes: tests of whole pages need it."""

from __future__ import annotations

import os

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.reports.building import viewer


def need_viewer() -> None:
    """Skip a test where the viewer was not built; in CI it must be there."""
    try:
        viewer()
    except UsageError as error:
        if os.environ.get("CI"):
            pytest.fail(f"{error.message}: {error.hint}")
        pytest.skip(str(error.hint))
