"""What the tables build with: one translator per source turns its raw ops into nodes through this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nar.graph import Shape
from services.extractor.net import Node
from services.extractor.raw import Operand, RawGraph, RawOp, Weight

Rule = Callable[["Builder", RawOp], Operand]
"""Emits the nodes of one raw op; returns what its readers read."""


class Builder:
    """Translates a raw graph op by op.

    Operands come in two kinds: *raw* ones name raw ops, *translated* ones name nodes; `operand` leads from the first to
    the second.

    Attributes:
        nodes: what was emitted.
        results: per raw op, what stands for it.
    """

    def __init__(self, raw: RawGraph, table: Mapping[str, Rule | str]) -> None:
        self.nodes: list[Node] = []
        self.results: list[Operand] = []
        self._raw = raw
        self._op = RawOp("", (), ())
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

    def source(self, item: Operand) -> RawOp | None:
        """The raw op that makes an operand of a raw op."""
        return self._raw.ops[item] if isinstance(item, int) else None

    def emit(self, op: str, operands: Sequence[Operand], *, flops: int = 0, **attributes: Any) -> Operand:
        """Adds a node that stands for the raw op at hand; one that reads no node becomes a constant.

        Args:
            op: canonical name.
            operands: translated operands.
            flops: floating point operations.
            **attributes: what passes need to know.
        """
        if not any(isinstance(item, int) for item in operands):
            return constant(self._op.shape, operands)
        items = list(operands)
        while items and items[-1] is None:
            items.pop()
        self.nodes.append(Node(op, items, self._op.shape, max(flops, 0), self._op.module, attributes))
        return len(self.nodes) - 1

    def emit_raw(self, op: str, operands: Sequence[Operand], *, flops: int = 0, **attributes: Any) -> Operand:
        """Like `emit`, of raw operands."""
        return self.emit(op, [self.operand(item) for item in operands], flops=flops, **attributes)

    def _translate(self, op: RawOp, table: Mapping[str, Rule | str]) -> Operand:
        if op.name == "input":
            self.nodes.append(Node("input", [], op.shape, module=op.module))
            return len(self.nodes) - 1
        rule = table.get(op.name) or table.get(op.name.rstrip("_"))
        if rule is None:
            made = self.emit_raw(op.name, op.operands)
            if isinstance(made, int):
                self.nodes[made].known = False
            return made
        return self.emit_raw(rule, op.operands) if isinstance(rule, str) else rule(self, op)


def constant(shape: Shape, items: Sequence[Operand]) -> Weight:
    """What an op of constants alone makes."""
    weights = [item for item in items if isinstance(item, Weight)]
    if len(weights) == 1:
        return Weight(shape, weights[0].parameters)
    return Weight(shape, tuple(dict.fromkeys(parameter for weight in weights for parameter in weight.parameters)))
