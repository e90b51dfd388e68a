"""The text that a new report begins with, made of what a project says of itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

_HEAD = """\
# {title}

Say here what was asked, and in one sentence what came out.
This file is Markdown; `modelcompose report build {name}` makes one HTML file of it.
"""
_BEST = """
## The best so far

```runs
name: best
filter: "step = '{step}' and status = succeeded"
sort: {sort}
limit: 10
hidden: true
```

```metric
metric: {metric}
run: best
```

```table
runs: best
columns: [name, started, duration, metrics.{metric}]
```
"""
_ALL = """
## The latest runs

```table
runs: "status = succeeded"
limit: 20
```
"""
_COURSE = """
## How {step} went

```chart
runs: "step = '{step}'"
limit: 10
metrics: [{metrics}]
```
"""


class Seed(Struct, frozen=True):
    """What is known of a project before its first report."""

    objective: Mapping[str, str]
    """`STEP.METRIC` to `max` or `min`."""
    logged: Mapping[str, Sequence[str]]
    """The metrics that steps log as they go, by step: names that may hold the wildcards * and ?."""


def beginning(name: str, seed: Seed) -> str:
    """Give the text of a new report.

    Args:
        name: the report's.
        seed: what it is made from.
    """
    title = name.replace("-", " ").replace("_", " ")
    parts = [_HEAD.format(title=title[:1].upper() + title[1:], name=name)]
    parts += [_best(*one) for one in seed.objective.items()] or [_ALL]
    parts += [
        _COURSE.format(step=step, metrics=", ".join(map(_metric, metrics)))
        for step, metrics in seed.logged.items()
        if metrics
    ]
    return "".join(parts)


def _best(objective: str, way: str) -> str:
    step, _, metric = objective.partition(".")
    sort = f"{'-' if way == 'max' else ''}metrics.{metric}"
    return _BEST.format(step=step, metric=metric, sort=sort)


def _metric(pattern: str) -> str:
    """Give a metric of a chart for a pattern of `log_metrics`, with its wildcards * and ?."""
    if not {"*", "?"} & set(pattern):
        return pattern
    escaped = re.sub(r"[^\w*?/-]", lambda sign: "\\" + sign[0], pattern)
    return "/^" + escaped.replace("*", ".*").replace("?", ".") + "$/"
