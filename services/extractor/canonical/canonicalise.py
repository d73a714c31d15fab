"""The passes in their order, and the graph that they leave."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nar.graph import Graph, Shape, intern
from services.extractor.canonical import activations, attention, folding, normalisation, scalars
from services.extractor.canonical.builder import Builder
from services.extractor.canonical.net import Net, Node
from services.extractor.raw import RawGraph
from services.extractor.tables import aten, onnx

_TABLES = {"aten": aten.TABLE, "onnx": onnx.TABLE}

# A pass that runs before another sees the spelling that the other removes.
_PASSES = (
    folding.drop_trivial_concats,
    activations.fuse_hard_sigmoid,
    scalars.drop_scalars,
    normalisation.fuse_normalisations,
    folding.fold_affine,
    attention.fuse_attention,
    activations.fuse_gates,
    normalisation.absorb_affine,
    folding.drop_final_softmax,
)

# The source may see their output as (batch, length, channels) or as (batch * length, channels).
_FLAT = {"linear", "matmul", "attention"}


@dataclass(frozen=True)
class CanonicalGraph:
    """A canonical computational graph, and the ops in it that no table knows, by name with their number."""

    graph: Graph
    unknown_ops: dict[str, int]


def canonicalise(raw: RawGraph) -> CanonicalGraph:
    """The canonical graph of `raw`. Near linear in the number of ops."""
    build = Builder(raw, _TABLES[raw.source])
    net = Net(build.nodes, [build.results[output] for output in raw.outputs])
    for run in _PASSES:
        run(net)
        net.settle()
    kept = net.living()
    return CanonicalGraph(_graph(net, kept, raw.name), _count_unknown([net.nodes[index] for index in kept]))


def _graph(net: Net, kept: list[int], name: str) -> Graph:
    """The columns of the nodes `kept`."""
    rank = {index: place for place, index in enumerate(kept)}
    nodes = [net.nodes[index] for index in kept]
    op_table, op = intern(node.op for node in nodes)
    shape_table, shape = intern(_shape(node) for node in nodes)
    module_table, module = intern(node.module for node in nodes)
    edges = [(rank[source], place) for place, node in enumerate(nodes) for source in node.inputs]
    return Graph.from_columns(
        op_table,
        op,
        np.array(edges, np.int64).reshape(-1, 2).T,
        shape_table=shape_table,
        shape=shape,
        params=np.array(_params(nodes), np.int64),
        flops=np.array([node.flops for node in nodes], np.int64),
        module_table=module_table,
        module=module,
        name=name,
    )


def _shape(node: Node) -> Shape:
    if node.op in _FLAT and len(node.shape) > 1:
        tail = 2 if node.op in ("attention", "matmul") and len(node.shape) > 2 else 1
        return (math.prod(node.shape[:-tail]), *node.shape[-tail:])
    return node.shape


def _params(nodes: list[Node]) -> list[int]:
    """Learned parameters per node; what several nodes read counts for the first."""
    seen: set[str] = set()
    counts = []
    for node in nodes:
        fresh = {name: size for weight in node.weights for name, size in weight.parameters if name not in seen}
        seen.update(fresh)
        counts.append(sum(fresh.values()) if node.params is None or not fresh else node.params)
    return counts


def _count_unknown(nodes: list[Node]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for node in nodes:
        if not node.known:
            counts[node.op] = counts.get(node.op, 0) + 1
    return counts
