"""Attention that is spelled out: softmax(q k^T + bias) v."""

from __future__ import annotations

from services.extractor.canonical.net import Net
from services.extractor.raw import Operand

# What may stand between the scores and the softmax, or between the softmax and the product with the values.
_BETWEEN = {"add", "mul", "div", "sub", "where", "masked_fill", "clamp", "maximum", "gather", "concat"}


def fuse_attention(net: Net) -> None:
    """matmul(softmax(... matmul(q, k) ...), v) becomes one op; masks and biases that are computed stay its operands."""
    for index in net.living():
        if net.nodes[index].op != "softmax":
            continue
        found = _find_scores(net, index)
        out = _find_product(net, index)
        if found is None or out is None:
            continue
        scores, extras = found
        product = net.nodes[out]
        values: list[Operand] = [item for item in product.operands if item != index]
        node = net.nodes[scores]
        product.flops += node.flops
        product.operands = [*node.operands, *values, *extras]
        product.op = "attention"


def _find_scores(net: Net, softmax: int) -> tuple[int, list[Operand]] | None:
    """The product of queries and keys above a softmax, and what was added to it on the way."""
    extras: list[Operand] = []
    reader, index = softmax, net.nodes[softmax].inputs[0]
    for _ in range(8):
        node = net.nodes[index]
        if net.only_reader(index) != reader:
            return None
        if node.op == "matmul":
            return index, extras
        if node.op not in _BETWEEN:
            return None
        onward = next((item for item in node.inputs if _leads_to_product(net, item, 8)), None)
        if onward is None:
            return None
        extras.extend(item for item in node.inputs if item != onward)
        reader, index = index, onward
    return None


def _leads_to_product(net: Net, index: int, depth: int) -> bool:
    """Whether a product of two nodes stands above `index`, at most `depth` steps of `_BETWEEN` away."""
    node = net.nodes[index]
    if node.op == "matmul":
        return True
    if depth == 0 or node.op not in _BETWEEN:
        return False
    return any(_leads_to_product(net, item, depth - 1) for item in node.inputs[:3])


def _find_product(net: Net, softmax: int) -> int | None:
    """The product with the values that alone reads a softmax."""
    reader = net.only_reader(softmax)
    if reader is None:
        return None
    node = net.nodes[reader]
    return reader if node.op == "matmul" and len(node.inputs) == 2 else None
