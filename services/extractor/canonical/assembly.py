"""From rewritten nodes to a graph."""

from __future__ import annotations

import math

import numpy as np

from nar.errors import InvalidGraph
from nar.graph import Graph, Shape
from services.extractor.net import Net, Node


def assemble(net: Net, name: str) -> Graph:
    """The graph of the living nodes; each learned parameter counts at the first op that reads it.

    Raises:
        InvalidGraph: nothing reaches an output.

    """
    living = net.living()
    if not living:
        raise InvalidGraph(f"no op of model {name!r} leads from an input to an output", "graph")
    position = {index: rank for rank, index in enumerate(living)}
    nodes = [net.nodes[index] for index in living]
    seen: set[str] = set()
    largest = int(np.iinfo(np.int64).max)
    return Graph.from_ops(
        [node.op for node in nodes],
        ((position[source], rank) for rank, node in enumerate(nodes) for source in node.inputs),
        shapes=[_shape(node) for node in nodes],
        params=[min(_count(node, seen), largest) for node in nodes],
        flops=[min(node.flops, largest) for node in nodes],
        modules=[node.module for node in nodes],
        name=name,
    )


def _shape(node: Node) -> Shape:
    """Sources see attention heads as a dimension of their own or as part of the batch: here they are part of it."""
    if node.op not in ("attention", "matmul") or len(node.shape) < 3:
        return node.shape
    leading = node.shape[:-2]
    return (-1 if -1 in leading else math.prod(leading), *node.shape[-2:])


def _count(node: Node, seen: set[str]) -> int:
    """Elements of the parameters of `node` that no op before it read; `seen` is brought up to date."""
    total = 0
    for weight in node.weights:
        for identity, count in weight.parameters:
            if identity not in seen:
                seen.add(identity)
                total += count
    return total
