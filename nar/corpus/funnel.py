"""How many models became data: named -> built -> captured -> distinct, by library and by what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nar.architecture import Architecture
from nar.corpus.collection import Outcome


@dataclass(frozen=True)
class Row:
    """One library, or all.

    Attributes:
        named: models that its registry lists.
        built: those that could be built here.
        captured: those that became a graph.
        exact: distinct exact fingerprints among them; one that several libraries share counts where it comes first.
        topologies: distinct topology fingerprints.
        families: distinct families.
    """

    library: str
    named: int
    built: int
    captured: int
    exact: int
    topologies: int
    families: int


def by_library(outcomes: Sequence[Outcome], architectures: Sequence[Architecture]) -> list[Row]:
    """One row a library in alphabetical order, then "all"."""
    libraries = sorted({outcome.library for outcome in outcomes})
    return [
        *(
            _row(
                library,
                [outcome for outcome in outcomes if outcome.library == library],
                [architecture for architecture in architectures if architecture.library == library],
            )
            for library in libraries
        ),
        _row("all", outcomes, architectures),
    ]


def count_by(architectures: Iterable[Architecture], key: Callable[[Architecture], str]) -> list[tuple[str, int]]:
    """Distinct architectures by what `key` says of them, the most frequent first."""
    return Counter(key(architecture) or "unknown" for architecture in architectures).most_common()


def _row(library: str, outcomes: Sequence[Outcome], architectures: Sequence[Architecture]) -> Row:
    return Row(
        library,
        len(outcomes),
        sum(not _unbuilt(outcome) for outcome in outcomes),
        sum(bool(outcome.exact) for outcome in outcomes),
        len({architecture.fingerprint.exact for architecture in architectures}),
        len({architecture.fingerprint.topology for architecture in architectures}),
        len({architecture.family for architecture in architectures}),
    )


def _unbuilt(outcome: Outcome) -> bool:
    return " could not build it " in outcome.reason or "was killed" in outcome.reason
