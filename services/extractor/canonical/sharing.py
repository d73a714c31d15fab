"""Equal arithmetic on equal operands is one op: some exporters merge it, and who writes it twice means it once."""

from __future__ import annotations

from collections.abc import Hashable

from services.extractor.net import Net, Node
from services.extractor.raw import Operand, Weight

# Ops that are described by their operands and attributes in full.
_SHARED = (
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "abs",
    "exp",
    "log",
    "sqrt",
    "rsqrt",
    "reciprocal",
    "erf",
    "sigmoid",
    "tanh",
    "relu",
    "pow",
    "mean",
    "sum",
    "l2_norm",
)


def share_equal(net: Net) -> None:
    """Lets the first of several equal nodes stand for all of them."""
    first: dict[Hashable, int] = {}
    for index in net.living(*_SHARED):
        node = net.nodes[index]
        node.operands = [net.target(item) if isinstance(item, int) else item for item in node.operands]
        if all(_is_known(item) for item in node.operands):
            net.replace(index, first.setdefault(_key(node), index))


def _is_known(operand: Operand) -> bool:
    """Whether two operands that look the same are the same: two parts of one parameter look the same and are not."""
    return not isinstance(operand, Weight) or operand.value is not None


def _key(node: Node) -> Hashable:
    return (node.op, tuple(node.operands), node.shape, tuple(sorted(node.attributes.items())))
