"""Numbers that only scale or shift a tensor say nothing about how a network is built: they vanish."""

from __future__ import annotations

import math

from services.extractor.canonical.net import Net, Node

_SCALABLE = {"add", "sub", "mul", "div"}


def is_scalar_op(node: Node) -> bool:
    """Whether `node` combines one node with one number (learned or not)."""
    if node.op not in _SCALABLE or len(node.inputs) != 1 or len(node.operands) != 2:
        return False
    weights = node.weights
    return len(weights) == 1 and math.prod(weights[0].shape) == 1


def drop_scalars(net: Net) -> None:
    """Readers of x * 0.5, x + 1, x / 8, ... read x; 1 / x becomes a reciprocal."""
    for index in net.living():
        node = net.nodes[index]
        if not is_scalar_op(node):
            continue
        if node.op == "div" and not isinstance(node.operands[0], int):
            node.op, node.operands = "reciprocal", [node.inputs[0]]
        else:
            net.replace(index, node.inputs[0])
