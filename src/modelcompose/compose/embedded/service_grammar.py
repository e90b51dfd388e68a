"""The grammar of a service, as tables: key to shape."""

from __future__ import annotations

import re
from typing import Any

from modelcompose.compose.embedded.attachments import devices, file_mounts
from modelcompose.compose.embedded.build_grammar import build, extra_hosts, ulimits
from modelcompose.compose.embedded.deploy_grammar import deploy, gpus
from modelcompose.compose.embedded.entries import (
    assignments,
    different,
    labels,
    named_texts,
    options,
    text_or_texts,
    texts,
)
from modelcompose.compose.embedded.mounts import volumes
from modelcompose.compose.embedded.ports import ports
from modelcompose.compose.embedded.scalars import (
    choice,
    flag,
    kept_duration,
    kept_flag,
    number,
    plain_text,
    scalar_text,
    size,
    text,
    whole,
    words,
)
from modelcompose.compose.embedded.shapes import (
    OMIT,
    Place,
    Refused,
    Shape,
    expect,
    list_of,
    map_of,
    record,
    text_of,
)

_PULL_POLICY = re.compile(
    r"always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+"
)
_CONTAINER_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def _matching(pattern: re.Pattern[str]) -> Shape:
    def read(value: Any, place: Place) -> Any:
        expect(value, place, "string")
        if not pattern.search(value):
            raise Refused(place, f"'{value}' does not match pattern '{pattern.pattern}'")
        return value

    return read


def _pull_policy(value: Any, place: Place) -> Any:
    found = _matching(_PULL_POLICY)(value, place)
    return "missing" if found == "if_not_present" else found


def _depends_on(value: Any, place: Place) -> Any:
    expect(value, place, "array", "mapping")
    if isinstance(value, list):
        names = texts(value, place)
        default = {"condition": "service_started", "required": True}
        return OMIT if names is OMIT else {name: dict(default) for name in names}
    found = map_of(_dependency)(value, place)
    return found if found is OMIT else {n: {"required": True, **d} for n, d in found.items()}


def _test(value: Any, place: Place) -> Any:
    expect(value, place, "string", "array")
    return ["CMD-SHELL", value] if isinstance(value, str) else list_of(plain_text)(value, place)


def _env_file(value: Any, place: Place) -> Any:
    expect(value, place, "string", "array")
    if isinstance(value, str):
        return [{"path": value, "required": True}]
    entries = []
    for index, entry in enumerate(value):
        expect(entry, (*place, index), "string", "mapping")
        long_form = {"path": entry} if isinstance(entry, str) else entry
        entries.append({"required": True, **_environment_file(long_form, (*place, index))})
    return list({entry["path"]: entry for entry in entries}.values()) or OMIT


def networks(value: Any, place: Place) -> Any:
    """Take the networks of a service; a name without settings gets None."""
    expect(value, place, "array", "mapping")
    if isinstance(value, list):
        names = texts(value, place)
        return OMIT if names is OMIT else dict.fromkeys(names)
    return map_of(_network)(value, place)


def _network(value: Any, place: Place) -> Any:
    return None if value is None else _network_settings(value, place)


def _models(value: Any, place: Place) -> Any:
    expect(value, place, "array", "mapping")
    if isinstance(value, list):
        names = texts(value, place)
        return OMIT if names is OMIT else dict.fromkeys(names)
    return map_of(_model)(value, place)


def _model(value: Any, place: Place) -> Any:
    return None if value is None else _model_settings(value, place)


def _dns(value: Any, place: Place) -> Any:
    found = text_or_texts(value, place)
    return found if found is OMIT else [entry for entry in found if entry] or OMIT


def _pid(value: Any, place: Place) -> Any:
    expect(value, place, "string", "null")
    return value or OMIT


def _many(value: Any, place: Place) -> Any:
    entries = value if isinstance(value, list) else [value]
    for entry in entries:
        expect(entry, place, "string", "number", "boolean")
    return [text_of(entry) for entry in entries]


def _develop(value: Any, place: Place) -> Any:
    return OMIT if value is None else _development(value, place)


