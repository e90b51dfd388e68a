"""MLflow as a source, by whatever its users call it: a server, a file, a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from modelcompose.errors import UsageError

if TYPE_CHECKING:
    from modelcompose.hub.importing.mlflow_folder import MlflowFolder
    from modelcompose.hub.importing.mlflow_server import MlflowServer
    from modelcompose.hub.importing.mlflow_sqlite import MlflowSqlite

_HINT = "give a server's address, MLflow's SQLite file, or its folder mlruns"


def open_mlflow(
    address: str, variables: Mapping[str, str]
) -> MlflowFolder | MlflowServer | MlflowSqlite:
    """Open what an address of MLflow's names.

    Args:
        address: what `MLFLOW_TRACKING_URI` may be set to, or a path.
        variables: the environment, with what it takes to be let in.

    Raises:
        UsageError: there is nothing of MLflow's.
    """
    scheme, separator, rest = address.partition("://")
    if scheme in ("http", "https") and separator:
        from modelcompose.hub.importing.mlflow_server import MlflowServer

        return MlflowServer(address, variables)
    if scheme == "sqlite":
        path = Path(unquote(rest.removeprefix("/")))
    elif scheme == "file" or address.startswith("file:"):
        path = Path(unquote(urlsplit(address).path))
    elif separator:
        raise UsageError(f"{scheme}://…: no such kind of source", hint=_of_database(scheme))
    else:
        path = Path(address).expanduser()
    if path.is_dir():
        from modelcompose.hub.importing.mlflow_folder import MlflowFolder

        return MlflowFolder(path)
    from modelcompose.hub.importing.mlflow_sqlite import open_sqlite

    return open_sqlite(path)


def _of_database(scheme: str) -> str:
    if scheme.partition("+")[0] in ("postgresql", "postgres", "mysql", "mssql"):
        return "give the address of the MLflow server that uses this database: http://…"
    return _HINT
