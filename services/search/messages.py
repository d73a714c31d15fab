"""The messages of architectures that answers hold again and again."""

from __future__ import annotations

from collections import OrderedDict

from nar.architecture import Architecture
from nar.codec import architecture_to_proto
from nar.v1 import architecture_pb2

_KEPT = 16_384


class ArchitectureMessages:
    """Makes the message of an object once; a catalogue gives the same object for the same row."""

    def __init__(self) -> None:
        # The object is kept too, so that no other can get its id.
        self._kept: OrderedDict[int, tuple[Architecture, architecture_pb2.Architecture]] = OrderedDict()

    def of(self, architecture: Architecture) -> architecture_pb2.Architecture:
        """Its message, not to be changed."""
        key = id(architecture)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = (architecture, architecture_to_proto(architecture))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found[1]
