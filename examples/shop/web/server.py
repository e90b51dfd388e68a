"""Serve the shop's figures: /orders from the database, /forecast from what a step wrote."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg

FORECAST = Path("/forecast/forecast.json")
LAST_DAYS = "SELECT day::text, count(*) FROM orders GROUP BY day ORDER BY day DESC LIMIT 7"


def orders() -> list[dict[str, object]]:
    """Give the orders of the last seven days, the latest first."""
    with psycopg.connect() as database:
        return [{"day": day, "orders": count} for day, count in database.execute(LAST_DAYS)]


def forecast() -> list[dict[str, object]]:
    """Give the forecast as it is now: read anew each time, so that a new one shows at once."""
    return json.loads(FORECAST.read_text())


PAGES = {"/orders": orders, "/forecast": forecast}


class Handler(BaseHTTPRequestHandler):
    """Answers with JSON."""

    def do_GET(self) -> None:
        page = PAGES.get(self.path)
        body = json.dumps(page() if page else {"pages": list(PAGES)}, indent=2).encode() + b"\n"
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    print("serves on port 8090", flush=True)
    ThreadingHTTPServer(("", 8090), Handler).serve_forever()
