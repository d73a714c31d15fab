"""Order-independent certificates of computational graphs.

Each op gets a full-depth Merkle hash from its ancestors and one from its descendants; the certificate is the hash of
the sorted multiset of both, and of the pairs that the edges join. Isomorphic graphs always agree. Graphs that differ
agree only where no op can be told apart by all that leads to it and all that follows from it (or by a 64-bit
collision), which is finer than any number of Weisfeiler-Lehman rounds along edge directions. The order of an op's
inputs does not count. Costs O(V + E) hashing plus one sort.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nar.architecture import Fingerprint
from nar.graph import Graph, Ints

Hashes = NDArray[np.uint64]

_DOWN = np.uint64(0x9E3779B97F4A7C15)
_UP = np.uint64(0xC2B2AE3D27D4EB4F)
_JOIN = np.uint64(0x165667B19E3779F9)
_EDGE = np.uint64(0x27D4EB2F165667C5)


def fingerprint(graph: Graph) -> Fingerprint:
    """Topology (ops and edges) and exact (plus output shapes and parameters) certificate of `graph`."""
    ops = hash_texts(graph.op_table)[graph.op]
    shapes = hash_texts([repr(shape) for shape in graph.shape_table])[graph.shape]
    params = mix(graph.params.astype(np.uint64))
    return Fingerprint(
        topology=_certificate(ops, graph.edges),
        exact=_certificate(mix(mix(ops + _JOIN * shapes) + params), graph.edges),
    )


def topology_fingerprint(graph: Graph) -> str:
    """The topology certificate alone: 32 hexadecimal digits."""
    return _certificate(hash_texts(graph.op_table)[graph.op], graph.edges)


def _certificate(labels: Hashes, edges: Ints) -> str:
    """Certificate of a graph whose ops carry `labels` (V,)."""
    down = _merkle(labels, edges, _DOWN)
    up = _merkle(labels[::-1], len(labels) - 1 - edges[::-1], _UP)[::-1]
    nodes = np.sort(mix(down + _JOIN * up))
    joined = np.sort(mix(down[edges[0]] + _EDGE * up[edges[1]]))
    return hashlib.blake2b(nodes.tobytes() + b"|" + joined.tobytes(), digest_size=16).hexdigest()


def _merkle(labels: Hashes, edges: Ints, seed: np.uint64) -> Hashes:
    """Per op, the hash of its label and of the multiset of its producers' hashes; ops stand in topological order."""
    labels = mix(labels + seed)
    order = np.argsort(edges[1], kind="stable")
    producers = edges[0][order].tolist()
    starts = np.searchsorted(edges[1][order], np.arange(len(labels) + 1)).tolist()
    own = labels.tolist()
    result = [0] * len(own)
    mask = 0xFFFFFFFFFFFFFFFF
    for node, label in enumerate(own):
        total = label
        for producer in producers[starts[node] : starts[node + 1]]:
            # Addition makes it a multiset; the producer's hash is already mixed, so that sums do not cancel.
            total += result[producer]
        total = (total ^ (total >> 29)) * 0xBF58476D1CE4E5B9 & mask
        total = (total ^ (total >> 32)) * 0x94D049BB133111EB & mask
        result[node] = total ^ (total >> 29)
    return np.array(result, np.uint64)


def neighbour_hashes(labels: Hashes, edges: Ints) -> tuple[Hashes, Hashes]:
    """(V,) hashes of the multisets of the labels of each op's producers, and of its consumers."""
    source, target = edges
    parents, children = np.zeros(len(labels), np.uint64), np.zeros(len(labels), np.uint64)
    # A sum of mixed hashes is the hash of a multiset.
    np.add.at(parents, target, mix(labels[source] + _DOWN))
    np.add.at(children, source, mix(labels[target] + _UP))
    return parents, children


def mix(values: Hashes) -> Hashes:
    """splitmix64's finaliser: every input bit reaches every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def hash_texts(texts: Sequence[str]) -> Hashes:
    """One 64-bit hash a text."""
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, np.uint64)
