"""A report as one HTML file that asks for nothing: same data, same bytes. Pure."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.reporting.document import ReportDocument

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Model Compose">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<noscript><p>This report needs JavaScript; it loads nothing from anywhere.</p></noscript>
<main id="report"></main>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""

_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)


class Viewer(Struct, frozen=True):
    """What draws a report: one classic script, and its styles."""

    script: str
    style: str


class Data(Struct, frozen=True):
    """What a built page holds."""

    document: ReportDocument
    series: Sequence[Any]
    """In the shape of `GET /series`."""


def page(data: Data, viewer: Viewer) -> str:
    """Give the whole file.

    Args:
        data: what is shown.
        viewer: what shows it.

    Raises:
        ValueError: the viewer cannot stand inside of a page.
    """
    script, style = viewer.script.strip(), viewer.style.strip()
    if "</script" in script.lower() or "<!--" in script or "</style" in style.lower():
        raise ValueError("the viewer holds what would end it")
    policy = _POLICY.format(script=_digest(script), style=_digest(style))
    return _PAGE.format(
        policy=html.escape(policy, quote=True).replace("&#x27;", "'"),
        title=html.escape(f"{data.document.title} · {data.document.project}"),
        style=style,
        data=in_script(msgspec.json.encode(data, order="deterministic")),
        script=script,
    )


def in_script(text: bytes) -> str:
    """Give JSON as it may stand in a script element: nothing in it can end that."""
    escaped = text.decode()
    for sign in "<>&\u2028\u2029":
        escaped = escaped.replace(sign, f"\\u{ord(sign):04x}")
    return escaped


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
