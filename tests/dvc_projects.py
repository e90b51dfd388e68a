"""Projects that the real `dvc` makes, away from what this user has of it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

DVC = str(Path(sys.executable).with_name("dvc"))


def dvc(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run `dvc ARGUMENTS` in a project; give what it printed."""
    own = folder.parent / "dvc-home"
    places = {
        name: str(own / name.lower())
        for name in ("DVC_SITE_CACHE_DIR", "DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR")
    }
    done = subprocess.run(
        [DVC, *arguments],
        cwd=folder,
        env={**os.environ, **places, "DVC_NO_ANALYTICS": "1", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, f"dvc {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout


def dvc_files(folder: Path) -> dict[str, bytes]:
    """Give everything that is DVC's in a project, byte for byte."""
    found = [*folder.glob("**/*.dvc"), *folder.glob("**/dvc.lock"), *folder.glob("**/dvc.yaml")]
    found += [path for path in (folder / ".dvc").rglob("*") if "tmp" not in path.parts]
    return {str(p.relative_to(folder)): p.read_bytes() for p in found if p.is_file()}


def legacy_object(cache: Path, data: bytes, *, suffix: str = "") -> str:
    """Put an object into a cache as DVC 2 does; give its name."""
    text = data if suffix or b"\0" in data else data.replace(b"\r\n", b"\n")
    oid = hashlib.md5(text).hexdigest() + suffix
    path = cache / oid[:2] / oid[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return oid
