"""Which ops form one motif instance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nar.graph import Graph, Ints
from services.motif_miner.cells import cell_labels
from services.motif_miner.encoding import Labels, mix, op_labels, size_labels
from services.motif_miner.options import MiningOptions
from services.motif_miner.ordering import canonical_order
from services.motif_miner.repeats import spread, tandem_groups
from services.motif_miner.segments import cut

# A cell is cut further where at least this share of its ops lies in parts that occur twice.
_WORTH = 0.5
# A chain of so many ops without a cut is searched for repeats op by op.
_CHAIN = 8


class Division:
    """An ordered graph and the cells that it is cut into.

    Attributes:
        order: (V,) op indices in the canonical order.
        edges: (2, E) edges in the order's numbering.
        starts: (n,) first op of each instance, in the order's numbering.
    """

    def __init__(self, graph: Graph, options: MiningOptions) -> None:
        self.order = canonical_order(graph)
        rank = np.empty(len(graph), np.int64)
        rank[self.order] = np.arange(len(graph))
        edges = rank[graph.edges]
        # Sorted by consumer, the edges of a part of the graph are a slice.
        self.edges = edges[:, np.argsort(edges[1], kind="stable")]
        self._options = options
        self._ops = op_labels(graph, use_op_labels=options.use_op_labels)[self.order]
        self._sized = mix(self._ops + size_labels(graph)[self.order])
        self.starts = np.zeros(1, np.int64)

    @property
    def size(self) -> int:
        """Number of ops V."""
        return len(self.order)

    def shapes(self, starts: Ints) -> Labels:
        """Per cell, a label of its topology."""
        return cell_labels(self._ops, self.edges, starts, self._options)

    def exact(self, starts: Ints) -> Labels:
        """Per cell, a label of its topology and its sizes."""
        return cell_labels(self._sized, self.edges, starts, self._options)

    def shapes_of_ops(self, begin: int, end: int) -> Labels:
        """First labels of the ops from `begin` to `end`."""
        return self._ops[begin:end]

    def is_gated(self, graph: Graph) -> NDArray[np.bool_]:
        """(V,) ops that a product of two tensors reads, as in a squeeze-and-excitation gate; none without op labels."""
        gated = np.zeros(self.size, bool)
        if self._options.use_op_labels and "mul" in graph.op_table:
            is_product = (graph.op == graph.op_table.index("mul"))[self.order]
            gated[self.edges[0][is_product[self.edges[1]]]] = True
        return gated

    def is_worth(self, bounds: Ints) -> bool:
        """Whether the cells between `bounds` repeat each other enough to be kept apart."""
        labels = self._part(bounds)
        _, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
        sizes = np.diff(bounds)
        return bool(sizes[counts[index] > 1].sum() >= _WORTH * sizes.sum())

    def _part(self, bounds: Ints) -> Labels:
        """Topology labels of the cells of a part of the graph."""
        begin, end = int(bounds[0]), int(bounds[-1])
        low, high = np.searchsorted(self.edges[1], [begin, end])
        edges = self.edges[:, low:high]
        edges = edges[:, edges[0] >= begin] - begin
        return cell_labels(self._ops[begin:end], edges, bounds[:-1] - begin, self._options)


def divide(graph: Graph, options: MiningOptions) -> Division:
    """Cuts, finds what repeats, and joins the cells of a repeated unit."""
    division = Division(graph, options)
    starts = cut(division.edges, division.size, division.is_gated(graph), division.is_worth)
    starts = _split_known_prefixes(division, starts)
    starts = _split_chains(division, starts)
    division.starts = _limit(_join_repeats(division, starts), division.size, options.max_motif_ops)
    return division


def _join_repeats(division: Division, starts: Ints) -> Ints:
    """Joins the cells of every repeated unit; sizes tell units apart whose ops alone are alike."""
    sizes = np.diff(np.append(starts, division.size))
    groups = spread(division.shapes(starts), tandem_groups(division.exact(starts), sizes))
    keep = np.ones(len(starts), bool)
    for begin, length in groups:
        keep[begin + 1 : begin + length] = False
    return starts[keep]


def _split_known_prefixes(division: Division, starts: Ints) -> Ints:
    """Cuts a cell after a part that is a whole cell elsewhere.

    The last block of a stage is followed by ops of another kind, with no cut between.
    """
    for _ in range(3):
        sizes = np.diff(np.append(starts, division.size))
        labels = division.shapes(starts)
        values, first, counts = np.unique(labels, return_index=True, return_counts=True)
        lengths = np.unique(sizes[first[counts > 1]])
        known = set(values[counts > 1].tolist())
        fresh = _prefix_cuts(division, starts, sizes, lengths[lengths > 2], known)
        if len(fresh) == 0:
            return starts
        starts = np.unique(np.concatenate([starts, fresh]))
    return starts


def _prefix_cuts(division: Division, starts: Ints, sizes: Ints, lengths: Ints, known: set[int]) -> Ints:
    """Ends of the longest known prefixes of cells; all cells of a length are looked up at once."""
    ends: dict[int, int] = {}
    for length in lengths.tolist():
        cells = np.flatnonzero(sizes > length)
        if len(cells) == 0:
            continue
        trial = np.unique(np.concatenate([starts, starts[cells] + length]))
        labels = division.shapes(trial)
        places = np.searchsorted(trial, starts[cells])
        for cell, label in zip(cells.tolist(), labels[places].tolist(), strict=True):
            if label in known:
                ends[cell] = int(starts[cell]) + length
    return np.array(sorted(ends.values()), np.int64)


def _split_chains(division: Division, starts: Ints) -> Ints:
    """Cuts long cells that have no cut of their own where sequences of single ops repeat."""
    sizes = np.diff(np.append(starts, division.size))
    labels = division.shapes(starts)
    _, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    fresh: list[int] = []
    for cell in np.flatnonzero((sizes >= _CHAIN) & (counts[index] == 1)).tolist():
        begin, size = int(starts[cell]), int(sizes[cell])
        ops = division.shapes_of_ops(begin, begin + size)
        groups = tandem_groups(ops, np.ones(size, np.int64))
        if sum(length for _, length in groups if length > 1) >= _WORTH * size:
            for unit, length in groups:
                fresh.extend((begin + unit, begin + unit + length))
    inside = [place for place in fresh if place < division.size]
    return np.unique(np.concatenate([starts, np.array(inside, np.int64)]))


def _limit(starts: Ints, size: int, most: int) -> Ints:
    """Cuts cells of more than `most` ops into pieces."""
    sizes = np.diff(np.append(starts, size))
    extra = [
        np.arange(begin + most, begin + length, most)
        for begin, length in zip(starts[sizes > most].tolist(), sizes[sizes > most].tolist(), strict=True)
    ]
    return np.unique(np.concatenate([starts, *extra]))
