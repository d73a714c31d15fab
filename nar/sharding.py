"""Which of several workers a model belongs to."""

from __future__ import annotations

import hashlib


def shard_of(name: str, count: int) -> int:
    """Shard of `name` among `count`, from 0 on: by its SHA-256, so that it never changes."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % count
