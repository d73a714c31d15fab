"""Attention that sources spell out: softmax between two products."""

from __future__ import annotations

from services.extractor.net import Net
from services.extractor.raw import Operand

_TRANSPARENT = ("scale", "shift", "add", "where", "sub", "clamp", "maximum", "part", "nan_to_num")
_DEPTH = 16


def fuse_attention(net: Net) -> None:
    """softmax(query @ key * scale + mask) @ value becomes `attention` of query, key, value and what is added."""
    for index in net.living("attention"):
        node = net.nodes[index]
        node.operands[:2] = [_unscaled(net, item) for item in node.operands[:2]]
    for index in net.living("softmax"):
        reader = net.only_reader(index)
        weights = index
        while reader is not None and net.nodes[reader].op in ("where", "nan_to_num", "scale"):
            weights, reader = reader, net.only_reader(reader)
        if reader is None or net.nodes[reader].op != "matmul":
            continue
        found = _scores(net, index)
        if found is not None:
            _fuse(net, reader, weights, found)


def _fuse(net: Net, product: int, weights: int, found: tuple[int, list[Operand]]) -> None:
    """Rewrites the second product."""
    scores, extra = found
    node = net.nodes[product]
    values = [item for item in node.operands if item != weights]
    query, key = (_unscaled(net, item) for item in net.nodes[scores].operands)
    flops = node.flops + net.nodes[scores].flops
    node.become("attention", [query, key, *values, *extra])
    node.flops = flops


def _scores(net: Net, softmax: int) -> tuple[int, list[Operand]] | None:
    """The product that a softmax is taken of, and the masks, biases and learned scales on the way."""
    extra: list[Operand] = []
    node = net.nodes[softmax].operands[0]
    below = softmax
    for _ in range(_DEPTH):
        if not isinstance(node, int) or len([r for r in net.readers(node) if r != below]) > 0:
            return None
        if net.nodes[node].op == "matmul":
            return node, extra
        if net.nodes[node].op not in _TRANSPARENT:
            return None
        operands = net.nodes[node].operands
        onward = next((item for item in operands if isinstance(item, int) and _leads_to_product(net, item)), None)
        if onward is None:
            return None
        extra += [item for item in operands if item != onward and item is not None]
        below, node = node, onward
    return None


def _leads_to_product(net: Net, node: int) -> bool:
    """Whether a way up through scales and masks ends at a product."""
    stack = [(node, 0)]
    while stack:
        index, depth = stack.pop()
        if net.nodes[index].op == "matmul":
            return True
        if net.nodes[index].op in _TRANSPARENT and depth < _DEPTH:
            stack += [(item, depth + 1) for item in net.nodes[index].inputs]
    return False


def _unscaled(net: Net, operand: Operand) -> Operand:
    """An operand of the first product without the constant that it is multiplied by."""
    while isinstance(operand, int) and net.nodes[operand].op == "scale":
        if net.nodes[operand].weights[0].parameters:
            break
        operand = net.nodes[operand].operands[0]
    return operand
