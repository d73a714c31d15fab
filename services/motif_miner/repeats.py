"""Repeated sub-sequences of a sequence of labels: neighbours first (tandem repeats), then the same elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nar.graph import Ints
from services.motif_miner.encoding import Labels

Resemble = Callable[[tuple[int, int], tuple[int, int]], bool]

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


def align(labels: Labels, groups: list[tuple[int, int]], resemble: Resemble) -> list[tuple[int, int]]:
    """Moves the units of a repeat to the front where its first unit is a variant of the others.

    The first block of a stage often differs in its first half. Then the repeat seems to begin with the second half and
    leaves a first half over at its end. Where cells after the repeat go on as it would, and the cells before it
    resemble those that are missing for one more unit, the units begin there.

    Args:
        labels: (n,) one a cell.
        groups: units (start, length).
        resemble: whether two ranges of cells (start, end) are variants of each other.
    """
    size = len(labels)
    taken = np.zeros(size, bool)
    for begin, length in groups:
        taken[begin : begin + length] = True
    moved: list[tuple[int, int]] = []
    for begin, end, period in _adjacent(groups):
        rest = 0
        while rest < period - 1 and end + rest < size and not taken[end + rest]:
            if labels[end + rest] != labels[end + rest - period]:
                break
            rest += 1
        front = begin - (period - rest)
        fits = rest > 0 and front >= 0 and not taken[front:begin].any()
        if fits and resemble((front, begin), (front + period, begin + period)):
            begin, end = front, end + rest
            taken[begin:end] = True
        moved.extend((unit, period) for unit in range(begin, end, period))
    return moved


def _adjacent(groups: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Runs (start, end, period) of units that follow each other."""
    runs: list[tuple[int, int, int]] = []
    for begin, length in groups:
        if runs and runs[-1][1] == begin and runs[-1][2] == length:
            runs[-1] = (runs[-1][0], begin + length, length)
        else:
            runs.append((begin, begin + length, length))
    return runs


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
