"""Who reads whom, as index arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nar.graph import Graph, Ints


@dataclass(frozen=True)
class Adjacency:
    """Parents and children of V nodes over E edges.

    Attributes:
        parents: (E,) producers, grouped by consumer.
        parent_starts: (V + 1,) where a node's parents begin.
        children: (E,) consumers, grouped by producer.
        child_starts: (V + 1,) where a node's children begin.

    """

    parents: Ints
    parent_starts: Ints
    children: Ints
    child_starts: Ints

    @classmethod
    def of(cls, graph: Graph) -> Adjacency:
        """The adjacency of `graph`. O(V + E log E)."""
        sources, targets = graph.edges
        by_source = np.argsort(sources, kind="stable")
        bounds = np.arange(len(graph) + 1)
        return cls(
            parents=sources,
            parent_starts=np.searchsorted(targets, bounds),
            children=targets[by_source],
            child_starts=np.searchsorted(sources[by_source], bounds),
        )

    @property
    def fan_out(self) -> Ints:
        """Number of children (V,)."""
        return np.diff(self.child_starts)

    @property
    def fan_in(self) -> Ints:
        """Number of parents (V,)."""
        return np.diff(self.parent_starts)

    def parents_of(self, nodes: Ints) -> Ints:
        """Parents of any of `nodes`, with repetitions."""
        return _gather(self.parents, self.parent_starts, nodes)

    def children_of(self, nodes: Ints) -> Ints:
        """Children of any of `nodes`, with repetitions."""
        return _gather(self.children, self.child_starts, nodes)


def _gather(values: Ints, starts: Ints, nodes: Ints) -> Ints:
    """The concatenated slices of `values` that belong to `nodes`."""
    counts = starts[nodes + 1] - starts[nodes]
    total = int(counts.sum())
    shift = np.repeat(starts[nodes] - np.r_[0, np.cumsum(counts)[:-1]], counts) if total else np.zeros(0, np.int64)
    return values[np.arange(total) + shift]
