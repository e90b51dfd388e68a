"""One large artifact through the hub and MLflow's own client: memory, processor time, throughput.

    .venv/bin/python bench/hub/artifacts.py [GIGABYTES [ARTIFACTS_URL]]

Up in parts of 10 MB as the client sends them, down in ranges, and again whole as one stream each
way. The hub's figures are its process's; the file is checked by its digest and deleted.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import psutil

GB = 10**9
_BLOCK_BYTES = 1 << 20


class Watch:
    """What a process uses while something happens."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._stop = Event()
        self.most_bytes = 0

    @contextmanager
    def told(self, what: str, size_bytes: int) -> Iterator[None]:
        """Print what a block cost."""
        before, began = sum(self._process.cpu_times()[:2]), time.perf_counter()
        self.most_bytes, self._stop = 0, Event()
        looking = Thread(target=self._look)
        looking.start()
        yield
        spent_s = time.perf_counter() - began
        self._stop.set()
        looking.join()
        cpu_s = sum(self._process.cpu_times()[:2]) - before
        rate = size_bytes / spent_s / 1e6
        print(
            f"{what}: {spent_s:.1f} s ({rate:.0f} MB/s), hub {cpu_s:.2f} CPU s "
            f"({cpu_s / size_bytes * GB:.2f} a GB), at most {self.most_bytes / 1e6:.0f} MB resident"
        )

    def _look(self) -> None:
        while not self._stop.wait(0.05):
            self.most_bytes = max(self.most_bytes, self._process.memory_info().rss)


def digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def make(file: Path, size_bytes: int) -> None:
    block = os.urandom(_BLOCK_BYTES)
    with file.open("wb") as stream:
        for number in range(size_bytes // _BLOCK_BYTES):
            stream.write(number.to_bytes(8) + block[8:])


def measure(address: str, watch: Watch, folder: Path, size_bytes: int) -> None:
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    import mlflow

    mlflow.set_tracking_uri(address)
    client = mlflow.MlflowClient()
    run = client.create_run("0").info.run_id
    file = folder / "large.bin"
    make(file, size_bytes)
    size_bytes, sent = file.stat().st_size, digest(file)
    for way, parts in (("in parts", "true"), ("as one stream", "false")):
        os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = parts
        os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"] = parts
        with watch.told(f"up {way}", size_bytes):
            client.log_artifact(run, str(file))
        with watch.told(f"down {way}", size_bytes):
            got = client.download_artifacts(run, "large.bin", str(folder / "down"))
        if digest(Path(got)) != sent:
            raise SystemExit(f"what came back {way} is not what was sent")
        Path(got).unlink()


def main() -> None:
    size_bytes = int(float(sys.argv[1] if len(sys.argv) > 1 else "5") * GB)
    options = ["--artifacts", sys.argv[2]] if len(sys.argv) > 2 else []  # noqa: PLR2004 - as told
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-") as place:
        folder = Path(place)
        (folder / "down").mkdir()
        environment = {**os.environ, "MODELCOMPOSE_HOME": place}
        command = [sys.executable, "-m", "modelcompose", "hub", "--port", "0", *options]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as hub:
            try:
                assert hub.stdout is not None
                address = hub.stdout.readline().strip()
                watch = Watch(hub.pid)
                at_rest = psutil.Process(hub.pid).memory_info().rss
                print(f"{size_bytes / GB:g} GB; the hub before: {at_rest / 1e6:.0f} MB resident")
                measure(address, watch, folder, size_bytes)
            finally:
                hub.terminate()


if __name__ == "__main__":
    main()
