"""What only shows, cuts or pads a tensor vanishes, once all patterns are recognised."""

from __future__ import annotations

from services.extractor.net import Net
from services.extractor.raw import Operand


def contract(net: Net) -> None:
    """Drops parts, joins of parts of one tensor, and pads before windows; names global pools."""
    for index in net.living():
        node = net.nodes[index]
        node.operands = [net.target(item) if isinstance(item, int) else item for item in node.operands]
        if node.op == "concat":
            _join_joins(net, index)
        if _vanishes(net, index):
            net.replace(index, node.inputs[0])
        elif node.op in ("mean", "max") and _is_over_positions(node.attributes):
            node.op = "global_avg_pool" if node.op == "mean" else "global_max_pool"
        if node.op.startswith("global_"):
            node.shape = node.shape[:2] if len(node.shape) > 2 and set(node.shape[2:]) <= {1} else _flat(node.shape)


def _vanishes(net: Net, index: int) -> bool:
    """Whether a node shows no more than (parts of) one tensor."""
    node = net.nodes[index]
    if node.op == "concat":
        return len(node.inputs) == 1 and not node.weights
    return node.op == "part" or (node.op == "pad" and _feeds_windows(net, index))


def _join_joins(net: Net, index: int) -> None:
    """A join of joins along the same axis is one join."""
    node = net.nodes[index]
    axis = node.attributes.get("axis")
    operands: list[Operand] = []
    for item in node.operands:
        inner = net.nodes[item] if isinstance(item, int) and net.only_reader(item) == index else None
        if inner and inner.op == "concat" and axis is not None and inner.attributes.get("axis") == axis:
            operands.extend(inner.operands)
        else:
            operands.append(item)
    node.operands = operands


def _feeds_windows(net: Net, index: int) -> bool:
    """Whether all that reads a padded tensor slides a window over it."""
    readers = [net.nodes[reader] for reader in net.readers(index) if reader >= 0]
    return bool(readers) and all(
        reader.attributes.get("kind") == "convolution" or reader.op.endswith("_pool") for reader in readers
    )


def _is_over_positions(attributes: dict[str, object]) -> bool:
    """Whether a reduction runs over all positions and over neither batch nor channels."""
    axes, rank = attributes.get("axes"), attributes.get("rank")
    if not isinstance(axes, tuple) or not isinstance(rank, int):
        return False
    if rank == 3:
        return axes == (1,) or (axes == (2,) and not attributes.get("keepdim"))
    return rank > 3 and len(axes) == rank - 2 and 0 not in axes


def _flat(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Without the dimensions that were reduced: (N, 1, 1, C) -> (N, C)."""
    return shape if len(shape) < 3 else (shape[0], *(size for size in shape[1:] if size != 1))
