"""A server of MLflow's as a source, over its REST protocol; it is only asked, never told.

The names of variables are those of MLflow's own client: `MLFLOW_TRACKING_TOKEN`,
`MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelcompose.hub.importing.files import files_of, local_folder
from modelcompose.hub.importing.http import Answerless, Server
from modelcompose.hub.importing.mlflow_messages import (
    experiment_of,
    logged_model_of,
    model_of,
    points_of,
    run_of,
    version_of,
)
from modelcompose.hub.importing.server_files import server_files
from modelcompose.hub.importing.source import (
    Part,
    Place,
    SourceExperiment,
    SourceFile,
    SourceLoggedModel,
    SourceModel,
    SourceRun,
)

_PAGE = 200
_MODELS_PAGE = 50
_HISTORY_PAGE = 25_000
_API = "/api/2.0/mlflow"


class MlflowServer:
    """The records of one server."""

    is_cheap = False
    keeps_numbers = True
    notes: Sequence[str] = ()

    def __init__(self, address: str, variables: Mapping[str, str]) -> None:
        """Look whether it answers.

        Args:
            address: of the server.
            variables: the environment, with what it takes to be let in.

        Raises:
            UsageError: no server of MLflow's answers there, or it refuses.
        """
        self._server = Server(address, variables)
        self.name = self._server.address
        self._experiments = [
            experiment_of(each) for each in self._pages("experiments", "experiments/search", {})
        ]

    def close(self) -> None:
        """Hold nothing."""

    def experiments(self) -> Sequence[SourceExperiment]:
        """Give all experiments."""
        return self._experiments

    def run_count(self) -> None:
        """Give nothing: a server does not count them."""

    def runs(self) -> Iterator[SourceRun]:
        """Give all runs, the oldest of each experiment first."""
        for experiment in self._experiments:
            asked = {
                "experiment_ids": [experiment.key],
                "run_view_type": "ALL",
                "order_by": ["attributes.start_time ASC"],
            }
            for run in self._pages("runs", "runs/search", asked):
                yield run_of(run)

    def series(self, run: SourceRun) -> Iterator[Part]:
        """Give all points of a run, page by page."""
        answer = self._server.get(f"{_API}/runs/get", {"run_id": run.id})
        names = sorted(each["key"] for each in answer["run"]["data"].get("metrics", ()))
        for name in names:
            asked = {"run_id": run.id, "metric_key": name, "max_results": _HISTORY_PAGE}
            while True:
                answer = self._server.get(f"{_API}/metrics/get-history", asked)
                found = answer.get("metrics", [])
                yield Part(name, points_of(found))
                if not answer.get("next_page_token") or not found:
                    break
                asked["page_token"] = answer["next_page_token"]

    def files(self, place: Place) -> Iterator[SourceFile]:
        """Give the files of a run or model, from the server or from this machine."""
        folder = local_folder(place.address)
        if folder is not None and folder.is_dir():
            yield from files_of(folder)
            return
        yield from server_files(self._server, place)

    def logged_models(self) -> Iterator[SourceLoggedModel]:
        """Give the logged models, where the server knows any."""
        for experiment in self._experiments:
            asked = {"experiment_ids": [experiment.key]}
            try:
                found = self._pages("models", "logged-models/search", asked, _MODELS_PAGE)
                yield from (logged_model_of(each) for each in found)
            except Answerless:  # a server of MLflow 2
                return

    def models(self) -> Iterator[SourceModel]:
        """Give the registered models."""
        try:
            models = list(self._listed("registered_models", "registered-models/search", {}))
        except Answerless:  # a store of files without a registry
            return
        for model in models:
            quote = '"' if "'" in model["name"] else "'"
            asked = {"filter": f"name={quote}{model['name']}{quote}"}
            versions = self._listed("model_versions", "model-versions/search", asked)
            found = [self._version(each) for each in versions]
            yield model_of(model, sorted(found, key=lambda version: version.version))

    def _version(self, message: dict[str, Any]) -> Any:
        asked = {"name": message["name"], "version": message["version"]}
        try:
            answer = self._server.get(f"{_API}/model-versions/get-download-uri", asked)
        except Answerless:
            return version_of(message, "")
        return version_of(message, answer.get("artifact_uri", ""))

    def _pages(
        self, field: str, route: str, asked: dict[str, Any], size: int = _PAGE
    ) -> Iterator[dict[str, Any]]:
        asked = {**asked, "max_results": size}
        if route.startswith("experiments"):
            asked["view_type"] = "ALL"
        while True:
            answer = self._server.post(f"{_API}/{route}", asked)
            yield from answer.get(field, ())
            if not answer.get("next_page_token"):
                return
            asked["page_token"] = answer["next_page_token"]

    def _listed(self, field: str, route: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        asked = {**asked, "max_results": _PAGE}
        while True:
            answer = self._server.get(f"{_API}/{route}", asked)
            yield from answer.get(field, ())
            if not answer.get("next_page_token"):
                return
            asked["page_token"] = answer["next_page_token"]
