"""What an architecture is mostly made of, told from its ops."""

from __future__ import annotations

import numpy as np

from nar.architecture import Block
from nar.graph import Graph

_CONVOLUTIONS = ("conv", "dwconv", "gconv", "deconv", "deform_conv")
_OTHER_LAYERS = ("linear", "lstm", "gru", "rnn")
_NEAR = 6
_SMALL = 3
_SHARE = 0.1


def block(graph: Graph) -> Block:
    """The block of `graph`: attention where there is an attention pattern, else CNN where it is made of convolutions.

    An attention pattern is a fused attention, or a softmax between two products of tensors a few ops away. A multilayer
    perceptron that cuts its patches with one convolution is no CNN: a tenth of the learned layers have to be
    convolutions. Graphs of fewer than three ops are too small to tell.
    """
    if len(graph) < _SMALL:
        return Block.UNKNOWN
    if "attention" in graph.op_table or _has_spelled_attention(graph):
        return Block.ATTENTION
    counts = np.bincount(graph.op, minlength=len(graph.op_table)).tolist()
    by_name = dict(zip(graph.op_table, counts, strict=True))
    convolutions = sum(count for op, count in by_name.items() if op.startswith(_CONVOLUTIONS))
    others = sum(by_name.get(op, 0) for op in _OTHER_LAYERS)
    return Block.CNN if convolutions > _SHARE * (convolutions + others) else Block.OTHER


def _has_spelled_attention(graph: Graph) -> bool:
    """Whether a softmax stands a few ops below one matrix product and above another (as talking heads do)."""
    if "softmax" not in graph.op_table or "matmul" not in graph.op_table:
        return False
    names = graph.ops
    producers: dict[int, list[int]] = {}
    consumers: dict[int, list[int]] = {}
    for source, target in graph.edges.T.tolist():
        producers.setdefault(target, []).append(source)
        consumers.setdefault(source, []).append(target)
    return any(
        op == "softmax" and _reaches(index, producers, names) and _reaches(index, consumers, names)
        for index, op in enumerate(names)
    )


def _reaches(start: int, neighbours: dict[int, list[int]], names: list[str]) -> bool:
    """Whether a matrix product of two tensors stands at most _NEAR steps from `start`."""
    seen, edge = {start}, [start]
    for _ in range(_NEAR):
        edge = [item for node in edge for item in neighbours.get(node, ()) if item not in seen]
        if any(names[item] == "matmul" for item in edge):
            return True
        seen.update(edge)
    return False
