"""What the client answers: protobuf-free values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from nar.architecture import Architecture
from nar.graph import Graph

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class SharedMotif:
    """A motif that the query and a neighbour have in common, with the number of its instances in each."""

    fingerprint: str
    name: str
    query_count: int
    neighbour_count: int


@dataclass(frozen=True)
class Neighbour:
    """An indexed architecture near the query.

    Attributes:
        architecture: its metadata.
        score: cosine similarity to the query, from -1 to 1.
        shared_motifs: those that cover most ops first; at most 20, none for a query by vector.

    """

    architecture: Architecture
    score: float
    shared_motifs: tuple[SharedMotif, ...] = ()


@dataclass(frozen=True)
class SearchResult:
    """The nearest architectures, best first.

    Attributes:
        neighbours: one page of them.
        query: what was found out about the query; None for a query by vector.
        model_version: of the vectors that were compared.
        index_version: number of the last write that the answer takes into account.
        next_page_token: for `page_token` of the next call; "" on the last page.

    """

    neighbours: tuple[Neighbour, ...]
    query: Architecture | None
    model_version: str
    index_version: int
    next_page_token: str = ""

    def __iter__(self) -> Iterator[Neighbour]:
        """The neighbours."""
        return iter(self.neighbours)

    def __len__(self) -> int:
        """Number of neighbours on this page."""
        return len(self.neighbours)


@dataclass(frozen=True)
class MotifCount:
    """How often a motif occurs in an architecture, and how many ops one instance has."""

    fingerprint: str
    name: str
    count: int
    ops: int


@dataclass(frozen=True, eq=False)
class IndexedArchitecture:
    """One indexed architecture with what was asked for.

    Attributes:
        architecture: its metadata.
        motifs: those that cover most ops first.
        model_version: of the index.
        graph: its canonical computational graph, where it was asked for.
        vector: (dimensions,) its embedding, where it was asked for.

    """

    architecture: Architecture
    motifs: tuple[MotifCount, ...]
    model_version: str
    graph: Graph | None = None
    vector: Vector | None = None


@dataclass(frozen=True)
class Collection:
    """A named set of architectures, and their number."""

    name: str
    architectures: int


class JobState(StrEnum):
    """How far an index job is; all but RUNNING are terminal."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class IndexJob:
    """An index job; the numbers count its items by the stages that they have finished.

    Attributes:
        total: items accepted so far.
        extracted: items with a graph.
        mined: items with motifs.
        embedded: items with a vector.
        indexed: items in the index.
        failed: items that `list_failures` lists.
        duplicates: indexed items whose exact fingerprint another architecture of the collection has too.
        skipped: models that were left out because the collection has them; known of a job that was just made.

    """

    id: str
    collection: str
    state: JobState
    total: int
    extracted: int
    mined: int
    embedded: int
    indexed: int
    failed: int
    duplicates: int
    skipped: int = 0
    created_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        """Whether the state is terminal."""
        return self.state in (JobState.SUCCEEDED, JobState.CANCELLED)


@dataclass(frozen=True)
class IndexFailure:
    """Why an item of a job is not in the index: its number, its source, the stage that gave up, and one sentence."""

    item: int
    source: str
    stage: str
    reason: str


class Severity(StrEnum):
    """How bad a finding is: ERROR means that searches or jobs fail, or answers are incomplete."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that a check of the index looked at: what, how bad, one sentence, and what to do ("" for nothing)."""

    subject: str
    severity: Severity
    message: str
    advice: str
