"""Why two architectures are near: the motifs that both have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nar.architecture import Decomposition

MAX_SHARED = 20


@dataclass(frozen=True)
class MotifCount:
    """How often a motif occurs in an architecture, and how many ops one instance has."""

    fingerprint: str
    name: str
    count: int
    ops: int


@dataclass(frozen=True)
class SharedMotif:
    """A motif of two architectures, with its instances in each."""

    fingerprint: str
    name: str
    query_count: int
    neighbour_count: int


def motif_counts(decomposition: Decomposition) -> tuple[MotifCount, ...]:
    """The motifs of an architecture, those that cover most ops first."""
    counts = Counter(decomposition.instance_motif.tolist())
    motifs = [
        MotifCount(motif.fingerprint, motif.name, counts[index], len(motif.graph))
        for index, motif in enumerate(decomposition.motifs)
    ]
    return tuple(sorted(motifs, key=lambda item: (-item.count * item.ops, item.fingerprint)))


def shared(query: Sequence[MotifCount], neighbour: Sequence[MotifCount]) -> list[SharedMotif]:
    """The motifs that both have, those that cover most ops of both first; at most MAX_SHARED."""
    theirs = {item.fingerprint: item for item in neighbour}
    pairs = [(mine, theirs[mine.fingerprint]) for mine in query if mine.fingerprint in theirs]
    pairs.sort(key=lambda pair: (-min(pair[0].count, pair[1].count) * pair[0].ops, pair[0].fingerprint))
    return [SharedMotif(one.fingerprint, one.name, one.count, two.count) for one, two in pairs[:MAX_SHARED]]
