"""The encoded nodes in the order in which they are read, with what is alive between any two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nar.graph import Graph, Ints
from services.motif_miner.adjacency import Adjacency
from services.motif_miner.encoding import Labels, encode
from services.motif_miner.op_kinds import kinds
from services.motif_miner.options import MiningOptions
from services.motif_miner.ordering import canonical_order


@dataclass(frozen=True)
class EncodedSequence:
    """V encoded nodes; all columns (V,) are in reading order.

    Attributes:
        order: the op at each place.
        label: its encoding after s rounds.
        kind: its kind.
        weight: what it weighs in comparisons of sub-graphs, 0 or 1.
        fan_out: how many ops read it.
        live: how many tensors are alive between this place and the next: made at or before, read after.
        detail: hash of its name, parameters and floating point operations.

    """

    order: Ints
    label: Labels
    kind: Ints
    weight: Ints
    fan_out: Ints
    live: Ints

    @classmethod
    def of(cls, graph: Graph, adjacency: Adjacency, options: MiningOptions) -> EncodedSequence:
        """Encodes the nodes of `graph` and puts them into their canonical order."""
        label = encode(graph, options)
        kind, weight = kinds(graph, use_op_labels=options.use_op_labels)
        order = canonical_order(graph, adjacency, label)
        place = np.empty(len(graph), np.int64)
        place[order] = np.arange(len(graph))
        return cls(
            order=order,
            label=label[order],
            kind=kind[order],
            weight=weight[order],
            fan_out=adjacency.fan_out[order],
            live=_live(place[graph.edges], len(graph)),
        )

    def __len__(self) -> int:
        """Number of nodes V."""
        return len(self.order)


def _live(edges: Ints, size: int) -> Ints:
    """Tensors alive after each place (V,), from edges between places."""
    last = np.arange(size)
    np.maximum.at(last, edges[0], edges[1])
    change = np.zeros(size + 1, np.int64)
    change[:size] += last > np.arange(size)
    np.subtract.at(change, last[last > np.arange(size)], 1)
    return np.cumsum(change[:size])
