"""One spelling for arithmetic with constants: `scale` (times a weight), `shift` (plus a weight), `square`, `rsqrt`."""

from __future__ import annotations

from services.extractor.net import Net, Node
from services.extractor.raw import Operand, Weight


def normalise_arithmetic(net: Net) -> None:
    """Rewrites every arithmetic op, producers first, so that each rule sees its operands in normal form.

    `scale` and `shift` read (data, weight) and carry the constant as attribute "value" where it is known.
    """
    for index in net.living():
        node = net.nodes[index]
        node.operands = [net.target(item) if isinstance(item, int) else item for item in node.operands]
        rule = _RULES.get(node.op)
        if rule is not None:
            rule(node)
        if node.op == "div":
            _divide_by_root(net, node)
        elif node.op == "reciprocal" and net.is_op(node.operands[0], "sqrt"):
            node.become("rsqrt", _operands_of(net, node.operands[0]))
        elif node.op in ("scale", "shift"):
            _merge_constants(net, index)
        elif node.op == "where" and net.is_op(node.operands[0], "isnan"):
            _drop_guard(net, index)


def known_value(operand: Operand) -> float | None:
    """The value of a constant of one element that is not learned."""
    return operand.value if isinstance(operand, Weight) and not operand.parameters else None


def _add(node: Node) -> None:
    first, second = _pair(node)
    if isinstance(first, Weight):
        first, second = second, first
    if isinstance(second, Weight):
        node.become("shift", [first, second], value=known_value(second))


def _sub(node: Node) -> None:
    first, second = _pair(node)
    if isinstance(second, Weight):
        value = known_value(second)
        node.become("shift", [first, second], value=None if value is None else -value)
    elif isinstance(first, Weight):
        node.become("shift", [second, first], value=None, negated=True)


def _mul(node: Node) -> None:
    first, second = _pair(node)
    if isinstance(first, Weight):
        first, second = second, first
    if isinstance(second, Weight):
        node.become("scale", [first, second], value=known_value(second))
    elif first == second:
        node.become("square", [first])


def _div(node: Node) -> None:
    first, second = _pair(node)
    if isinstance(second, Weight):
        value = known_value(second)
        node.become("scale", [first, second], value=1 / value if value else None)
    elif isinstance(first, Weight):
        node.become("reciprocal", [second, *([first] if first.parameters else [])])


def _pow(node: Node) -> None:
    exponent = node.attributes.get("exponent")
    named = {2: "square", 0.5: "sqrt", -0.5: "rsqrt", -1: "reciprocal"}
    if exponent in named and isinstance(node.operands[0], int):
        node.become(named[exponent], node.operands[:1])


_RULES = {"add": _add, "sub": _sub, "mul": _mul, "div": _div, "pow": _pow}


def _pair(node: Node) -> tuple[Operand, Operand]:
    first, second = (*node.operands, None, None)[:2]
    return first, second


def _divide_by_root(net: Net, node: Node) -> None:
    """Rewrites x / sqrt(y) = x * rsqrt(y); the division stays where another op reads the root."""
    first, second = _pair(node)
    if isinstance(second, int) and net.nodes[second].op == "sqrt" and net.only_reader(second) is not None:
        net.nodes[second].op = "rsqrt"
        node.become("mul", [first, second])


def _merge_constants(net: Net, index: int) -> None:
    """Neutral constants vanish; two constants in a row are one."""
    node = net.nodes[index]
    value, neutral = node.attributes["value"], 1.0 if node.op == "scale" else 0.0
    data = node.operands[0]
    if value == neutral and isinstance(data, int) and not node.attributes.get("negated"):
        net.replace(index, data)
        return
    if not isinstance(data, int) or value is None:
        return
    before = net.nodes[data]
    if before.op == node.op and before.attributes["value"] is not None and net.only_reader(data) is not None:
        other = before.attributes["value"]
        total = value * other if node.op == "scale" else value + other
        node.become(node.op, [before.operands[0], Weight((), (), total)], value=total)


def _drop_guard(net: Net, index: int) -> None:
    """Drops what only replaces undefined values, as exporters do after the softmax of a masked row."""
    condition, *choices = net.nodes[index].operands
    guarded = _operands_of(net, condition)[0]
    if isinstance(guarded, int) and guarded in choices:
        net.replace(index, guarded)


def _operands_of(net: Net, operand: Operand) -> list[Operand]:
    assert isinstance(operand, int)
    return list(net.nodes[operand].operands)
