"""Labels of cells: equal for cells whose ops, and the edges between them, are equal."""

from __future__ import annotations

import numpy as np

from nar.fingerprint import mix
from nar.graph import Ints
from services.motif_miner.encoding import Labels, encode
from services.motif_miner.options import MiningOptions

_STEP = np.uint64(0x9E3779B97F4A7C15)


def cell_of_op(starts: Ints, size: int) -> Ints:
    """(V,) index of each op's cell."""
    return np.searchsorted(starts, np.arange(size), side="right") - 1


def inner_edges(edges: Ints, cell: Ints) -> Ints:
    """(2, E') the edges within cells."""
    return edges[:, cell[edges[0]] == cell[edges[1]]]


def cell_labels(labels: Labels, edges: Ints, starts: Ints, options: MiningOptions) -> Labels:
    """(n,) one label a cell: its sequence of encoded ops, encoded by what lies within the cell alone, and its edges.

    Cells of one label are isomorphic (up to a collision of 64-bit hashes), whatever the number of steps.

    Args:
        labels: (V,) first labels of the ops, in order.
        edges: (2, E) of the ordered graph.
        starts: (n,) first op of each cell.
        options: steps and neighbours of the encoding.
    """
    size = len(labels)
    cell = cell_of_op(starts, size)
    inner = inner_edges(edges, cell)
    encoded = encode(labels, inner, options.steps, options.neighbours)
    place = (np.arange(size) - starts[cell]).astype(np.uint64)
    sequence = mix(encoded + (place + np.uint64(1)) * _STEP)
    total = np.add.reduceat(sequence, starts)
    np.add.at(total, cell[inner[0]], mix(mix(place[inner[0]] + _STEP) + place[inner[1]]))
    return mix(total)
