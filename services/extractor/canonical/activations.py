"""Activations that exporters spell out: hard sigmoid, hard swish, SiLU, GELU, mish."""

from __future__ import annotations

from services.extractor.canonical.net import Net, Node
from services.extractor.canonical.scalars import is_scalar_op

# x * g(x), by the op that g ends with.
_GATED = {"sigmoid": "silu", "hard_sigmoid": "hard_swish", "erf": "gelu"}


def fuse_hard_sigmoid(net: Net) -> None:
    """clamp(x + 3, 0, 6) becomes a hard sigmoid (its / 6 is a scalar); clamp(x, 0, 6) is relu6, clamp(x, 0) is relu."""
    for index in net.living():
        node = net.nodes[index]
        if node.op != "clamp":
            continue
        bounds = node.attributes.get("low"), node.attributes.get("high")
        if bounds == (0, None):
            node.op = "relu"
        elif bounds == (0, 6):
            node.op = "relu6"
            source = net.nodes[node.inputs[0]]
            if source.op == "add" and is_scalar_op(source) and source.weights[0].value == 3:
                node.op, node.operands = "hard_sigmoid", [source.inputs[0]]


def fuse_gates(net: Net) -> None:
    """x * sigmoid(x) = SiLU, x * hard_sigmoid(x) = hard swish, x * (1 + erf(x)) = GELU, and GELU by tanh, and mish."""
    for index in net.living():
        node = net.nodes[index]
        if node.op != "mul" or len(node.inputs) != 2 or node.weights:
            continue
        for gate, data in (node.inputs, node.inputs[::-1]):
            name = _gate(net, net.nodes[gate], data)
            if name and net.only_reader(gate) == index:
                node.op, node.operands = name, [data]
                break


def _gate(net: Net, gate: Node, data: int) -> str | None:
    """What `data` * `gate` is called, if the gate is a function of the data alone."""
    if gate.op in _GATED and gate.inputs == [data]:
        return _GATED[gate.op]
    if gate.op != "tanh" or len(gate.inputs) != 1:
        return None
    inner = net.nodes[gate.inputs[0]]
    if inner.op == "softplus" and inner.inputs == [data]:
        return "mish"
    if inner.op == "add" and data in inner.inputs and len(inner.inputs) == 2:
        cube = net.nodes[next(item for item in inner.inputs if item != data)]
        if _is_power(net, cube, data):
            return "gelu"
    # GELU by tanh, factored: tanh(x * (1 + c * x * x)).
    if inner.op == "mul" and data in inner.inputs and len(inner.inputs) == 2:
        square = net.nodes[next(item for item in inner.inputs if item != data)]
        if _is_power(net, square, data):
            return "gelu"
    return None


def _is_power(net: Net, node: Node, data: int) -> bool:
    """Whether `node` is a power of `data`, spelled as pow or as products."""
    if node.op == "pow":
        return node.inputs == [data]
    if node.op != "mul" or node.weights:
        return False
    return all(item == data or _is_power(net, net.nodes[item], data) for item in node.inputs)
