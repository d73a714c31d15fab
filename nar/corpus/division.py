"""Divides many graphs into motifs, with one process a core."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from nar.architecture import Decomposition
from nar.graph import Graph


def divide(graphs: Sequence[Graph]) -> Iterator[Decomposition]:
    """The decomposition of each graph, in their order."""
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_mine, graphs, chunksize=16)


def _mine(graph: Graph) -> Decomposition:
    from services.motif_miner import mine

    return mine(graph)
