"""What is affine per channel and follows a convolution, a linear layer or a normalisation becomes part of it.

Exporters fold batch norm into the convolution before it; other formats spell a bias or a batch norm as a product and a
sum. The parameters of what is folded are those of the folded form: the kernel and one bias a channel.
"""

from __future__ import annotations

import math

from services.extractor.net import Net, Node
from services.extractor.raw import Weight

_STATISTICS = ("batch_norm", "instance_norm", "group_norm")


def fold_affine(net: Net) -> None:
    """Folds batch norms, biases, and scale with shift into the nodes before them."""
    for index in net.living():
        node = net.nodes[index]
        if node.attributes.get("kind") == "norm" or "channels" in node.attributes:
            reader = _reader(net, index)
            while reader is not None and _fold(net, index, reader):
                reader = _reader(net, reader)


def _reader(net: Net, index: int) -> int | None:
    """The one node that reads `index`, if it reads it as its data."""
    reader = net.only_reader(index)
    return reader if reader is not None and net.target(_data(net, reader)) == net.target(index) else None


def _data(net: Net, index: int) -> int:
    data = net.nodes[index].operands[0]
    return data if isinstance(data, int) else -1


def _fold(net: Net, index: int, reader: int) -> bool:
    """Whether `reader` became part of `index`."""
    node, other = net.nodes[index], net.nodes[reader]
    if other.op == "batch_norm" and node.op != "batch_norm" and node.attributes.get("kind") != "norm":
        return other.attributes["channels"] == node.attributes["channels"] and _absorb(net, index, reader)
    if other.op == "shift" and _is_per_channel(node, other) and not node.attributes["affine"]:
        node.operands.append(other.operands[1])
        node.attributes["affine"] = True
        net.replace(reader, index)
        return True
    if other.op == "scale" and _is_per_channel(node, other) and _may_scale(node):
        return _fold_scale(net, index, reader)
    return False


def _may_scale(node: Node) -> bool:
    """A scale after a learned layer norm is another thing (layer scale), after a batch norm it is a part of it."""
    return node.op not in ("layer_norm", "rms_norm") or not node.attributes["affine"]


def _fold_scale(net: Net, index: int, reader: int) -> bool:
    """Folds a scale and the shift that follows it. A scale alone belongs to norms only."""
    node, shift = net.nodes[index], _reader(net, reader)
    shifted = shift is not None and net.nodes[shift].op == "shift" and _is_per_channel(node, net.nodes[shift])
    if node.attributes.get("kind") == "norm" and node.op not in _STATISTICS:
        node.operands = [node.operands[0], net.nodes[reader].operands[1]]
        node.attributes["affine"] = node.op == "rms_norm"
        net.replace(reader, index)
        return True
    if not shifted or shift is None:
        return False
    if node.attributes.get("kind") == "norm":
        # The weights before are neutral: a group norm spelled as an instance norm, or a batch norm without its own.
        node.operands = [node.operands[0], net.nodes[reader].operands[1], net.nodes[shift].operands[1]]
        node.op = "group_norm" if node.op == "instance_norm" else node.op
        node.attributes["affine"] = True
        net.replace(reader, index)
        net.replace(shift, index)
        return True
    net.replace(reader, index)
    return _absorb(net, index, shift)


def _absorb(net: Net, index: int, reader: int) -> bool:
    """`index` takes the place of `reader`; all that was added per channel becomes one bias."""
    node = net.nodes[index]
    channels = int(node.attributes["channels"])
    bias = Weight((channels,), ((f"bias of op {index}", channels),))
    node.operands = [*node.operands[:2], bias]
    node.attributes["affine"] = True
    net.replace(reader, index)
    return True


def _is_per_channel(node: Node, other: Node) -> bool:
    """Whether `other` adds or multiplies one number a channel of `node`."""
    weight, channels = other.operands[1], int(node.attributes["channels"])
    if not isinstance(weight, Weight) or math.prod(weight.shape) != channels:
        return False
    return channels > 1 or bool(weight.parameters)
