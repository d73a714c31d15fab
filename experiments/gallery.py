"""Neighbours to look at: the five nearest of 50 architectures of as many families, by the weights that ship.

    python -m experiments.gallery > docs/gallery.md

Libraries take turns, each with families drawn by a seed, so that rare tasks and blocks are there too. A neighbour of
another family is in italics.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from nar.architecture import Architecture
from nar.corpus import parquet, starter

DATA = Path("data")
SHOWN, NEAREST, SEED = 50, 5, 0

_HEAD = """# Gallery: the nearest of 50 architectures

Made by `python -m experiments.gallery > docs/gallery.md` from `data/corpus.parquet` and `data/starter.parquet`, model
{version}. Each row: an architecture with its family, block and task, and its five nearest among {count:,} with their
cosine similarities; *in italics* those of another family.

| architecture | nearest |
|---|---|"""


def choose(architectures: Sequence[Architecture], count: int, seed: int) -> list[int]:
    """Indices of `count` architectures of different families; the libraries take turns."""
    rng = random.Random(seed)
    by_library: dict[str, list[int]] = {}
    for index in rng.sample(range(len(architectures)), len(architectures)):
        by_library.setdefault(architectures[index].library, []).append(index)
    chosen: list[int] = []
    families: set[str] = set()
    while len(chosen) < count and any(by_library.values()):
        for library in sorted(by_library):
            waiting = by_library[library]
            while waiting and architectures[waiting[-1]].family in families:
                waiting.pop()
            if waiting and len(chosen) < count:
                chosen.append(waiting.pop())
                families.add(architectures[chosen[-1]].family)
    return sorted(chosen, key=lambda index: architectures[index].id)


def rows(architectures: Sequence[Architecture], vectors: np.ndarray) -> Iterator[str]:
    """A line of Markdown for each chosen architecture."""
    for index in choose(architectures, SHOWN, SEED):
        query = architectures[index]
        similarity = vectors @ vectors[index]
        similarity[index] = -1
        best = np.argsort(-similarity, kind="stable")[:NEAREST]
        cells = [_cell(architectures[other], query.family, float(similarity[other])) for other in best]
        about = ", ".join(filter(None, (query.family, query.block.value, query.task)))
        yield f"| {query.id} ({about}) | {'<br>'.join(cells)} |"


def _cell(found: Architecture, family: str, similarity: float) -> str:
    mark = "" if found.family == family else "*"
    return f"{mark}{found.id} ({found.family}){mark} {similarity:.3f}"


def main() -> None:
    """Prints the page."""
    known = starter.read(DATA / "starter.parquet")
    place = {exact: index for index, exact in enumerate(known.exact)}
    architectures = [architecture for architecture, _, _ in parquet.read(DATA / "corpus.parquet")]
    vectors = known.vectors[[place[item.fingerprint.exact] for item in architectures]]
    print(_HEAD.format(version=known.model_version, count=len(architectures)))
    print("\n".join(rows(architectures, vectors)))


if __name__ == "__main__":
    main()
