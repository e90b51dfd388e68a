"""`python -m modelcompose_sdk deliver [FOLDER]`: deliver what is left in a spool."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from modelcompose_sdk import settings, spool
from modelcompose_sdk.background import deliver_file
from modelcompose_sdk.client import Away, Client


def main(arguments: list[str] | None = None) -> int:
    """Deliver; give the exit code: 0 when nothing is left."""
    parser = argparse.ArgumentParser(prog="python -m modelcompose_sdk")
    verbs = parser.add_subparsers(required=True)
    deliver = verbs.add_parser("deliver", help="deliver what is left in a spool")
    deliver.add_argument("folder", nargs="?", type=Path, help="by default this user's")
    deliver.add_argument("--to", metavar="URL", help="by default MLFLOW_TRACKING_URI")
    deliver.add_argument(
        "--all", action="store_true", help="also files whose writers may still live"
    )
    given = parser.parse_args(arguments)
    chosen = settings.read()
    address = given.to or chosen.address or settings.DEFAULT_ADDRESS
    client = Client(replace(chosen, address=address.rstrip("/")))
    left = 0
    for path in spool.files(given.folder or chosen.spool):
        try:
            left += not deliver_file(client, path, is_forced=given.all)
        except Away as error:
            settings.warn(f"{address} is away: {error}")
            return 1
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
