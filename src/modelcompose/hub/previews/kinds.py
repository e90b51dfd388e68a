"""How a file is looked at: told by its name alone, since a content can lie."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import Literal

FileKind = Literal[
    "image",
    "audio",
    "video",
    "pdf",
    "html",
    "markdown",
    "json",
    "table",
    "text",
    "binary",
]

IMAGES: Mapping[str, str] = {
    ".png": "image/png",
    ".apng": "image/apng",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".ico": "image/x-icon",
    ".svg": "image/svg+xml",
}
_AUDIO: Mapping[str, str] = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
}
_VIDEO: Mapping[str, str] = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".mov": "video/quicktime",
}
_TABLES = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet", ".pq"})
_MARKDOWN = frozenset({".md", ".markdown"})
_HTML = frozenset({".html", ".htm"})
_JSON = frozenset({".json", ".geojson", ".ipynb"})
_TEXTS = frozenset(
    {
        *(".txt", ".log", ".out", ".err", ".py", ".pyi", ".ipy", ".r", ".jl", ".sh", ".bash"),
        *(".sql", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env", ".xml", ".xhtml"),
        *(".js", ".mjs", ".ts", ".tsx", ".jsx", ".css", ".scss", ".svelte", ".vue", ".rst"),
        *(".c", ".h", ".cc", ".cpp", ".hpp", ".cu", ".java", ".kt", ".go", ".rs", ".rb", ".pl"),
        *(".tex", ".bib", ".diff", ".patch", ".lock", ".dockerfile", ".gitignore", ".properties"),
    }
)
_TEXT_NAMES = frozenset(
    {
        *("dockerfile", "makefile", "license", "readme", "mlmodel", "procfile", "requirements"),
        *(".dockerignore", ".gitignore", ".editorconfig", ".python-version"),
    }
)
PLAIN = "text/plain; charset=utf-8"
SAVED = "application/octet-stream"


def ending(name: str) -> str:
    """Give the ending of a file's name with its dot, in small letters."""
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem else ""


def kind_of(name: str) -> FileKind:
    """Tell how a file of this name is looked at."""
    end = ending(name)
    media: tuple[tuple[object, FileKind], ...] = (
        (IMAGES, "image"),
        (_AUDIO, "audio"),
        (_VIDEO, "video"),
        ({".pdf"}, "pdf"),
        (_HTML, "html"),
        (_MARKDOWN, "markdown"),
        (_JSON, "json"),
        (_TABLES, "table"),
        (_TEXTS, "text"),
    )
    for endings, kind in media:
        if end in endings:  # type: ignore[operator]
            return kind
    if not end or name.lower() in _TEXT_NAMES:
        return "text"
    return "text" if (mimetypes.guess_type(name)[0] or "").startswith("text/") else "binary"


def shown_type(name: str) -> str:
    """Give the media type under which a file may be looked at; else the one to be saved as."""
    end, kind = ending(name), kind_of(name)
    if kind in ("image", "audio", "video"):
        return {**IMAGES, **_AUDIO, **_VIDEO}[end]
    if kind == "pdf":
        return "application/pdf"
    if kind == "html":
        return "text/html; charset=utf-8"
    is_parquet = end in (".parquet", ".pq")
    return SAVED if kind == "binary" or is_parquet else PLAIN
