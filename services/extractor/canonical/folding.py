"""What exporters fold into the op before it: batch norm, bias; and joins that join nothing."""

from __future__ import annotations

import math

from services.extractor.canonical.net import Net, Node


def fold_affine(net: Net) -> None:
    """A batch norm after a convolution, and a bias after a product or convolution without one, belong to it.

    Parameters of the folded form: the kernel, and one bias per output channel.
    """
    for index in net.living():
        node = net.nodes[index]
        channels = node.attributes.get("channels")
        if not isinstance(channels, int):
            continue
        while True:
            reader = net.only_reader(index)
            if reader is None or not _folds(node, net.nodes[reader], channels):
                break
            following = net.nodes[reader]
            if following.op in ("batch_norm", "mul"):
                node.params = _kernel(node) + channels
                node.attributes["normalised"] = True
            node.operands.extend(following.weights)
            node.attributes["affine"] = True
            node.shape = following.shape if following.op == "batch_norm" else node.shape
            net.replace(reader, index)
            _inherit_readers(net, index, reader)


def drop_trivial_concats(net: Net) -> None:
    """A concatenation of parts of one tensor only moves elements."""
    for index in net.living():
        node = net.nodes[index]
        if node.op == "concat" and len(node.inputs) == 1 and not any(weight.parameters for weight in node.weights):
            net.replace(index, node.inputs[0])


def drop_final_softmax(net: Net) -> None:
    """Whether a classifier ends with a softmax depends on who reads it, not on how it is built."""
    for output in list(net.outputs):
        node = net.nodes[output]
        if node.op in ("softmax", "log_softmax") and not net.consumers[output]:
            net.replace(output, node.inputs[0])


def _folds(node: Node, following: Node, channels: int) -> bool:
    """Whether `following` can be folded into `node`."""
    if following.op == "batch_norm":
        return node.op != "linear"
    weights = following.weights
    if len(following.inputs) != 1 or len(weights) != 1 or math.prod(weights[0].shape) != channels:
        return False
    # Frameworks that keep scale and shift out of the batch norm spell them as a product and a sum.
    if node.attributes.get("normalised"):
        return following.op in ("mul", "add")
    return following.op == "add" and not node.attributes.get("affine")


def _kernel(node: Node) -> int:
    """Parameters of the kernel alone."""
    weight = next((weight for weight in node.weights if len(weight.shape) > 1), None)
    return sum(size for _, size in weight.parameters[:1]) if weight else 0


def _inherit_readers(net: Net, index: int, reader: int) -> None:
    """Keeps the consumers right within the pass: whoever reads `reader` reads `index` now."""
    net.consumers[index] = list(net.consumers[reader])
    if reader in net.outputs:
        net.outputs = [index if output == reader else output for output in net.outputs]
    for consumer in net.consumers[index]:
        operands = net.nodes[consumer].operands
        net.nodes[consumer].operands = [index if item == reader else item for item in operands]
