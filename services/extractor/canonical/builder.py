"""What the tables build with: one translator per source turns its raw ops into nodes through this."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from nar.graph import Shape
from services.extractor.canonical.net import Node
from services.extractor.raw import Operand, RawGraph, RawOp, Weight

Rule = Callable[["Builder", RawOp], Operand]
"""Emits the nodes of one raw op; returns what its readers read."""


class Builder:
    """Translates a raw graph op by op.

    Attributes:
        nodes: what was emitted.
        results: per raw op, what stands for it.
        unknown: names that the table does not know, with their number.
    """

    def __init__(self, raw: RawGraph, table: Mapping[str, Rule | str]) -> None:
        self.nodes: list[Node] = []
        self.results: list[Operand] = []
        self.unknown: dict[str, int] = {}
        self._raw = raw
        self._op: RawOp | None = None
        for op in raw.ops:
            self._op = op
            self.results.append(self._translate(op, table))

    def operand(self, item: Operand) -> Operand:
        """What stands for an operand of a raw op."""
        return self.results[item] if isinstance(item, int) else item

    def shape(self, item: Operand) -> Shape:
        """Shape of an operand of a raw op, as the source saw it."""
        if isinstance(item, int):
            return self._raw.ops[item].shape
        return item.shape if isinstance(item, Weight) else ()

    def emit(
        self,
        op: str,
        operands: list[Operand],
        *,
        shape: Shape | None = None,
        flops: int = 0,
        translated: bool = False,
        **attributes: Any,
    ) -> Operand:
        """Adds a node that stands for the raw op at hand; one of constants alone becomes a constant.

        Args:
            op: canonical name.
            operands: of the raw op, or, where `translated`, results of earlier calls.
            shape: default: that of the raw op.
            flops: floating point operations.
            translated: whether `operands` are results already.
            **attributes: what passes need to know.
        """
        assert self._op is not None
        items = operands if translated else [self.operand(item) for item in operands]
        shape = self._op.shape if shape is None else shape
        if not any(isinstance(item, int) for item in items):
            return constant(shape, items)
        self.nodes.append(Node(op, items, shape, flops, self._op.module, attributes))
        return len(self.nodes) - 1

    def _translate(self, op: RawOp, table: Mapping[str, Rule | str]) -> Operand:
        rule = table.get(op.name)
        if rule is None:
            rule = table.get(op.name.rstrip("_"))
        if op.name == "input":
            self.nodes.append(Node("input", [], op.shape, module=op.module, attributes=dict(op.attributes)))
            return len(self.nodes) - 1
        if rule is None:
            made = self.emit(op.name, list(op.operands))
            if isinstance(made, int):
                self.nodes[made].known = False
            return made
        return self.emit(rule, list(op.operands)) if isinstance(rule, str) else rule(self, op)


def constant(shape: Shape, items: list[Operand]) -> Weight:
    """What an op of constants alone makes."""
    weights = [item for item in items if isinstance(item, Weight)]
    return Weight(shape, tuple(dict.fromkeys(parameter for weight in weights for parameter in weight.parameters)))


def view(build: Builder, op: RawOp) -> Operand:
    """An op that only looks at its first operand in another way: it vanishes."""
    first = next((item for item in op.operands if isinstance(build.operand(item), int)), None)
    if first is None:
        weights = [build.operand(item) for item in op.operands]
        kept = constant(op.shape, weights)
        source = weights[0] if weights else None
        value = source.value if isinstance(source, Weight) else None
        return Weight(kept.shape, kept.parameters, value)
    return build.operand(first)


def first_operand(build: Builder, op: RawOp) -> Operand:
    """Like `view`, but never looks beyond the first operand, even where that is a constant."""
    return build.operand(op.operands[0])


def kernel_name(kind: str, kernel: Shape, groups: int, channels: int) -> str:
    """Name of a convolution: `conv3x3`, depthwise `dwconv3x3`, grouped `gconv3x3`, transposed `deconv3x3`."""
    prefix = "" if groups == 1 else "dw" if groups == channels else "g"
    return f"{prefix}{kind}{'x'.join(str(size) for size in kernel)}"


def convolution(
    build: Builder, op: RawOp, data: Operand, weight: Operand, bias: Operand, groups: int, *, transposed: bool
) -> Operand:
    """A convolution; `weight` has shape (out, in / groups, *kernel), transposed (in, out / groups, *kernel)."""
    shape = build.shape(weight)
    kernel, channels = shape[2:], shape[0] if transposed else shape[1] * groups
    # Each output element (transposed: each input element) costs one multiply-add per weight of its channel.
    per_element = math.prod(kernel) * (shape[1])
    elements = math.prod(build.shape(data) if transposed else op.shape)
    return build.emit(
        kernel_name("deconv" if transposed else "conv", kernel, groups, channels),
        [data, weight, bias],
        flops=2 * max(elements, 0) * per_element,
        channels=shape[1] * groups if transposed else shape[0],
        affine=bias is not None,
    )


def product(build: Builder, op: RawOp, left: Operand, right: Operand) -> Operand:
    """A matrix product; with a weight on one side it is `linear`."""
    shapes = build.shape(left), build.shape(right)
    inner = shapes[0][-1] if shapes[0] else 1
    items = [build.operand(left), build.operand(right)]
    weight = next((item for item in items if isinstance(item, Weight)), None)
    flops = 2 * max(math.prod(op.shape), 0) * max(inner, 1)
    if weight is None:
        return build.emit("matmul", items, flops=flops, translated=True)
    channels = op.shape[-1] if op.shape and isinstance(items[1], Weight) else (op.shape[-2] if len(op.shape) > 1 else 1)
    return build.emit("linear", items, flops=flops, translated=True, channels=channels, affine=False)


def linear_with_bias(build: Builder, op: RawOp, left: Operand, right: Operand, bias: Operand) -> Operand:
    """A matrix product to which something is added."""
    made = product(build, op, left, right)
    addend = build.operand(bias)
    if isinstance(made, int) and build.nodes[made].op == "linear" and isinstance(addend, Weight):
        node = build.nodes[made]
        node.operands.append(addend)
        node.attributes["affine"] = True
        return made
    return build.emit("add", [made, addend], translated=True)


def attention(build: Builder, op: RawOp, query: Operand, key: Operand, value: Operand, mask: Operand) -> Operand:
    """Fused attention: (..., L, E), (..., S, E), (..., S, Ev)."""
    length, width = build.shape(query)[-2:]
    keys, out = build.shape(key)[-2], build.shape(value)[-1]
    flops = 2 * math.prod(build.shape(query)[:-2]) * length * keys * (width + out)
    return build.emit("attention", [query, key, value, mask], flops=max(flops, 0))


def recurrent(build: Builder, op: RawOp, name: str, weights: list[Operand], hidden: int, directions: int) -> Operand:
    """A recurrent layer: every weight matrix is used once per step of the sequence."""
    matrices = sum(math.prod(build.shape(item)) for item in weights if len(build.shape(item)) > 1)
    steps = max(math.prod(op.shape), 0) // max(hidden * directions, 1)
    return build.emit(name, list(op.operands), flops=2 * steps * matrices)


def full_name(prefix: str, names: str) -> dict[str, Rule | str]:
    """Table lines for ops that keep their name: "relu tanh" -> {prefix.relu: relu, ...}."""
    return {f"{prefix}{name}": name for name in names.split()}
