"""Layer norm and RMS norm that are spelled out, and the affine weights that follow a normalisation."""

from __future__ import annotations

from services.extractor.canonical.net import Net, Node

_MEANS = {"global_avg_pool"}
_NORMS = {"layer_norm", "rms_norm", "group_norm", "batch_norm"}


def fuse_normalisations(net: Net) -> None:
    """d / sqrt(mean(d * d)): RMS norm of d; layer norm of x where d is x - mean(x)."""
    for index in net.living():
        node = net.nodes[index]
        if node.op not in ("mul", "div") or len(node.inputs) != 2:
            continue
        for scale, data in (node.inputs, node.inputs[::-1]):
            if node.op == "div" and node.operands[0] != data:
                continue
            if not _is_inverse_deviation(net, node.op, net.nodes[scale], data):
                continue
            centred = _centred(net, data)
            node.op, node.operands = ("rms_norm", [data]) if centred is None else ("layer_norm", [centred])
            break


def absorb_affine(net: Net) -> None:
    """A product with a weight, and a sum with one, right after a normalisation without such belong to it."""
    for index in net.living():
        node = net.nodes[index]
        if node.op not in _NORMS:
            continue
        for op, limit in (("mul", 1), ("add", 2)):
            reader = net.only_reader(index)
            # A batch norm is affine in any case: whatever scales and shifts it further can be merged into it.
            if reader is None or (len(node.weights) >= limit and node.op != "batch_norm"):
                continue
            following = net.nodes[reader]
            if following.op == op and len(following.inputs) == 1 and len(following.weights) == 1:
                node.operands.extend(following.weights)
                net.replace(reader, index)
                net.settle()


def _is_inverse_deviation(net: Net, op: str, scale: Node, data: int) -> bool:
    """Whether data <op> scale divides `data` by the root of its mean square, or of its variance."""
    if op == "mul":
        if scale.op == "reciprocal":
            scale = net.nodes[scale.inputs[0]]
            if scale.op != "sqrt":
                return False
        elif not (scale.op == "rsqrt" or (scale.op == "pow" and scale.weights and (scale.weights[0].value or 0) < 0)):
            return False
    elif scale.op != "sqrt" and not (scale.op == "pow" and len(scale.inputs) == 1):
        return False
    spread = net.nodes[scale.inputs[0]]
    if spread.op == "var":
        return _centred(net, data) == spread.inputs[0]
    if spread.op not in _MEANS:
        return False
    square = net.nodes[spread.inputs[0]]
    if square.op not in ("pow", "mul") or len(square.inputs) != 1:
        return False
    base = square.inputs[0]
    # Exporters may compute the deviation twice: then the two are different nodes of the same value.
    return base == data or (_centred(net, base) is not None and _centred(net, base) == _centred(net, data))


def _centred(net: Net, index: int) -> int | None:
    """x where the node is x - mean(x)."""
    node = net.nodes[index]
    if node.op != "sub" or len(node.operands) != 2 or not isinstance(node.operands[1], int):
        return None
    mean = net.nodes[node.operands[1]]
    return mean.inputs[0] if mean.op in _MEANS and mean.inputs == [node.operands[0]] else None
