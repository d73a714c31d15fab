"""Normalisations that sources spell out."""

from __future__ import annotations

from services.extractor.net import Net
from services.extractor.raw import Operand


def fuse_normalisation(net: Net) -> None:
    """Recognises layer norm, RMS norm, instance norm, L2 norm and division by it, producers first."""
    for index in net.living("sqrt", "mul", "div"):
        node = net.nodes[index]
        if node.op == "sqrt":
            _root_of_squares(net, index)
        elif node.op == "div":
            _divided(net, index)
        else:
            for data, root in (node.operands, node.operands[::-1]):
                if net.is_op(root, "rsqrt") and _by_root(net, index, data, root):
                    break


def _root_of_squares(net: Net, index: int) -> None:
    """sqrt(sum(x^2)) is the L2 norm."""
    node = net.nodes[index]
    total = node.operands[0]
    if net.is_op(total, "sum"):
        square = _data(net, total)
        if net.is_op(square, "square"):
            assert isinstance(total, int)
            node.become("l2_norm", [_data(net, square)], **net.nodes[total].attributes)


def _divided(net: Net, index: int) -> None:
    """Recognises x / max(|x|, eps) and x / (|x| + eps); x / sqrt(...) where the root has several readers."""
    node = net.nodes[index]
    data, norm = node.operands
    if net.is_op(norm, "sqrt"):
        _by_root(net, index, data, norm)
        return
    if net.is_op(norm, "clamp", "shift"):
        norm = _data(net, norm)
    if net.is_op(norm, "l2_norm") and _data(net, norm) == data:
        node.become("normalize", [data])


def _by_root(net: Net, index: int, data: Operand, root: Operand) -> bool:
    """Whether `index` is data / sqrt(variance + eps); then it is rewritten."""
    variance = _data(net, root)
    if net.is_op(variance, "shift", "clamp"):
        variance = _data(net, variance)
    if not isinstance(variance, int) or not isinstance(data, int):
        return False
    if net.nodes[variance].op == "sum" and net.is_op(_data(net, variance), "square"):
        return _by_length(net, index, data, _data(net, _data(net, variance)))
    source, axes, centred = _spread(net, variance)
    if source is None:
        return False
    node = net.nodes[index]
    if source == data and not centred:
        node.become("rms_norm", [data], kind="norm", channels=_last(node.shape), affine=False)
        return True
    if _centre(net, data) == source and centred:
        rank = len(node.shape)
        spatial = rank > 2 and axes == tuple(range(2, rank)) and rank - 1 in axes and len(axes) > 1
        channels = node.shape[1] if (spatial or axes == (1,)) and rank > 1 else _last(node.shape)
        node.become(
            "instance_norm" if spatial else "layer_norm", [source], kind="norm", channels=channels, affine=False
        )
        return True
    return False


def _by_length(net: Net, index: int, data: Operand, measured: Operand) -> bool:
    """Whether `index` is data / |data|; then it is rewritten."""
    if measured == data:
        net.nodes[index].become("normalize", [data])
    return measured == data


def _spread(net: Net, variance: int) -> tuple[Operand, tuple[int, ...], bool]:
    """What a mean of squares is taken of, over which axes, and whether around its mean."""
    node = net.nodes[variance]
    if node.op == "var":
        return node.operands[0], node.attributes.get("axes", ()), True
    if node.op == "mean" and net.is_op(node.operands[0], "square"):
        data = _data(net, node.operands[0])
        around = _centre(net, data)
        axes = node.attributes.get("axes", ())
        return (data, axes, False) if around is None else (around, axes, True)
    return None, (), False


def _centre(net: Net, operand: Operand) -> Operand:
    """The x of x - mean(x)."""
    if net.is_op(operand, "sub") and isinstance(operand, int):
        data, mean = net.nodes[operand].operands
        if net.is_op(mean, "mean") and _data(net, mean) == data:
            return data
    return None


def _data(net: Net, operand: Operand) -> Operand:
    return net.nodes[operand].operands[0] if isinstance(operand, int) and net.nodes[operand].operands else None


def _last(shape: tuple[int, ...]) -> int:
    return shape[-1] if shape else 1
