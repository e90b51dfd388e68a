"""A file as an answer that a browser may show, and that cannot act as a page of the hub."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from modelcompose.hub.artifacts.download import disposition, download
from modelcompose.hub.artifacts.protocol import Reading
from modelcompose.hub.previews.kinds import SAVED, ending, kind_of, shown_type

# What a step wrote may be a page. Whoever opens its address gets it in a sandbox of its own:
# without the hub's origin, cookies, storage or network. Scripts of HTML run there, since plots
# are made of them; `unsafe-eval` gives nothing that `unsafe-inline` does not.
_PAGE = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; "
    "worker-src blob:; connect-src 'none'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
_DRAWING = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAPER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""A sandbox would keep the browser's own reader from showing it; its scripts have no origin."""
_ELSE = "sandbox; default-src 'none'; frame-ancestors 'self'"


def show(request: Request, reading: Reading, name: str, *, is_saved: bool) -> Response:
    """Give the answer to a request for a file; `reading` is closed with it.

    Args:
        request: the request, for its range and for what the client has already.
        reading: the file, open.
        name: what it is called.
        is_saved: whether a browser is to save it, and not to show it.
    """
    answer = download(request, reading, name)
    answer.headers["Content-Security-Policy"] = policy(name)
    kind = SAVED if is_saved else shown_type(name)
    answer.headers["Content-Type"] = kind
    if kind != SAVED:
        answer.headers["Content-Disposition"] = disposition(name).replace("attachment", "inline", 1)
    return answer


def policy(name: str) -> str:
    """Give what a file of this name may do in a browser."""
    kind = kind_of(name)
    if kind == "html":
        return _PAGE
    if kind == "pdf":
        return _PAPER
    return _DRAWING if ending(name) == ".svg" else _ELSE
