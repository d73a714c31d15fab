"""Limits on what clients name: ids, collections, labels (see protos/nar/v1/architecture.proto)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nar.errors import InvalidInput

DEFAULT_COLLECTION = "default"
MAX_LABELS, MAX_LABEL_BYTES = 64, 1_024

_ID = re.compile(r"[A-Za-z0-9._\-/@:+]{1,512}")
_COLLECTION = re.compile(r"[A-Za-z0-9_]{1,64}")
_LABEL = re.compile(r"[A-Za-z0-9_]{1,64}")


def collection_name(name: str, field: str = "collection") -> str:
    """`name`, or the default; raises InvalidInput."""
    if name and not _COLLECTION.fullmatch(name):
        raise InvalidInput(f"collection {name[:80]!r}: use 1 to 64 letters, digits and _", field)
    return name or DEFAULT_COLLECTION


def architecture_id(identity: str, field: str = "id", *, required: bool = True) -> str:
    """`identity`; raises InvalidInput."""
    if (identity or required) and not _ID.fullmatch(identity):
        raise InvalidInput(f"id {identity[:80]!r}: use 1 to 512 letters, digits and . _ - / @ : +", field)
    return identity


def labels(values: Mapping[str, str], field: str = "labels") -> dict[str, str]:
    """`values`; raises InvalidInput."""
    if len(values) > MAX_LABELS:
        raise InvalidInput(f"{len(values)} labels; at most {MAX_LABELS} are kept", field)
    for key, value in values.items():
        if not _LABEL.fullmatch(key):
            raise InvalidInput(f"label {key[:80]!r}: use 1 to 64 letters, digits and _ for its name", field)
        if len(value.encode()) > MAX_LABEL_BYTES:
            raise InvalidInput(f"label {key!r} has {len(value.encode())} bytes; the limit is {MAX_LABEL_BYTES}", field)
    return dict(values)


def page_size(size: int, default: int, most: int) -> int:
    """`size`, or the default; raises InvalidInput."""
    if not 0 <= size <= most:
        raise InvalidInput(f"page_size {size} is not from 0 to {most}", "page_size")
    return size or default
