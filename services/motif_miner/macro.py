"""Motifs with their context graphs, and the macro graph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nar.architecture import Decomposition, Motif
from nar.fingerprint import fingerprint, topology_fingerprint
from nar.graph import Graph, Ints
from services.motif_miner.cells import cell_of_op
from services.motif_miner.division import Division
from services.motif_miner.encoding import Labels
from services.motif_miner.naming import motif_name
from services.motif_miner.options import MiningOptions

# A context graph grows no further than this: a tensor that thousands of ops read would drag all of them in.
_MAX_CONTEXT_OPS = 4_000


def build(graph: Graph, division: Division, options: MiningOptions) -> Decomposition:
    """The decomposition of `graph` whose instances are the cells of `division`."""
    ordered = graph.restrict(division.order, division.edges)
    cell = cell_of_op(division.starts, len(graph))
    instance = np.empty(len(graph), np.int64)
    instance[division.order] = cell
    found = _assemble(ordered, cell, division.shapes(division.starts), options)
    return replace(found, fingerprint=fingerprint(graph).exact, op_instance=instance)


def build_parts(graph: Graph, part: Ints, options: MiningOptions) -> Decomposition:
    """The decomposition of `graph` whose instances are given parts (V,), numbered from 0 on, whatever made them."""
    # Which parts are alike is found out by their fingerprints alone.
    labels = np.arange(int(part.max(initial=-1)) + 1)
    return replace(_assemble(graph, part, labels, options), fingerprint=fingerprint(graph).exact)


def _assemble(graph: Graph, instance: Ints, labels: Ints | Labels, options: MiningOptions) -> Decomposition:
    """The decomposition, still without a fingerprint, into instances (V,); equal `labels` (I,) are alike."""
    count = len(labels)
    members = Members(graph, instance, count)
    _, first, motif_of_label = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    prints = {int(label): topology_fingerprint(members.graph(int(first[label]))) for label in order}
    numbers: dict[str, int] = {}
    motifs: list[Motif] = []
    for label in order.tolist():
        name = prints[label]
        if name not in numbers:
            numbers[name] = len(numbers)
            inner = members.graph(int(first[label]))
            context = members.context(int(first[label]), options.context_hops)
            motifs.append(Motif(name, motif_name(inner), inner, context))
    number_of_label = np.array([numbers[prints[label]] for label in range(len(first))], np.int64)
    return Decomposition(
        fingerprint="",
        motifs=tuple(motifs),
        instance_motif=number_of_label[motif_of_label],
        op_instance=instance,
        edges=_macro_edges(graph.edges, instance, count),
        instance_params=_totals(graph.params, instance, count),
        instance_flops=_totals(graph.flops, instance, count),
    )


class Members:
    """The ops of each instance, and the edges around each op, ready to be sliced."""

    def __init__(self, graph: Graph, instance: Ints, count: int) -> None:
        self._graph = graph
        self._by_instance = np.argsort(instance, kind="stable")
        self._starts = np.searchsorted(instance[self._by_instance], np.arange(count + 1))
        producers, consumers = graph.edges
        self._reading = np.argsort(producers, kind="stable")
        self._reads = np.searchsorted(producers[self._reading], np.arange(len(graph) + 1))
        self._read = np.searchsorted(consumers, np.arange(len(graph) + 1))

    def nodes(self, instance: int) -> Ints:
        """Ops of an instance, ascending."""
        return np.sort(self._by_instance[self._starts[instance] : self._starts[instance + 1]])

    def graph(self, instance: int) -> Graph:
        """The sub-graph of an instance."""
        return self._cut(self.nodes(instance))

    def context(self, instance: int, hops: int) -> Graph:
        """The sub-graph of an instance and all ops within `hops` edges of it."""
        nodes = self.nodes(instance)
        for _ in range(hops):
            fresh = np.setdiff1d(self._neighbours(nodes), nodes)
            nodes = np.union1d(nodes, fresh[: max(_MAX_CONTEXT_OPS - len(nodes), 0)])
        return self._cut(nodes)

    def _neighbours(self, nodes: Ints) -> Ints:
        edges = self._graph.edges
        parents = edges[0][_slices(self._read, nodes)]
        children = edges[1][self._reading[_slices(self._reads, nodes)]]
        return np.concatenate([parents, children])

    def _cut(self, nodes: Ints) -> Graph:
        edges = self._graph.edges[:, _slices(self._read, nodes)]
        place = np.searchsorted(nodes, edges)
        inside = (place < len(nodes)).all(axis=0)
        edges, place = edges[:, inside], place[:, inside]
        kept = (nodes[place] == edges).all(axis=0)
        return self._graph.restrict(nodes, place[:, kept])


def _slices(starts: Ints, nodes: Ints) -> Ints:
    """The positions starts[n] .. starts[n + 1] of all `nodes`, one after the other."""
    lengths = starts[nodes + 1] - starts[nodes]
    offsets = np.repeat(starts[nodes] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return offsets + np.arange(lengths.sum())


def _macro_edges(edges: Ints, instance: Ints, count: int) -> Ints:
    """(2, F) distinct pairs of instances that an edge joins."""
    source, target = instance[edges]
    pairs = np.unique((source * count + target)[source != target])
    return np.stack([pairs // count, pairs % count])


def _totals(values: Ints, instance: Ints, count: int) -> Ints:
    totals = np.zeros(count, np.int64)
    np.add.at(totals, instance, values)
    return totals
