"""What the search service asks of an index of vectors, whatever keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nar.architecture import Architecture
from services.search.filters import Filter

Vector = Sequence[float] | NDArray[np.float32]


@dataclass(frozen=True)
class Live:
    """A model version and the length of its vectors; "" and 0 where nothing was ever written.

    Attributes:
        model_version: name and digest of the weights.
        dimensions: length of a vector.
        others: model versions beside it.
    """

    model_version: str
    dimensions: int
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """An architecture and its cosine similarity to the query."""

    architecture: Architecture
    score: float


@dataclass(frozen=True)
class Row:
    """An architecture with its vector, as it is written."""

    architecture: Architecture
    vector: Vector


class Catalogue(Protocol):
    """The architectures of one model version, in collections. All methods raise Unavailable when it does not answer."""

    async def model_version(self) -> str:
        """Model version of the live vectors; "" where nothing was ever written."""

    async def nearest(self, vector: Vector, collection: str, where: Filter, offset: int, limit: int) -> list[Hit]:
        """The nearest of a collection, best first."""

    async def get(self, collection: str, identity: str, *, settled: bool = False) -> Row | None:
        """One architecture with its vector; `settled` where nothing was written lately, which may be faster."""

    async def page(self, collection: str, where: Filter, after: str, limit: int) -> list[Architecture]:
        """Architectures in the order of their ids, from behind the id `after`."""

    async def collections(self) -> dict[str, int]:
        """Number of architectures of each collection."""

    async def delete(self, collection: str, identity: str) -> None:
        """Removes an architecture."""
