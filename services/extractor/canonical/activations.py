"""Activation functions that sources spell out."""

from __future__ import annotations

import math

from services.extractor.net import Net
from services.extractor.raw import Operand

_LIMIT = 12


def fuse_activations(net: Net) -> None:
    """Recognises softplus, hard sigmoid, SiLU, hard swish, mish and GELU (by erf, tanh or sigmoid), producers first."""
    for index in net.living("log", "log1p", "scale", "clamp", "mul"):
        op = net.nodes[index].op
        if op in ("log", "log1p"):
            _softplus(net, index)
        elif op == "clamp":
            _hard_sigmoid_by_clamp(net, index)
        elif op == "scale":
            _scaled(net, index)
        else:
            _product(net, index)


def _softplus(net: Net, index: int) -> None:
    """log(1 + exp(x))."""
    node = net.nodes[index]
    inner = node.operands[0]
    if node.op == "log":
        inner = _through(net, inner, "shift", 1.0)
    if net.is_op(inner, "exp"):
        node.become("softplus", _operands(net, inner)[:1])


def _hard_sigmoid_by_clamp(net: Net, index: int) -> None:
    """min(max(x / 6 + 1 / 2, 0), 1)."""
    node = net.nodes[index]
    if (node.attributes.get("low"), node.attributes.get("high")) == (0.0, 1.0):
        data = _through(net, _through(net, node.operands[0], "shift", 0.5), "scale", 1 / 6)
        if data is not None:
            node.become("hard_sigmoid", [data])


def _scaled(net: Net, index: int) -> None:
    """relu6(x + 3) / 6, x * relu6(x + 3) / 6, and half of what a GELU multiplies."""
    node = net.nodes[index]
    inner = node.operands[0]
    if not isinstance(inner, int):
        return
    value = node.attributes["value"]
    if _close(value, 1 / 6):
        shifted = _hard_gate(net, inner)
        if shifted is not None:
            node.become("hard_sigmoid", [shifted])
        elif net.nodes[inner].op == "mul":
            first, second = net.nodes[inner].operands
            for data, gate in ((first, second), (second, first)):
                if data is not None and _hard_gate(net, gate) == data:
                    node.become("hard_swish", [data])
    elif _close(value, 0.5) and net.nodes[inner].op == "mul":
        data = _gelu(net, inner, half=True)
        if data is not None:
            node.become("gelu", [data])


def _product(net: Net, index: int) -> None:
    node = net.nodes[index]
    first, second = node.operands
    for data, gate in ((first, second), (second, first)):
        if not isinstance(gate, int) or not isinstance(data, int):
            continue
        name = _gated(net, data, gate)
        if name:
            node.become(name, [data])
            return
    data = _gelu(net, index, half=False)
    if data is not None:
        node.become("gelu", [data])


def _gated(net: Net, data: int, gate: int) -> str:
    """Name of data * gate(data), "" where it has none."""
    if net.nodes[data].attributes.get("several"):
        return ""
    node = net.nodes[gate]
    inner = node.operands[0] if node.operands else None
    if node.op == "sigmoid":
        if inner == data:
            return "silu"
        return "gelu" if _through(net, inner, "scale", 1.702) == data else ""
    if node.op == "hard_sigmoid" and inner == data:
        return "hard_swish"
    if node.op == "tanh" and net.is_op(inner, "softplus") and _operands(net, inner)[0] == data:
        return "mish"
    return ""


def _gelu(net: Net, index: int, *, half: bool) -> Operand:
    """The x of x * (1 + f(x)), with a half somewhere: outside (`half`), or on either factor."""
    for factor, gate in (net.nodes[index].operands, net.nodes[index].operands[::-1]):
        outer = _through(net, gate, "scale", 0.5)
        curve = _through(net, gate if outer is None else outer, "shift", 1.0)
        if not net.is_op(curve, "erf", "tanh"):
            continue
        data = _through(net, factor, "scale", 0.5)
        halves = half + (outer is not None) + (data is not None)
        data = factor if data is None else data
        if halves == 1 and isinstance(data, int) and isinstance(curve, int) and _depends_only_on(net, curve, data):
            return data
    return None


def _depends_only_on(net: Net, node: int, data: int) -> bool:
    """Whether a short way up from `node` ends at `data` everywhere; tanh needs a polynomial before it."""
    stack, seen = [node], set[int]()
    while stack:
        for item in net.nodes[stack.pop()].inputs:
            if item != data and item not in seen:
                seen.add(item)
                stack.append(item)
        if len(seen) > _LIMIT or any(net.nodes[item].op == "input" for item in stack):
            return False
    return net.nodes[node].op == "erf" or len(seen) > 1


def _hard_gate(net: Net, operand: Operand) -> Operand:
    """The x of relu6(x + 3)."""
    return _through(net, _operands(net, operand)[0], "shift", 3.0) if net.is_op(operand, "relu6") else None


def _through(net: Net, operand: Operand, op: str, value: float) -> Operand:
    """What `scale` or `shift` by a known value reads."""
    if not net.is_op(operand, op) or not isinstance(operand, int):
        return None
    node = net.nodes[operand]
    return node.operands[0] if _close(node.attributes["value"], value) else None


def _operands(net: Net, operand: Operand) -> list[Operand]:
    assert isinstance(operand, int)
    return net.nodes[operand].operands


def _close(value: float | None, wanted: float) -> bool:
    return value is not None and math.isclose(value, wanted, rel_tol=1e-3)
