"""Exact saving of work: nodes with equal neighbourhoods get equal outputs of a graph network, so that one will do.

After L layers a node's output depends on its L-hop neighbourhood alone. The classes of nodes with equal neighbourhoods,
how many nodes each has, and the neighbours of one node of each, give the same outputs as the whole graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nar.fingerprint import Hashes, mix, neighbour_hashes
from nar.graph import Ints


@dataclass(frozen=True)
class NodeClasses:
    """C classes of V nodes with equal neighbourhoods, in the order of their first nodes.

    Attributes:
        first: (C,) the first node of each class, which stands for it.
        sizes: (C,) nodes of each class.
        parents: (2, P) for each producer of a class's first node: the producer's class, the class.
        children: (2, Q) for each consumer of a class's first node: the consumer's class, the class.
        degrees: (C,) producers and consumers of each class's first node.
        colours: (C, hops + 1) hashes of the neighbourhoods of 0 to `hops` hops, equal in all graphs.
    """

    first: Ints
    sizes: Ints
    parents: Ints
    children: Ints
    degrees: Ints
    colours: Hashes


def node_classes(labels: Hashes, edges: Ints, hops: int) -> NodeClasses:
    """The classes of nodes whose neighbourhoods of `hops` hops, producers and consumers apart, are equal.

    A node's degree belongs to what it is: Equation 3 reads those of the neighbours too.

    Args:
        labels: (V,) hash of what a node is by itself, the same in every graph.
        edges: (2, E) producer and consumer of each edge.
        hops: layers of the network.
    """
    source, target = edges
    degrees = np.bincount(edges.ravel(), minlength=len(labels))
    labels = mix(labels + mix(degrees.astype(np.uint64)))
    colours = [labels]
    for _ in range(hops):
        parents, children = neighbour_hashes(labels, edges)
        labels = mix(mix(labels + mix(parents)) + mix(children))
        colours.append(labels)
    _, first, classes, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    classes = rank[classes]
    stands = np.zeros(len(labels), bool)
    stands[first] = True
    into, out_of = stands[target], stands[source]
    return NodeClasses(
        first=first[order],
        sizes=sizes[order],
        parents=np.stack([classes[source[into]], classes[target[into]]]),
        children=np.stack([classes[target[out_of]], classes[source[out_of]]]),
        degrees=degrees[first[order]],
        colours=np.stack(colours, axis=1)[first[order]],
    )
