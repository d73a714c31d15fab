"""Where a block may begin: the sequence is cut into cells."""

from __future__ import annotations

import numpy as np

from nar.graph import Ints
from services.motif_miner.likeness import classes
from services.motif_miner.sequence import EncodedSequence

_ROUNDS = 6
_VALLEY = 32
_MIN_OPS = 3
_COVERED = 0.5
_COVERED_AGAIN = 0.6


def cut(sequence: EncodedSequence) -> Ints:
    """Starts (S,) of the cells of `sequence`, the first of which is 0.

    A block of a network reads one tensor that is needed twice (by its branches, by its shortcut) and lets nothing else
    out. So a cell may end after an op that several ops read, where few tensors are alive: fewest of all first; then,
    within a cell, fewest of that cell or fewest as seen from one side (the layers of a dense block, where one more tensor
    stays alive after each; both slopes of a U-net). A cut within a cell is kept only where it uncovers repeats: at least
    half of the cell's ops must fall to sub-cells that have their like in the same cell. O(V) per round, 6 rounds.
    """
    may_end = sequence.fan_out > 1
    if not may_end.any():
        return np.zeros(1, np.int64)
    chosen = may_end & (sequence.live == sequence.live[may_end].min())
    starts = _starts(chosen)
    left, right = _dominance(sequence.live)
    rejected = 0
    for _ in range(_ROUNDS):
        for candidates in (_lowest(sequence, starts, may_end), _valleys(starts, may_end, left, right)):
            finer = _keep_what_repeats(sequence, starts, candidates)
            rejected = rejected + 1 if len(finer) == len(starts) else 0
            starts = finer
        if rejected >= 2:
            break
    return starts


def _starts(ends_here: Ints) -> Ints:
    """Starts of the cells, given whether (V,) a cell ends at each place."""
    starts = np.flatnonzero(np.r_[True, ends_here[:-1]])
    return starts.astype(np.int64)


def _cell_of(starts: Ints, size: int) -> Ints:
    """The cell (V,) that each place lies in."""
    cell = np.zeros(size, np.int64)
    cell[starts[1:]] = 1
    return np.cumsum(cell)


def _lowest(sequence: EncodedSequence, starts: Ints, may_end: Ints) -> Ints:
    """Cell ends within cells where fewest tensors of the cell are alive."""
    inside = may_end.copy()
    inside[np.r_[starts[1:], len(sequence)] - 1] = False
    live = np.where(inside, sequence.live, np.iinfo(np.int64).max)
    lowest = np.minimum.reduceat(live, starts)[_cell_of(starts, len(sequence))]
    return inside & (live == lowest)


def _valleys(starts: Ints, may_end: Ints, left: Ints, right: Ints) -> Ints:
    """Cell ends within cells with no lower place before the cell's border, or within 32 places, on one side."""
    size = len(may_end)
    cell = _cell_of(starts, size)
    ends = np.r_[starts[1:], size]
    place = np.arange(size)
    inside = may_end.copy()
    inside[ends - 1] = False
    far_left = (left < starts[cell]) | (place - left >= _VALLEY)
    far_right = (right >= ends[cell] - 1) | (right - place >= _VALLEY)
    return inside & (far_left | far_right)


def _dominance(live: Ints) -> tuple[Ints, Ints]:
    """For each place, the nearest place before and after it with a lower value; -1 and V where there is none."""
    values = live.tolist()
    size = len(values)
    left, right = [-1] * size, [size] * size
    stack: list[int] = []
    for place, value in enumerate(values):
        while stack and values[stack[-1]] > value:
            right[stack.pop()] = place
        left[place] = stack[-1] if stack else -1
        stack.append(place)
    # The stack holds equal values too; what stands before an equal value is lower or equal, so skip over the equals.
    for place, value in enumerate(values):
        before = left[place]
        if before >= 0 and values[before] == value:
            left[place] = left[before]
    return np.array(left, np.int64), np.array(right, np.int64)


def _keep_what_repeats(sequence: EncodedSequence, starts: Ints, candidates: Ints) -> Ints:
    """`starts`, and those of the sub-cells that `candidates` would make, in cells where enough of them repeat."""
    fine = candidates.copy()
    fine[starts[1:] - 1] = True
    fine_starts = _starts(fine)
    if len(fine_starts) == len(starts):
        return starts
    parent = np.searchsorted(starts, fine_starts, side="right") - 1
    ops = np.diff(np.r_[fine_starts, len(sequence)])
    fine_class = classes(sequence, fine_starts)
    coarse_class = classes(sequence, starts)
    weight = np.add.reduceat(sequence.weight, fine_starts)
    count, siblings = _siblings(parent, fine_class)
    repeats = (weight >= _MIN_OPS) & (siblings >= 2)
    covered = np.bincount(parent, weights=ops * repeats, minlength=len(starts))
    covered_again = np.bincount(parent, weights=ops * repeats * (siblings >= 3) * (weight > _MIN_OPS), minlength=len(starts))
    total = np.diff(np.r_[starts, len(sequence)])
    known = np.unique(coarse_class, return_inverse=True, return_counts=True)
    is_repeated = known[2][known[1]] > 1
    accepted = np.where(is_repeated, covered_again >= _COVERED_AGAIN * total, covered >= _COVERED * total)
    return np.union1d(starts, fine_starts[accepted[parent]])


def _siblings(parent: Ints, of_class: Ints) -> tuple[int, Ints]:
    """For each sub-cell, how many of its parent's sub-cells are of its class."""
    keys = parent * (int(of_class.max()) + 1) + of_class
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return len(counts), counts[inverse]
