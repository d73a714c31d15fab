"""Sampled architectures as records of a data set."""

from __future__ import annotations

from collections.abc import Iterator

from nar.architecture import Architecture, Block
from nar.corpus.darts import sample, to_graph
from nar.corpus.parquet import Record
from nar.fingerprint import fingerprint


def records(size: int, *, classes: int = 10, cells: int = 8, seed: int = 0) -> Iterator[Record]:
    """`size` sampled architectures; the family is the class. Two may be the same network."""
    for number, own in enumerate(sample(size, classes=classes, seed=seed)):
        name = f"{seed}-{number}"
        graph = to_graph(own.genotype, cells=cells, name=name)
        architecture = Architecture(
            id=f"darts/{name}",
            name=name,
            library="darts",
            family=f"class {own.label}",
            block=Block.CNN,
            fingerprint=fingerprint(graph),
            params=0,
            flops=0,
            ops=len(graph),
            edges=graph.edges.shape[1],
        )
        yield architecture, graph, ()
