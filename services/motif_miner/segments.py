"""Cuts an ordered graph into cells where a tensor that several later ops read is all that crosses the cut.

Residual, dense and post-norm blocks all begin with such a tensor: it feeds both the block's body and what joins it
again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nar.graph import Ints

Flags = NDArray[np.bool_]

# A cell of fewer ops is not looked into.
_MIN_DIVISIBLE = 16
_MAX_LEVELS = 8


def last_readers(edges: Ints, size: int) -> Ints:
    """(V,) the last op in order that reads each op, -1 where none does."""
    last = np.full(size, -1, np.int64)
    np.maximum.at(last, edges[0], edges[1])
    return last


def live_tensors(edges: Ints, size: int) -> Ints:
    """(V,) number of tensors that were made up to op i, it included, and are read after it. Ops stand in order."""
    last = last_readers(edges, size)
    made = np.flatnonzero(last >= 0)
    change = np.zeros(size + 1, np.int64)
    change[made] += 1
    np.subtract.at(change, last[made], 1)
    return np.cumsum(change[:-1])


def cut(edges: Ints, size: int, is_gated: Flags, is_worth: Callable[[Ints], bool]) -> Ints:
    """Starts of the cells, ascending, the first of them 0. O(V + E) for each level of nesting.

    Args:
        edges: (2, E) of the graph whose ops stand in order.
        size: number of ops V.
        is_gated: (V,) ops whose tensor is multiplied by something that is computed from it: no block begins there.
        is_worth: whether to cut a cell further, given the starts of its cells and its end.
    """
    live = live_tensors(edges, size)
    grows = np.zeros(size, bool)
    grows[:-1] = (live[1:] > live[:-1]) & ~is_gated[:-1]
    starts = [0]
    pending = [(0, size, 0)]
    while pending:
        begin, end, level = pending.pop()
        inner = _cuts_of(live, grows, begin, end)
        bounds = np.concatenate([[begin], inner, [end]])
        if len(inner) == 0 or (level > 0 and not is_worth(bounds)):
            continue
        starts.extend(inner.tolist())
        if level < _MAX_LEVELS:
            long = np.flatnonzero(np.diff(bounds) >= _MIN_DIVISIBLE)
            pending.extend((int(bounds[cell]), int(bounds[cell + 1]), level + 1) for cell in long)
    return np.unique(np.array(starts, np.int64))


def _cuts_of(live: Ints, grows: Flags, begin: int, end: int) -> Ints:
    """Where the cell [begin, end) divides: after an op whose tensor goes on living while others are made, where no more
    tensors live than anywhere before, or than anywhere after, within the cell.
    """
    if end - begin < 3:
        return np.zeros(0, np.int64)
    inside = live[begin : end - 1]
    lowest_before = np.minimum.accumulate(inside)
    lowest_after = np.minimum.accumulate(inside[::-1])[::-1]
    chosen = grows[begin : end - 1] & ((inside <= lowest_before) | (inside <= lowest_after))
    return np.flatnonzero(chosen) + begin + 1
