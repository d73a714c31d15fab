"""What was found in the index lately, until it is written to."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_SECONDS = 5.0


class ResultCache(Generic[Key, Value]):
    """The last answers; each holds for one version of the index, and a few seconds, since rows may become visible late.

    Args:
        size: answers that are kept; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Key, tuple[int, float, Value]] = OrderedDict()

    def get(self, key: Key, index_version: int) -> Value | None:
        """The answer, where it is known and holds for this version."""
        found = self._kept.get(key)
        if found is None or found[0] != index_version or time.monotonic() > found[1]:
            self._kept.pop(key, None)
            return None
        self._kept.move_to_end(key)
        return found[2]

    def put(self, key: Key, index_version: int, value: Value) -> None:
        """Keeps an answer that was asked for when the index had this version."""
        if not self._size:
            return
        self._kept[key] = (index_version, time.monotonic() + _SECONDS, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
