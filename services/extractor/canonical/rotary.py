"""Rotary position embedding: x * cos + rotate(x) * sin becomes one op."""

from __future__ import annotations

from services.extractor.net import Net
from services.extractor.raw import Operand


def fuse_rotary(net: Net) -> None:
    """Recognises it in halves (cat(-x2, x1)) and interleaved (stack(-x2, x1)); cos and sin may be computed."""
    for index in net.living("add"):
        node = net.nodes[index]
        if len(node.operands) != 2:
            continue
        first, second = node.operands
        for straight, turned in ((first, second), (second, first)):
            found = _match(net, straight, turned)
            if found is not None:
                data, extra = found
                node.become("rotary_embedding", [data, *extra])
                break


def _match(net: Net, straight: Operand, turned: Operand) -> tuple[Operand, list[Operand]] | None:
    """The x of x * cos + rotate(x) * sin, and the tables where they are computed."""
    for rotated, sine in _factors(net, turned):
        source = _rotated(net, rotated)
        if source is None:
            continue
        for data, cosine in _factors(net, straight):
            if _whole(net, data) == source:
                return source, [item for item in (cosine, sine) if isinstance(item, int)]
    return None


def _factors(net: Net, operand: Operand) -> list[tuple[Operand, Operand]]:
    """The ways to read a product as data times table."""
    if not isinstance(operand, int) or net.nodes[operand].op not in ("scale", "mul"):
        return []
    first, second = net.nodes[operand].operands[:2]
    return [(first, second)] if net.nodes[operand].op == "scale" else [(first, second), (second, first)]


def _rotated(net: Net, operand: Operand) -> Operand:
    """The x of a join of one part of x and another with its sign turned."""
    if not net.is_op(operand, "concat") or not isinstance(operand, int):
        return None
    plain: list[Operand] = []
    turned: list[Operand] = []
    for item in net.nodes[operand].operands:
        negative = net.is_op(_whole(net, item), "neg")
        (turned if negative else plain).append(_whole(net, _inner(net, _whole(net, item)) if negative else item))
    sources = set(plain) | set(turned)
    return plain[0] if plain and turned and len(sources) == 1 else None


def _inner(net: Net, operand: Operand) -> Operand:
    return net.nodes[operand].operands[0] if isinstance(operand, int) else None


def _whole(net: Net, operand: Operand) -> Operand:
    """What a part is a part of."""
    while net.is_op(operand, "part"):
        operand = _inner(net, operand)
    return operand
