"""Figures as files; the libraries that draw them are the user's."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import Any

_DEFAULT = "png"


def picture(figure: Any, name: str) -> bytes:
    """Give a figure as a file of the kind that its name says.

    Raises:
        TypeError: it is no figure that is known here.
    """
    kind = PurePosixPath(name).suffix.lower().lstrip(".") or _DEFAULT
    if hasattr(figure, "savefig"):  # Matplotlib
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind)
        return buffer.getvalue()
    if hasattr(figure, "to_html"):  # Plotly
        if kind == "html":
            return str(figure.to_html(include_plotlyjs="cdn")).encode()
        return bytes(figure.to_image(format=kind))
    if hasattr(figure, "save"):  # Pillow
        buffer = io.BytesIO()
        figure.save(buffer, format={"jpg": "jpeg"}.get(kind, kind))
        return buffer.getvalue()
    raise TypeError(
        f"expected a figure of Matplotlib or Plotly or an image of Pillow, found {type(figure)}"
    )
