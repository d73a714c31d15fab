"""Where the record of an architecture, from which an index can be rebuilt, lies in the blob store."""

from __future__ import annotations

from services.runtime.blobs import segment


def record_key(collection: str, identity: str) -> str:
    """Key of one architecture's record."""
    return f"architectures/{collection}/{segment(identity)}.pb"
