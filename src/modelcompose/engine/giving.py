"""The variables that an execution is given beside its service's, made to fit with them."""

from __future__ import annotations

from collections.abc import Mapping

from modelcompose.engine.protocol import Given

_ADDRESS = "MLFLOW_TRACKING_URI"
_OF_MLFLOW = ("MLFLOW_", "_MLFLOW_")
_PYTHON_PATH = "PYTHONPATH"
_NO_PROXY = ("NO_PROXY", "no_proxy")
_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})


def given_variables(given: Given, known: Mapping[str, str]) -> dict[str, str]:
    """Give the variables to add.

    Args:
        given: what the execution is given.
        known: its variables as they would be without that.
    """
    variables = dict(given.variables)
    if known.get(_ADDRESS):
        variables = {n: v for n, v in variables.items() if not n.startswith(_OF_MLFLOW)}
    if given.python_path is not None:
        parts = (known.get(_PYTHON_PATH), given.python_path)
        variables[_PYTHON_PATH] = ":".join(part for part in parts if part)
    if given.unproxied is not None and any(name.upper() in _PROXIES for name in known):
        before = next((known[name] for name in _NO_PROXY if known.get(name)), "")
        hosts = ",".join(part for part in (before, given.unproxied) if part)
        variables |= dict.fromkeys(_NO_PROXY, hosts)
    return variables
