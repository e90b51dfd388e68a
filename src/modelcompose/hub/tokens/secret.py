"""The secrets of tokens: made here, and never kept."""

from __future__ import annotations

import base64
import os

PREFIX = "mc_"
"""What a secret begins with, so that it is known as one where it was left by mistake."""

_BYTES = 32


def new_secret() -> str:
    """Give a secret that nobody has yet."""
    return PREFIX + base64.urlsafe_b64encode(os.urandom(_BYTES)).rstrip(b"=").decode()
