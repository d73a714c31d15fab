"""Repeated sub-sequences of a sequence of labels: neighbours first (tandem repeats), then the same elsewhere."""

from __future__ import annotations

import numpy as np

from nar.graph import Ints
from services.motif_miner.encoding import Labels

MAX_PERIOD = 64
"""Longest repeated unit, in cells."""


def tandem_groups(labels: Labels, weights: Ints) -> list[tuple[int, int]]:
    """Units that are repeated by their neighbours, as (start, length) in cells, in order, without overlap.

    The repeat that covers most comes first; of repeats that cover the same, the one of the shortest unit.
    O(n MAX_PERIOD).

    Args:
        labels: (n,) one a cell.
        weights: (n,) ops in each cell: what a repeat covers is counted in ops.
    """
    size = len(labels)
    covered = np.concatenate([[0], np.cumsum(weights)])
    runs: list[tuple[int, int, int, int]] = []
    for period in range(1, min(MAX_PERIOD, size // 2) + 1):
        for begin, length in _runs(labels[:-period] == labels[period:]):
            if length >= period:
                repeats = (length + period) // period
                end = begin + repeats * period
                runs.append((-int(covered[end] - covered[begin]), period, begin, repeats))
    taken = np.zeros(size, bool)
    groups: list[tuple[int, int]] = []
    for _, period, begin, repeats in sorted(runs):
        free = [
            unit for unit in range(begin, begin + repeats * period, period) if not taken[unit : unit + period].any()
        ]
        if len(free) >= 2:
            groups.extend((unit, period) for unit in free)
            for unit in free:
                taken[unit : unit + period] = True
    return sorted(groups)


def spread(labels: Labels, groups: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`groups`, and wherever else among the free cells the label sequence of one of them occurs, longest first."""
    size = len(labels)
    taken = np.zeros(size, bool)
    for begin, length in groups:
        taken[begin : begin + length] = True
    patterns = {tuple(labels[begin : begin + length].tolist()) for begin, length in groups if length > 1}
    found = list(groups)
    sequence = labels.tolist()
    for pattern in sorted(patterns, key=lambda item: (-len(item), item)):
        length = len(pattern)
        for begin in np.flatnonzero(labels == np.uint64(pattern[0])).tolist():
            fits = begin + length <= size and not taken[begin : begin + length].any()
            if fits and tuple(sequence[begin : begin + length]) == pattern:
                found.append((begin, length))
                taken[begin : begin + length] = True
    return sorted(found)


def _runs(same: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """(start, length) of the maximal runs of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    return [(int(begin), int(end - begin)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
