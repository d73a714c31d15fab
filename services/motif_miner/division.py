"""Which ops form one motif instance."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nar.fingerprint import mix
from nar.graph import Graph, Ints
from services.motif_miner.cells import cell_labels
from services.motif_miner.encoding import Labels, encode, op_labels, size_labels
from services.motif_miner.options import MiningOptions
from services.motif_miner.ordering import canonical_order
from services.motif_miner.repeats import align, spread, tandem_groups
from services.motif_miner.segments import cut, last_readers, live_tensors
from services.motif_miner.shortcuts import cut_after_shortcuts, join_closings, join_openings

# A cell is cut further where at least this share of its ops lies in parts that occur twice.
_WORTH = 0.5
# Share of ops in common from which on the first unit of a repeat may differ from the others.
_RESEMBLANCE = 0.4
# A cell of so many ops counts as known although it occurs but once.
_KNOWN_ALONE = 5
# So many lengths of known cells, those that cover most, are looked for in other cells.
_MAX_LENGTHS = 32
_MAX_ELEMENTS = 2**62
# A chain of so many ops without a cut is searched for repeats op by op.
_CHAIN = 8


class Division:
    """An ordered graph and the cells that it is cut into.

    Attributes:
        order: (V,) op indices in the canonical order.
        edges: (2, E) edges in the order's numbering.
        live: (V,) tensors that are alive after each op.
        last_reader: (V,) the last op that reads each op, -1 where none does.
        fan_out: (V,) how many ops read each op.
        elements: (V,) elements of each op's output.
        starts: (n,) first op of each instance, in the order's numbering.
    """

    def __init__(self, graph: Graph, options: MiningOptions) -> None:
        labels = op_labels(graph, use_op_labels=options.use_op_labels)
        sized = mix(labels + size_labels(graph))
        encoded = [encode(first, graph.edges, options.steps, options.neighbours) for first in (labels, sized)]
        self.order = canonical_order(graph, *encoded)
        rank = np.empty(len(graph), np.int64)
        rank[self.order] = np.arange(len(graph))
        edges = rank[graph.edges]
        # Sorted by consumer, the edges of a part of the graph are a slice.
        self.edges = edges[:, np.argsort(edges[1], kind="stable")]
        self._options = options
        self._ops = labels[self.order]
        self._sized = sized[self.order]
        self.live = live_tensors(self.edges, len(graph))
        self.last_reader = last_readers(self.edges, len(graph))
        self.fan_out = np.bincount(edges[0], minlength=len(graph))
        elements = np.array([min(abs(math.prod(shape)), _MAX_ELEMENTS) for shape in graph.shape_table], np.int64)
        self.elements = elements[graph.shape][self.order]
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

    def resemble(self, starts: Ints, first: tuple[int, int], second: tuple[int, int]) -> bool:
        """Whether two ranges of cells share at least 40 % of their ops (Jaccard, as multisets)."""
        bounds = np.append(starts, self.size)
        bags = [np.unique(self._ops[bounds[begin] : bounds[end]], return_counts=True) for begin, end in (first, second)]
        counts = [dict(zip(names.tolist(), count.tolist(), strict=True)) for names, count in bags]
        shared = sum(min(count, counts[1].get(name, 0)) for name, count in counts[0].items())
        return bool(shared >= _RESEMBLANCE * (sum(counts[0].values()) + sum(counts[1].values()) - shared))

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
    starts = _split_known_ends(division, starts)
    starts = cut_after_shortcuts(starts, division.edges, division.last_reader, division.live, division.elements)
    starts = join_closings(starts, division.live)
    starts = _split_known_ends(division, starts)
    starts = join_openings(starts, division.fan_out, division.elements)
    starts = _split_chains(division, starts)
    division.starts = _limit(_join_repeats(division, starts), division.size, options.max_motif_ops)
    return division


def _join_repeats(division: Division, starts: Ints) -> Ints:
    """Joins the cells of every repeated unit; sizes tell units apart whose ops alone are alike."""
    sizes = np.diff(np.append(starts, division.size))
    shapes = division.shapes(starts)
    groups = align(shapes, tandem_groups(division.exact(starts), sizes), partial(division.resemble, starts))
    groups = spread(shapes, groups)
    keep = np.ones(len(starts), bool)
    for begin, length in groups:
        keep[begin + 1 : begin + length] = False
    return starts[keep]


def _split_known_ends(division: Division, starts: Ints) -> Ints:
    """Cuts from a cell what is a whole cell elsewhere: the last block of a stage is followed, and the first one of the
    network preceded, by ops of another kind with no cut between.
    """
    for _ in range(3):
        fresh = _known_ends(division, starts)
        if len(fresh) == 0:
            return starts
        starts = np.union1d(starts, fresh)
    return starts


def _known_ends(division: Division, starts: Ints) -> Ints:
    """Where to cut off the longest known prefix, else the longest known suffix, of each cell; all cells of a length are
    looked up at once. A new cut may not cross the shortcut that the cell begins with.
    """
    ends = np.append(starts[1:], division.size)
    sizes, labels = ends - starts, division.shapes(starts)
    _, first, counts = np.unique(labels, return_index=True, return_counts=True)
    is_known = (counts > 1) & (sizes[first] > 2) | (sizes[first] >= _KNOWN_ALONE)
    known = labels[first[is_known]]
    open_until = np.where(starts > 0, division.last_reader[starts - 1], -1)
    lengths, covers = np.unique(sizes[np.isin(labels, known)], return_counts=True)
    lengths = np.sort(lengths[np.argsort(-covers * lengths, kind="stable")[:_MAX_LENGTHS]])
    cuts: dict[int, int] = {}
    for is_prefix in (False, True):
        for length in lengths.tolist():
            places = starts + length if is_prefix else ends - length
            cells = np.flatnonzero(sizes > length)
            cells = cells[open_until[cells] < places[cells]]
            if len(cells) == 0:
                continue
            trial = np.union1d(starts, places[cells])
            parts = starts[cells] if is_prefix else places[cells]
            hits = np.isin(division.shapes(trial)[np.searchsorted(trial, parts)], known)
            cuts.update(zip(cells[hits].tolist(), places[cells][hits].tolist(), strict=True))
    return np.array(sorted(cuts.values()), np.int64)


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
