from __future__ import annotations

import platform

from modelcompose.tracking.host import this_host


def test_the_machine_is_described() -> None:
    host = this_host()
    assert host.name == platform.node()
    assert host.system == f"{platform.system()}-{platform.release()}-{platform.machine()}"
    assert host.cpus >= 1
    assert host.memory_bytes is not None
    assert host.python == platform.python_version()
