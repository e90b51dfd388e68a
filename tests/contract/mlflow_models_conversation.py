"""What is said of models to MLflow's server and to the hub: requests right and wrong."""

from __future__ import annotations

from typing import Any

from tests.contract.mlflow_conversation import (
    LANGUAGE,
    MISTAKES,
    NAMES,
    PAGES,
    Said,
    get,
    ours,
    post,
)

_TAG = {"key": "team", "value": "a"}


def _patch(path: str, body: Any) -> Said:
    return Said("PATCH", path, body)


def _delete(path: str, body: Any) -> Said:
    return Said("DELETE", path, body)


def _version(**fields: Any) -> Said:
    return post("model-versions/create", {"name": "delay", "source": "$source", **fields})


REGISTERED = [
    post("registered-models/create", {"name": "delay", "description": "Of flights"}),
    post("registered-models/create", {"name": "delay"}),
    post("registered-models/create", {}),
    post("registered-models/create", {"name": ""}),
    post("registered-models/create", {"name": "   "}),
    post("registered-models/create", {"name": "a/b"}),
    post("registered-models/create", {"name": "a:b"}),
    post("registered-models/create", {"name": ".."}),
    post("registered-models/create", {"name": "other", "tags": [_TAG]}),
    post("registered-models/create", {"name": "bad", "tags": [{"key": "x" * 251, "value": "a"}]}),
    post("registered-models/create", {"name": "bad2", "tags": [{"value": "a"}]}),
    get("registered-models/get", name="delay"),
    get("registered-models/get", name="nobody"),
    get("registered-models/get"),
    _patch("registered-models/update", {"name": "delay", "description": "Better"}),
    _patch("registered-models/update", {"name": "delay"}),
    _patch("registered-models/update", {"name": "nobody", "description": "x"}),
    _patch("registered-models/update", {"description": "x"}),
    post("registered-models/rename", {"name": "other", "new_name": "elsewhere"}),
    post("registered-models/rename", {"name": "elsewhere", "new_name": "delay"}),
    post("registered-models/rename", {"name": "elsewhere", "new_name": ""}),
    post("registered-models/rename", {"name": "elsewhere"}),
    post("registered-models/rename", {"name": "nobody", "new_name": "x"}),
    post("registered-models/set-tag", {"name": "delay", "key": "k", "value": "v"}),
    post("registered-models/set-tag", {"name": "delay", "key": "k"}),
    post("registered-models/set-tag", {"name": "delay", "value": "v"}),
    post("registered-models/set-tag", {"name": "nobody", "key": "k", "value": "v"}),
    post("registered-models/set-tag", {"name": "delay", "key": "x" * 251, "value": "v"}),
    post("registered-models/set-tag", {"name": "delay", "key": "*", "value": "v"}),
    _delete("registered-models/delete-tag", {"name": "delay", "key": "k"}),
    _delete("registered-models/delete-tag", {"name": "delay", "key": "k"}),
    _delete("registered-models/delete-tag", {"name": "delay"}),
    _delete("registered-models/delete-tag", {"name": "nobody", "key": "k"}),
    get("registered-models/search"),
    get("registered-models/search", max_results="1"),
    ours(PAGES, get("registered-models/search", max_results="0")),
    get("registered-models/search", max_results="1001"),
    ours(PAGES, get("registered-models/search", max_results="-1")),
    get("registered-models/search", filter="name = 'delay'"),
    get("registered-models/search", filter="name LIKE 'd%'"),
    get("registered-models/search", filter="name ILIKE 'D%'"),
    ours(LANGUAGE, get("registered-models/search", filter="name > 'd'")),
    get("registered-models/search", filter="tags.team = 'a'"),
    get("registered-models/search", filter="tag.`team` != 'b'"),
    get("registered-models/search", filter="tag.`mlflow.prompt.is_prompt` != 'true'"),
    get("registered-models/search", filter="tag.`mlflow.prompt.is_prompt` = 'true'"),
    get("registered-models/search", filter="name"),
    get("registered-models/search", filter="colour = 'x'"),
    get("registered-models/search", filter="run_id = 'x'"),
    ours(LANGUAGE, get("registered-models/search", filter="name = delay")),
    get("registered-models/search", order_by="name DESC"),
    get("registered-models/search", order_by="timestamp DESC"),
    get("registered-models/search", order_by="colour"),
    get("registered-models/search", order_by="name SIDEWAYS"),
    get("registered-models/search", page_token="nonsense"),
]

