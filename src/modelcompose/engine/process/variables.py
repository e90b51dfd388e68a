"""Which variables a step's process is given."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from fnmatch import translate

from modelcompose.compose.project import Service

INHERITED = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TMPDIR",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "PYENV_VERSION",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
"""Name patterns of the caller's variables that a step sees: what programs need to start.

All others stay outside, as they would stay outside a container.
"""

_INHERITED = re.compile("|".join(map(translate, INHERITED)))


def inherited(caller: Mapping[str, str]) -> dict[str, str]:
    """Give the part of the caller's environment that steps see."""
    return {name: value for name, value in caller.items() if _INHERITED.match(name)}


def service_variables(service: Service, caller: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the variables of a service's processes: the caller's few, then the service's own.

    A variable that the service names without a value stays unset, as in a container.
    """
    own = {name: value for name, value in service.environment.items() if value is not None}
    return inherited(os.environ if caller is None else caller) | own
