"""Architectures of the DARTS search space (Liu et al., 2018), as Pei et al. generate them (appendix A.4, section 4.7).

A cell has two inputs, the outputs of the two cells before it, and four ADD nodes; each adds two edges, and each edge
from an earlier ADD node or an input carries one of seven operations, which is a node of its own here. A cell's output
is the concatenation of its ADD nodes. A network is a stem, cells (the reduction cell at one and two thirds of the
depth, else the normal cell), global average pooling and a linear layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from nar.graph import Graph, Ints

OPERATIONS = ("max_pool3x3", "avg_pool3x3", "identity", "sep_conv3x3", "sep_conv5x5", "dil_conv3x3", "dil_conv5x5")
ADDS, INPUTS, EDGES = 4, 2, 2

_TABLE = (*OPERATIONS, "add", "concat", "input", "conv3x3", "global_avg_pool", "linear")
_ADD, _CONCAT, _INPUT, _STEM, _POOL, _LINEAR = range(len(OPERATIONS), len(_TABLE))
_CELL_NODES = ADDS * (EDGES + 1) + 1


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        sources: (ADDS, EDGES) where each edge comes from: 0 and 1 are the inputs, 2 + i is ADD node i. The two edges of
            an ADD node come from different places, the lower first.
        operations: (ADDS, EDGES) index into OPERATIONS of each edge.
    """

    sources: Ints
    operations: Ints


@dataclass(frozen=True)
class Genotype:
    """A network: its normal and its reduction cell."""

    normal: Cell
    reduction: Cell


@dataclass(frozen=True)
class Sample:
    """A network of a data set: its class is the number of the centre that it was sampled around."""

    genotype: Genotype
    label: int
    distance: int


def random_genotype(rng: Generator) -> Genotype:
    """A network drawn uniformly over sources and operations."""
    return Genotype(_random_cell(rng), _random_cell(rng))


def distance(one: Genotype, two: Genotype) -> int:
    """Graph edit distance between the cells when ADD nodes keep their places.

    An operation that differs costs 1 (its node is relabelled), a source that differs 2 (an edge goes, an edge comes).
    """
    return sum(
        int((a.operations != b.operations).sum()) + 2 * int((a.sources != b.sources).sum())
        for a, b in ((one.normal, two.normal), (one.reduction, two.reduction))
    )


def sample(size: int, *, classes: int = 10, seed: int = 0, edits: int = 6) -> Iterator[Sample]:
    """`size` networks in `classes` classes: diverse centres, and networks a few edits away from them.

    Args:
        size: number of networks; classes differ by one at most.
        classes: number of centres; chosen one after the other, each the farthest of 1,000 from those before it.
        seed: of all random choices.
        edits: most edits between a network and its centre; how many is uniform from 1 on.
    """
    rng = np.random.default_rng(seed)
    centres = _centres(classes, rng)
    for number in range(size):
        centre = centres[number % classes]
        changed = centre
        for _ in range(int(rng.integers(1, edits + 1))):
            changed = _edited(changed, rng)
        yield Sample(changed, number % classes, distance(centre, changed))


def to_graph(genotype: Genotype, *, cells: int = 8, name: str = "") -> Graph:
    """The computational graph: input, stem, `cells` cells of 13 nodes, pooling, linear layer."""
    ops: list[Ints] = [np.array([_INPUT, _STEM])]
    edges: list[Ints] = [np.array([[0], [1]])]
    before = last = 1
    for number in range(cells):
        cell = genotype.reduction if number in (cells // 3, 2 * cells // 3) else genotype.normal
        begin = 2 + number * _CELL_NODES
        own_ops, own_edges = _cell_graph(cell, (before, last), begin)
        ops.append(own_ops)
        edges.append(own_edges)
        before, last = last, begin + _CELL_NODES - 1
    ops.append(np.array([_POOL, _LINEAR]))
    edges.append(np.array([[last, last + 1], [last + 1, last + 2]]))
    return Graph(_TABLE, np.concatenate(ops), np.concatenate(edges, axis=1), name=name)


def _cell_graph(cell: Cell, inputs: tuple[int, int], begin: int) -> tuple[Ints, Ints]:
    """Ops and edges of a cell whose first node has the number `begin`: per ADD node its operations, then itself."""
    adds = begin + np.arange(ADDS) * (EDGES + 1) + EDGES
    operations = adds[:, None] - EDGES + np.arange(EDGES)
    places = np.concatenate([np.array(inputs), adds])
    concat = begin + _CELL_NODES - 1
    ops = np.append(np.concatenate([cell.operations, np.full((ADDS, 1), _ADD)], axis=1).ravel(), _CONCAT)
    sources = np.concatenate([places[cell.sources].ravel(), operations.ravel(), adds])
    targets = np.concatenate([operations.ravel(), np.repeat(adds, EDGES), np.full(ADDS, concat)])
    return ops, np.stack([sources, targets])


def _random_cell(rng: Generator) -> Cell:
    sources = [np.sort(rng.choice(INPUTS + add, EDGES, replace=False)) for add in range(ADDS)]
    return Cell(np.stack(sources), rng.integers(0, len(OPERATIONS), (ADDS, EDGES)))


def _centres(classes: int, rng: Generator) -> list[Genotype]:
    candidates = [random_genotype(rng) for _ in range(1_000)]
    centres = candidates[:1]
    nearest = np.array([distance(centres[0], other) for other in candidates])
    while len(centres) < classes:
        centres.append(candidates[int(nearest.argmax())])
        nearest = np.minimum(nearest, [distance(centres[-1], other) for other in candidates])
    return centres


def _edited(genotype: Genotype, rng: Generator) -> Genotype:
    """One edge with another operation or, where there is a choice, another source."""
    cells = [genotype.normal, genotype.reduction]
    which, add, edge = int(rng.integers(2)), int(rng.integers(ADDS)), int(rng.integers(EDGES))
    cell = Cell(cells[which].sources.copy(), cells[which].operations.copy())
    free = np.setdiff1d(np.arange(INPUTS + add), cell.sources[add])
    if len(free) and rng.random() < 1 / 3:
        cell.sources[add, edge] = rng.choice(free)
        order = np.argsort(cell.sources[add])
        cell.sources[add], cell.operations[add] = cell.sources[add][order], cell.operations[add][order]
    else:
        others = np.delete(np.arange(len(OPERATIONS)), cell.operations[add, edge])
        cell.operations[add, edge] = rng.choice(others)
    cells[which] = cell
    return Genotype(*cells)
