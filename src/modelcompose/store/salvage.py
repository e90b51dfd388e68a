"""Taking a damaged pack apart: what is whole goes into a new one, the old one out of the way."""

from __future__ import annotations

import os
from pathlib import Path

from modelcompose.store.digests import PREFIX, digest_bytes
from modelcompose.store.intake import Intake
from modelcompose.store.packed import Packed, Packs


def salvage(root: Path, packs: Packs, pack: str, intake: Intake) -> list[str]:
    """Keep the whole objects of a pack, and set the pack aside; give the damaged ones' digests.

    Args:
        root: the store's folder.
        packs: its packs.
        pack: the damaged one's hex digest.
        intake: a way into the store, not yet entered.

    Raises:
        OSError: as the system says it; the pack then stays, or what was whole is there twice.
    """
    index = packs.indexes().get(pack)
    if index is None:
        return []
    damaged: list[str] = []
    with intake:
        for key, offset, size in index.items():
            data = packs.read(Packed(pack, offset, size))
            digest = PREFIX + key.hex()
            if digest_bytes(data) == digest:
                intake.add_small(digest, data)
            else:
                damaged.append(digest)
        intake.commit()
    os.unlink(root / "packs" / pack)
    os.replace(root / "blobs" / "sha256" / pack, root / "corrupt" / pack)
    packs.forget()
    return damaged
