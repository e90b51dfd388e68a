"""What values of `x-ml` are made of: texts and numbers, each with the words of an error."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Path = Annotated[str, Meta(title="a path", min_length=1)]
Pattern = Annotated[str, Meta(title="a name, which may hold the wildcards * and ?", min_length=1)]
Reference = Annotated[str, Meta(title="a variable's name or FILE:KEY", min_length=1)]
Duration = Annotated[str, Meta(title="a duration such as 90s or 1h30m", min_length=1)]
MetricName = Annotated[str, Meta(title="STEP.METRIC", pattern=r"^[^.]+\..+$")]
Thing = Annotated[str, Meta(title="a name", min_length=1)]
ModelReference = Annotated[
    str, Meta(title="NAME@ALIAS or NAME@VERSION", pattern=r"^[^@\s]+@[^@\s]+$")
]
DataReference = Annotated[
    str, Meta(title="PATH, PATH@REV or PATH@sha256:…", pattern=r"^[^@\s][^@]*(@[^\s@-]\S*)?$")
]
SignalName = Annotated[
    str, Meta(title="a signal such as SIGHUP", pattern=r"^(SIG)?[A-Z][A-Z0-9+-]*$")
]
Condition = Annotated[str, Meta(title="a condition", min_length=1)]
Amount = Annotated[int, Meta(title="a whole number, 0 or more", ge=0)]
