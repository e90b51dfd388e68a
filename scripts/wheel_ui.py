"""Puts the built web UI into the wheel: hatch calls it before it packs the files.

An editable install leaves it out; `make ui` builds it there. Where there is no npm the wheel is
made without it, and the hub says so where a page is asked for.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebUi(BuildHookInterface):  # type: ignore[type-arg,misc,unused-ignore] # hatchling has no types here
    """Builds the web UI where it is not there yet."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's
        """Run before a wheel is packed."""
        source = Path(self.root) / "ui"
        built = Path(self.root) / "src" / "modelcompose" / "hub" / "static"
        if version == "editable" or (built / "index.html").exists() or not source.is_dir():
            return
        if shutil.which("npm") is None:
            self.app.display_warning("there is no npm: this wheel has no web UI")
            return
        for words in (("npm", "ci"), ("npm", "run", "build")):
            subprocess.run(words, cwd=source, check=True)
