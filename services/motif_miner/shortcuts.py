"""A block ends where its shortcut does: a cell is cut after what closes one; what opens or closes one joins a cell."""

from __future__ import annotations

import numpy as np

from nar.graph import Ints

# What follows a closed shortcut is a cell of its own if it has so many ops; less (a norm, an activation) belongs to it.
_MIN_REST = 4
# At most so many ops open or close a shortcut.
_MAX_SMALL = 3


def cut_after_shortcuts(starts: Ints, edges: Ints, last_reader: Ints, live: Ints, elements: Ints) -> Ints:
    """Cuts cells after the last reader of the tensor that enters them, where it closes a shortcut: few tensors live on.

    So the first block of a stage, which has no shortcut and is read once, parts from the block before it. What is added
    to a tensor has as many elements; a concatenation, after which a block goes on, has more.

    Args:
        starts: (n,) first op of each cell.
        edges: (2, E) of the ordered graph.
        last_reader: (V,) the last op that reads each op, -1 where none does.
        live: (V,) tensors that are alive after each op.
        elements: (V,) of the output of each op, all equal where shapes are not known.
    """
    size = len(live)
    fan_in = np.bincount(edges[1], minlength=size)
    ends = np.append(starts[1:], size)
    inner = starts > 0
    closing = last_reader[starts[inner] - 1]
    entering, end = starts[inner] - 1, ends[inner]
    is_shortcut = (closing > entering + 1) & (fan_in[closing] > 1) & (live[closing] <= live[entering])
    is_shortcut &= elements[closing] == elements[entering]
    return np.union1d(starts, closing[is_shortcut & (closing + _MIN_REST < end)] + 1)


def join_closings(starts: Ints, live: Ints) -> Ints:
    """Joins a cell of at most 3 ops to the one before it where fewer tensors are alive after it than before it."""
    ends = np.append(starts[1:], len(live))
    before = live[np.maximum(starts - 1, 0)]
    is_closing = (starts > 0) & (ends - starts <= _MAX_SMALL) & (live[ends - 1] < before)
    # At the very end nothing is alive: there it says nothing.
    is_closing[-1] = False
    joined: Ints = starts[~is_closing]
    return joined


def join_openings(starts: Ints, fan_out: Ints, elements: Ints) -> Ints:
    """Joins a cell of at most 3 ops to the one after it where it only prepares the tensor that opens the shortcut.

    Where blocks begin with a normalisation, the first of a stage has the cut after it: its shortcut is normalised too.
    What changes the number of elements is not joined: it leads from one stage to the next.
    """
    ends = np.append(starts[1:], len(fan_out))
    entering = np.maximum(starts - 1, 0)
    prepares = (starts > 0) & (ends - starts <= _MAX_SMALL) & (ends < len(fan_out))
    prepares &= (fan_out[entering] == 1) & (fan_out[ends - 1] > 1) & (elements[entering] == elements[ends - 1])
    keep = np.ones(len(starts), bool)
    keep[1:] = ~prepares[:-1]
    return starts[keep]