_number = whole(is_truncated=True)
_dependency = record(
    {
        "condition": choice("service_started", "service_healthy", "service_completed_successfully"),
        "required": kept_flag,
        "restart": flag,
    },
    required=("condition",),
)
_environment_file = record(
    {"path": text, "format": text, "required": kept_flag},
    required=("path",),
    has_extensions=False,
)
_network_settings = record(
    {
        "aliases": texts,
        "driver_opts": options,
        "gw_priority": _number,
        "interface_name": text,
        "ipv4_address": text,
        "ipv6_address": text,
        "link_local_ips": texts,
        "mac_address": text,
        "priority": _number,
    }
)
_model_settings = record({"endpoint_var": text, "model_var": text})
_hook = record(
    {
        "command": words,
        "environment": assignments,
        "privileged": flag,
        "user": text,
        "working_dir": text,
    },
    required=("command",),
)
_development = record(
    {
        "watch": list_of(
            record(
                {
                    "action": choice("rebuild", "sync", "restart", "sync+restart", "sync+exec"),
                    "exec": _hook,
                    "ignore": text_or_texts,
                    "include": text_or_texts,
                    "initial_sync": flag,
                    "path": plain_text,
                    "target": text,
                },
                required=("path", "action"),
            )
        )
    }
)
_limits = list_of(record({"path": text, "rate": size}, has_extensions=False))
_weights = list_of(record({"path": text, "weight": whole()}, has_extensions=False))
_blkio = record(
    {
        "device_read_bps": _limits,
        "device_read_iops": _limits,
        "device_write_bps": _limits,
        "device_write_iops": _limits,
        "weight": whole(),
        "weight_device": _weights,
    },
    has_extensions=False,
)
_health = record(
    {
        "disable": flag,
        "interval": kept_duration,
        "retries": whole(is_kept=True, is_truncated=True, least=0),
        "start_interval": kept_duration,
        "start_period": kept_duration,
        "test": _test,
        "timeout": kept_duration,
    }
)

SERVICE = record(
    {
        "annotations": labels,
        "attach": kept_flag,
        "blkio_config": _blkio,
        "build": build,
        "cap_add": named_texts,
        "cap_drop": named_texts,
        "cgroup": choice("host", "private"),
        "cgroup_parent": text,
        "command": words,
        "configs": file_mounts(folder=None),
        "container_name": _matching(_CONTAINER_NAME),
        "cpu_count": whole(least=0),
        "cpu_percent": whole(least=0, most=100),
        "cpu_period": _number,
        "cpu_quota": _number,
        "cpu_rt_period": _number,
        "cpu_rt_runtime": _number,
        "cpu_shares": _number,
        "cpus": number,
        "cpuset": text,
        "credential_spec": record({"config": text, "file": text, "registry": text}),
        "depends_on": _depends_on,
        "deploy": deploy,
        "develop": _develop,
        "device_cgroup_rules": texts,
        "devices": devices,
        "dns": _dns,
        "dns_opt": named_texts,
        "dns_search": text_or_texts,
        "domainname": text,
        "entrypoint": words,
        "env_file": _env_file,
        "environment": assignments,
        "expose": list_of(scalar_text, key=str),
        "external_links": texts,
        "extra_hosts": extra_hosts,
        "gpus": gpus,
        "group_add": different(scalar_text),
        "healthcheck": _health,
        "hostname": text,
        "image": text,
        "init": kept_flag,
        "ipc": text,
        "isolation": text,
        "label_file": text_or_texts,
        "labels": labels,
        "links": named_texts,
        "logging": record({"driver": text, "options": options}),
        "mac_address": text,
        "mem_limit": size,
        "mem_reservation": size,
        "mem_swappiness": size,
        "memswap_limit": size,
        "models": _models,
        "network_mode": text,
        "networks": networks,
        "oom_kill_disable": flag,
        "oom_score_adj": whole(least=-1000, most=1000),
        "pid": _pid,
        "pids_limit": _number,
        "platform": text,
        "ports": ports,
        "post_start": list_of(_hook),
        "pre_stop": list_of(_hook),
        "privileged": flag,
        "profiles": named_texts,
        "provider": record(
            {"options": map_of(_many, names=r".+"), "type": text}, required=("type",)
        ),
        "pull_policy": _pull_policy,
        "pull_refresh_after": lambda *_: OMIT,
        "read_only": flag,
        "restart": text,
        "runtime": text,
        "scale": whole(is_kept=True),
        "secrets": file_mounts(folder="/run/secrets"),
        "security_opt": texts,
        "shm_size": size,
        "stdin_open": flag,
        "stop_grace_period": kept_duration,
        "stop_signal": text,
        "storage_opt": options,
        "sysctls": labels,
        "tmpfs": text_or_texts,
        "tty": flag,
        "ulimits": ulimits,
        "use_api_socket": flag,
        "user": text,
        "userns_mode": text,
        "uts": text,
        "volumes": volumes,
        "volumes_from": texts,
        "working_dir": text,
    }
)