VERSIONS = [
    post("experiments/create", {"name": "of models"}, place="experiment_id"),
    post(
        "runs/create",
        {"experiment_id": "$place", "start_time": 1, "run_name": "maker"},
        maker="run.info.run_id",
        source="run.info.artifact_uri",
    ),
    _version(run_id="$maker", description="First", tags=[_TAG]),
    _version(run_id="$maker"),
    _version(),
    _version(run_id="nobody"),
    _version(name="nobody"),
    _version(name=""),
    _version(source=""),
    _version(source="/etc", run_id="$maker"),
    _version(source="file:///etc", run_id="$maker"),
    _version(source="mlflow-artifacts:/../x", run_id="$maker"),
    _version(source="models:/delay/1"),
    _version(source="models:/delay/99"),
    _version(source=f"models:/m-{'0' * 32}"),
    _version(source="s3://bucket/model"),
    _version(source="x" * 501),
    post("model-versions/create", {"name": "delay"}),
    post("model-versions/create", {"source": "s3://x/y"}),
    get("model-versions/get", name="delay", version="1"),
    get("model-versions/get", name="delay", version="99"),
    get("model-versions/get", name="nobody", version="1"),
    get("model-versions/get", name="delay", version="x"),
    get("model-versions/get", name="delay"),
    get("model-versions/get", version="1"),
    get("model-versions/get-download-uri", name="delay", version="1"),
    get("model-versions/get-download-uri", name="delay", version="99"),
    _patch("model-versions/update", {"name": "delay", "version": "1", "description": "Better"}),
    _patch("model-versions/update", {"name": "delay", "version": "99", "description": "Better"}),
    _patch("model-versions/update", {"name": "delay", "description": "Better"}),
    post("model-versions/set-tag", {"name": "delay", "version": "1", "key": "k", "value": "v"}),
    post("model-versions/set-tag", {"name": "delay", "version": "99", "key": "k", "value": "v"}),
    post("model-versions/set-tag", {"name": "delay", "version": "1", "value": "v"}),
    post("model-versions/set-tag", {"name": "delay", "version": "1", "key": "k"}),
    post("model-versions/set-tag", {"name": "delay", "version": "x", "key": "k", "value": "v"}),
    _delete("model-versions/delete-tag", {"name": "delay", "version": "1", "key": "k"}),
    _delete("model-versions/delete-tag", {"name": "delay", "version": "1", "key": "k"}),
    _delete("model-versions/delete-tag", {"name": "delay", "version": "1"}),
    post("model-versions/transition-stage", {"name": "delay", "version": "1", "stage": "Staging"}),
    post(
        "model-versions/transition-stage",
        {"name": "delay", "version": "2", "stage": "staging", "archive_existing_versions": True},
    ),
    post("model-versions/transition-stage", {"name": "delay", "version": "1", "stage": "Nowhere"}),
    post("model-versions/transition-stage", {"name": "delay", "version": "1"}),
    post("model-versions/transition-stage", {"name": "delay", "version": "99", "stage": "None"}),
    get("registered-models/get-latest-versions", name="delay"),
    get("registered-models/get-latest-versions", name="delay", stages="Staging"),
    get("registered-models/get-latest-versions", name="delay", stages="Nowhere"),
    get("registered-models/get-latest-versions", name="nobody"),
    post("registered-models/get-latest-versions", {"name": "delay", "stages": ["None"]}),
    post("registered-models/alias", {"name": "delay", "alias": "champion", "version": "1"}),
    post("registered-models/alias", {"name": "delay", "alias": "champion", "version": "2"}),
    post("registered-models/alias", {"name": "delay", "alias": "latest", "version": "2"}),
    post("registered-models/alias", {"name": "delay", "alias": "v3", "version": "2"}),
    post("registered-models/alias", {"name": "delay", "alias": "a b", "version": "2"}),
    post("registered-models/alias", {"name": "delay", "alias": "x" * 256, "version": "2"}),
    post("registered-models/alias", {"name": "delay", "alias": "champion", "version": "99"}),
    post("registered-models/alias", {"name": "nobody", "alias": "champion", "version": "1"}),
    post("registered-models/alias", {"name": "delay", "alias": "champion"}),
    post("registered-models/alias", {"name": "delay", "version": "1"}),
    get("registered-models/alias", name="delay", alias="champion"),
    get("registered-models/alias", name="delay", alias="nobody"),
    get("registered-models/alias", name="delay", alias="latest"),
    get("registered-models/alias", name="nobody", alias="champion"),
    get("registered-models/alias", name="delay"),
    get("registered-models/get", name="delay"),
    get("model-versions/get", name="delay", version="2"),
    _delete("registered-models/alias", {"name": "delay", "alias": "nobody"}),
    _delete("registered-models/alias", {"name": "delay", "alias": "champion"}),
    _delete("registered-models/alias", {"name": "nobody", "alias": "champion"}),
    get("model-versions/search"),
    get("model-versions/search", filter="name = 'delay'"),
    get("model-versions/search", filter="name='delay' and run_id = '$maker'"),
    get("model-versions/search", filter="run_id IN ('$maker')"),
    get("model-versions/search", filter="run_id IN ()"),
    ours(LANGUAGE, get("model-versions/search", filter="run_id IN ('x', 3)")),
    get("model-versions/search", filter="version_number > 1"),
    get("model-versions/search", filter="version_number = 'x'"),
    get("model-versions/search", filter="tags.team = 'a'"),
    get("model-versions/search", filter="source_path LIKE 's3%'"),
    get("model-versions/search", filter="colour = 'x'"),
    get("model-versions/search", filter="name LIKE 'd%'"),
    get("model-versions/search", filter="name"),
    get("model-versions/search", max_results="1"),
    get("model-versions/search", max_results="0"),
    get("model-versions/search", max_results="200001"),
    get("model-versions/search", order_by="version_number DESC"),
    get("model-versions/search", order_by="colour"),
    get("model-versions/search", page_token="nonsense"),
    _delete("model-versions/delete", {"name": "delay", "version": "2"}),
    _delete("model-versions/delete", {"name": "delay", "version": "2"}),
    _delete("model-versions/delete", {"name": "delay"}),
    _version(),
    _delete("registered-models/delete", {"name": "elsewhere"}),
    _delete("registered-models/delete", {"name": "elsewhere"}),
    _delete("registered-models/delete", {}),
]


