"""What the contracts share: assertions that tell what they compared, and MLflow left as found."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("modelcompose.testing")


@pytest.fixture(autouse=True)
def _mlflow_forgets_its_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have no test find what another told MLflow's client, which keeps it for the process."""
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.delenv(name, raising=False)
    yield
    if "mlflow" in sys.modules:
        import mlflow
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

        mlflow.set_tracking_uri(None)  # type: ignore[arg-type] # which takes it, for its own use
        mlflow.set_registry_uri(None)  # type: ignore[arg-type]
        monkeypatch.delenv("MLFLOW_REGISTRY_URI", raising=False)
        for choices in AUTOLOGGING_INTEGRATIONS.values():
            choices.clear()  # what one library's `autolog` was told goes before `mlflow.autolog`
