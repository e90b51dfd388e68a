"""What a service is for, told from what the file says of it: a step, or something that stays."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from modelcompose.adoption.calls import Call
from modelcompose.adoption.view import View
from modelcompose.compose.project import Project, Service

Kind = Literal["step", "one-shot", "schedule", "service", "unclear"]

_STORES = frozenset(
    {
        *("postgres", "postgis", "timescaledb", "pgvector", "mysql", "mariadb", "percona", "mssql"),
        *("mongo", "mongodb", "redis", "redis-stack", "valkey", "memcached", "keydb", "dragonfly"),
        *("rabbitmq", "kafka", "redpanda", "zookeeper", "nats", "mosquitto", "activemq", "pulsar"),
        *("elasticsearch", "opensearch", "clickhouse-server", "clickhouse", "cassandra", "scylla"),
        *("influxdb", "neo4j", "cockroach", "etcd", "consul", "vault", "minio", "localstack"),
        *("qdrant", "milvus", "weaviate", "chroma", "supabase", "surrealdb", "questdb", "trino"),
    }
)
_SERVERS = frozenset(
    {
        *("nginx", "traefik", "caddy", "haproxy", "httpd", "envoy", "grafana", "prometheus"),
        *("loki", "jaeger", "zipkin", "pgadmin4", "adminer", "phpmyadmin", "mongo-express"),
        *("keycloak", "portainer", "registry", "mlflow", "serving", "tritonserver", "torchserve"),
        *("ollama", "vllm-openai", "text-generation-inference", "airflow", "superset", "metabase"),
        *("minimal-notebook", "scipy-notebook", "tensorflow-notebook", "pytorch-notebook"),
        *("base-notebook", "datascience-notebook", "label-studio", "cvat", "prefect", "dagster"),
    }
)
_SERVING_PROGRAMS = frozenset(
    {
        *("uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "waitress-serve", "flask"),
        *("fastapi", "litestar", "sanic", "streamlit", "gradio", "panel", "voila", "chainlit"),
        *("jupyter", "jupyter-lab", "jupyter-notebook", "jupyterhub", "code-server", "sshd"),
        *("tensorboard", "mlflow", "celery", "rq", "dramatiq", "huey", "arq", "faust", "nginx"),
        *("supervisord", "airflow", "prefect", "dagster", "dagit", "ray", "bentoml", "torchserve"),
        *("tritonserver", "redis-server", "postgres", "mysqld", "mongod", "node", "npm", "yarn"),
        *("pnpm", "next", "vite", "watchmedo", "http-server", "serve", "caddy", "traefik", "vllm"),
        *("ollama", "java", "superset", "locust", "labelstudio", "label-studio"),
    }
)
_SERVING_MODULES = frozenset(
    {"uvicorn", "gunicorn", "flask", "http.server", "streamlit", "celery", "jupyter", "notebook"}
)
_IDLE = frozenset({"tail", "sleep", "bash", "sh", "zsh", "fish", "ipython", "cat", "top"})
_SCHEDULERS = frozenset({"cron", "crond", "supercronic", "ofelia", "yacron", "dcron"})
_MIGRATIONS = frozenset(
    {
        *("alembic", "flyway", "liquibase", "prisma", "goose", "dbmate", "yoyo", "sqitch", "psql"),
        *("mysql", "createdb", "pg_restore", "mongosh", "mongoimport", "mc", "kafka-topics", "aws"),
        *("migrate", "sqlx", "diesel", "initdb"),
    }
)
_MIGRATION_WORDS = frozenset({"migrate", "createsuperuser", "collectstatic", "loaddata", "flush"})
_FOREVER = frozenset(
    {
        *("serve_forever", "run_forever", "run_pending", "start_consuming", "BlockingScheduler"),
        *("serve", "run_server", "wait_for_termination", "run_polling", "idle_forever"),
    }
)
_STAYING = frozenset({"always", "unless-stopped"})
_TESTS = frozenset(
    {"pytest", "py.test", "unittest", "tox", "nox", "ruff", "mypy", "flake8", "nose2"}
)


class Role(Struct, frozen=True):
    """What a service is, and what says so."""

    kind: Kind
    reason: str
    is_test: bool = False
    """Whether it makes nothing: that it succeeded is its result."""


def role_of(project: Project, view: View, called: Sequence[Call]) -> Role:
    """Tell what a service is for.

    Args:
        project: with its other services.
        view: the service.
        called: what its command calls, scripts in shell scripts too.
    """
    service = view.service
    if service.step is not None:
        return Role("step", "it is one already")
    if any(call.program in _SCHEDULERS for call in called):
        return Role(
            "schedule", f"it runs {_programs(called)}, which runs other commands by the clock"
        )
    return (
        _store(service, called)
        or _migration(called)
        or _awaited(project, service, called)
        or _staying(service.document)
        or _serving(view, called)
        or _one_shot(service, called)
    )


def _store(service: Service, called: Sequence[Call]) -> Role | None:
    image = _image_name(service)
    if image.endswith("-notebook") and any(call.script for call in called):
        return None  # of an image for notebooks, only the programs are wanted
    if image in _STORES:
        return Role("service", f"{service.image}: keeps data for others")
    return Role("service", f"{service.image}: a server") if image in _SERVERS else None


def _image_name(service: Service) -> str:
    if service.image is None or service.build is not None:
        return ""
    return service.image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()


def _migration(called: Sequence[Call]) -> Role | None:
    for call in called:
        words = {*call.arguments, *call.script_arguments}
        if call.program in _MIGRATIONS or not _MIGRATION_WORDS.isdisjoint(words):
            return Role("unclear", f"it runs {_programs([call])}: what it makes is in a database")
    return None


def _awaited(project: Project, service: Service, called: Sequence[Call]) -> Role | None:
    """Find a service that others wait for to complete: that it ends is written in the file."""
    waiting = [
        name
        for name, other in project.services.items()
        if other.depends_on.get(service.name) == "service_completed_successfully"
    ]
    if not waiting:
        return None
    return Role("one-shot", f"{waiting[0]} waits until it has completed", _is_test(called))


def _staying(document: Any) -> Role | None:
    policy = ((document.get("deploy") or {}).get("restart_policy") or {}).get("condition")
    restart = str(document.get("restart") or "no")
    if restart in _STAYING or policy == "any":
        return Role("service", f"restart: {restart if restart in _STAYING else policy}")
    if document.get("ports"):
        return Role("service", "it publishes ports")
    health = document.get("healthcheck") or {}
    if health and not health.get("disable"):
        return Role("service", "it has a health check")
    return None


def _serving(view: View, called: Sequence[Call]) -> Role | None:
    for call in called:
        module = (call.module or "").partition(".")[0]
        if call.program in _SERVING_PROGRAMS or call.module in _SERVING_MODULES:
            if not _converts(call):
                return Role("service", f"it runs {call.program if not module else call.module}")
        elif call.program in _IDLE and call.script is None:
            return Role("service", f"it runs {call.program}: it waits for somebody")
        elif call.script is not None and _goes_on_forever(view, call.script):
            return Role("service", f"{call.script} goes on until it is stopped")
    return None


def _converts(call: Call) -> bool:
    """Tell whether a program that can serve does something that ends here: `jupyter nbconvert`."""
    return not {"nbconvert", "execute", "train", "build"}.isdisjoint(call.arguments[:2])


def _one_shot(service: Service, called: Sequence[Call]) -> Role:
    scripts = [call for call in called if call.script or call.module]
    if _is_test(called):
        return Role("one-shot", f"it runs {_programs(called)} to its end", is_test=True)
    if scripts:
        return Role("one-shot", f"it runs {_programs(scripts)} to its end")
    if not called:
        return Role("unclear", "nothing tells what it runs: it has no command of its own")
    if service.profiles or service.build is not None:
        return Role("one-shot", f"it runs {_programs(called)}, and has neither ports nor a restart")
    return Role("unclear", f"it runs {_programs(called)}, of which nothing more is known")


def _is_test(called: Sequence[Call]) -> bool:
    return bool(called) and any(call.program in _TESTS or call.module in _TESTS for call in called)


def _programs(called: Sequence[Call]) -> str:
    names = [call.script or call.module or call.program for call in called]
    return ", ".join(dict.fromkeys(names))


def _goes_on_forever(view: View, script: str) -> bool:
    """Tell whether a Python script serves, or loops without an end, at its own top level."""
    file = view.host(script)
    try:
        if file is None or file.suffix != ".py":
            return False
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    return any(_serves(node) or _loops(node) for node in ast.walk(tree))


def _serves(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
    if node.func.attr == "run":
        return owner in ("uvicorn", "app", "server", "web", "socketio", "demo", "hypercorn")
    return node.func.attr in _FOREVER


def _loops(node: ast.AST) -> bool:
    """Tell whether a loop `while True` has nothing that leaves it."""
    if not (
        isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value
    ):
        return False
    leaves = (ast.Break, ast.Return, ast.Raise)
    return not any(isinstance(inner, leaves) for inner in ast.walk(node))