def _logged_params(model: str, key: str) -> Said:
    params = [{"key": key, "value": "0.1"}]
    return post(f"logged-models/{model}/params", {"model_id": model, "params": params})


LOGGED = [
    post(
        "logged-models",
        {
            "experiment_id": "$place",
            "name": "clf",
            "model_type": "classifier",
            "source_run_id": "$maker",
            "params": [{"key": "depth", "value": "3"}],
            "tags": [_TAG],
        },
        model="model.info.model_id",
    ),
    post("logged-models", {"experiment_id": "$place", "name": "a/b"}),
    post("logged-models", {"experiment_id": "4242", "name": "x"}),
    post("logged-models", {"name": "x"}),
    get("logged-models/$model"),
    get("logged-models/m-nobody"),
    _patch("logged-models/$model", {"model_id": "$model", "status": "LOGGED_MODEL_READY"}),
    _patch("logged-models/m-nobody", {"model_id": "m-nobody", "status": "LOGGED_MODEL_READY"}),
    _logged_params("$model", "lr"),
    _logged_params("m-nobody", "lr"),
    _patch("logged-models/$model/tags", {"tags": [{"key": "k", "value": "v"}]}),
    _patch("logged-models/m-nobody/tags", {"tags": [{"key": "k", "value": "v"}]}),
    _delete("logged-models/$model/tags/k", None),
    _delete("logged-models/$model/tags/k", None),
    get("logged-models/$model/artifacts/directories"),
    get("logged-models/m-nobody/artifacts/directories"),
    post(
        "runs/log-metric",
        {
            "run_id": "$maker",
            "key": "auc",
            "value": 0.5,
            "timestamp": 5,
            "step": 1,
            "model_id": "$model",
        },
    ),
    post("runs/outputs", {"run_id": "$maker", "models": [{"model_id": "$model", "step": 1}]}),
    get("runs/get", run_id="$maker"),
    get("logged-models/$model"),
    post("logged-models/search", {"experiment_ids": ["$place"]}),
    post("logged-models/search", {"experiment_ids": ["$place"], "filter": "name = 'clf'"}),
    post("logged-models/search", {"experiment_ids": ["$place"], "filter": "metrics.auc > 0.1"}),
    post("logged-models/search", {"experiment_ids": ["$place"], "filter": "params.depth = '3'"}),
    ours(
        MISTAKES,
        post("logged-models/search", {"experiment_ids": ["$place"], "filter": "colour = 'x'"}),
    ),
    post("logged-models/search", {"experiment_ids": ["$place"], "filter": "name"}),
    post("logged-models/search", {"experiment_ids": ["$place"], "max_results": 0}),
    post("logged-models/search", {"experiment_ids": ["$place"], "max_results": 51}),
    post(
        "logged-models/search",
        {
            "experiment_ids": ["$place"],
            "order_by": [{"field_name": "metrics.auc", "ascending": False}],
        },
    ),
    post(
        "logged-models/search",
        {"experiment_ids": ["$place"], "order_by": [{"field_name": "colour"}]},
    ),
    post("logged-models/search", {"experiment_ids": []}),
    ours(
        MISTAKES,
        post("logged-models/search", {"experiment_ids": ["$place"], "page_token": "nonsense"}),
    ),
    _version(source="models:/$model", model_id="$model"),
    _delete("logged-models/$model", None),
    _delete("logged-models/$model", None),
    get("logged-models/$model"),
]


_EVENT = {"entity": "REGISTERED_MODEL", "action": "CREATED"}
_HOOK = {"name": "hook", "url": "https://127.0.0.1/x", "events": [_EVENT]}

WEBHOOKS = [
    post("webhooks", {**_HOOK, "name": ""}),
    post("webhooks", {**_HOOK, "name": "a b"}),
    post("webhooks", {**_HOOK, "name": "x" * 64}),
    post("webhooks", {**_HOOK, "url": "ftp://x.example.com/y"}),
    post("webhooks", {**_HOOK, "url": ""}),
    post("webhooks", {**_HOOK, "events": [{"entity": "REGISTERED_MODEL", "action": "SET"}]}),
    get("webhooks"),
    get("webhooks", max_results="1001"),
    get("webhooks/nobody"),
    _patch("webhooks/nobody", {"description": "x"}),
    _delete("webhooks/nobody", None),
]

OTHERWISE = [
    ours(NAMES, post("registered-models/create", {"name": "x" * 257})),
    ours(
        MISTAKES,
        post(
            "model-versions/transition-stage",
            {"name": "delay", "version": "1", "stage": "None", "archive_existing_versions": True},
        ),
    ),
]
