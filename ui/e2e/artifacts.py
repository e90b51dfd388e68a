"""Files as trainings leave them: images by step, tables, a page, a sound, curves and matrices."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import struct
import tempfile
import wave
import zlib
from pathlib import Path
from typing import Any

_CLASSES = ("cat", "dog", "horse", "ship")


def write_artifacts(run: Any, chance: random.Random) -> None:
    """Log files of every kind that the UI shows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for step in range(0, 50, 10):
            _write(folder / "samples" / f"grid_step_{step:04d}.png", picture(step, chance))
        _write(folder / "sound.wav", sound())
        _write(folder / "predictions.csv", _table(chance, 2_000).encode())
        _write(
            folder / "notes.md",
            b"# Notes\n\n- first **idea**\n- `second`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        )
        _write(
            folder / "report.html",
            b"<h1>Report</h1><script>document.body.append('made by script')</script>",
        )
        _write(
            folder / "config.json", json.dumps({"model": {"depth": 18}, "data": [1, 2, 3]}).encode()
        )
        _write(folder / "document.pdf", pdf("A page of a training"))
        _write(folder / "confusion_matrix.json", json.dumps(matrix(chance)).encode())
        for curve in ("roc", "pr"):
            _write(folder / "curves" / f"{curve}.csv", _curve(curve, chance).encode())
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            pass  # an extra: the rest is there without it
        else:
            columns = {"id": list(range(500)), "score": [chance.random() for _ in range(500)]}
            pq.write_table(pa.table(columns), folder / "scores.parquet")
        run.log_artifacts(folder)


def picture(step: int, chance: random.Random, size: int = 96) -> bytes:
    """Give a PNG that is less noisy the later it was made."""
    noise = 160 / (1 + step / 8)
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            ring = 128 + 100 * math.sin(math.hypot(x - size / 2, y - size / 2) / 4)
            for shift in (0, 40, 80):
                rows.append(max(0, min(255, int(ring + shift - 40 + chance.gauss(0, noise)))))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def sound(seconds: float = 0.5, rate: int = 8000) -> bytes:
    """Give a WAV of one tone."""
    frames = (int(12_000 * math.sin(i / rate * 440 * math.tau)) for i in range(int(rate * seconds)))
    data = b"".join(struct.pack("<h", frame) for frame in frames)
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(data)
    return held.getvalue()


def pdf(text: str) -> bytes:
    """Give a PDF of one line."""
    drawing = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode()
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(bodies) + 1, table)
    made += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, end)
    return bytes(made)


def matrix(chance: random.Random) -> dict[str, Any]:
    """Give a confusion matrix, whose rows are what was true."""
    rows = [[chance.randrange(5, 30) + 200 * (i == j) for j in range(4)] for i in range(4)]
    return {"labels": list(_CLASSES), "matrix": rows}


def _curve(kind: str, chance: random.Random) -> str:
    power = chance.uniform(0.15, 0.35)
    lines = ["fpr,tpr,threshold" if kind == "roc" else "recall,precision,threshold"]
    for i in range(101):
        x = i / 100
        y = x**power if kind == "roc" else 1 - 0.5 * x ** (1 / power)
        lines.append(f"{x:.2f},{y:.4f},{1 - x:.2f}")
    return "\n".join(lines) + "\n"


def _table(chance: random.Random, rows: int) -> str:
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(["id", "label", "predicted", "score", "comment"])
    for i in range(rows):
        label = chance.choice(_CLASSES)
        writer.writerow(
            [
                i,
                label,
                chance.choice(_CLASSES),
                f"{chance.random():.4f}",
                "a, b" if i % 7 == 0 else "",
            ]
        )
    return held.getvalue()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
