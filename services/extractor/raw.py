"""What a door (tracer, ONNX reader) hands to the canonicaliser: ops as their source spells them, one output each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nar.graph import Shape


@dataclass(frozen=True, slots=True)
class Weight:
    """An operand that does not depend on the model's input: a parameter, a buffer, a constant, or computed from such.

    Attributes:
        shape: its shape.
        parameters: identity and element count of each learned parameter that it was computed from; empty for constants.
        value: its value where it is a scalar (or has one element) and known: 0.5, 1.702, 2.0, ...
    """

    shape: Shape
    parameters: tuple[tuple[str, int], ...] = ()
    value: float | None = None


Operand = int | Weight | None
"""Index of the raw op that produced it, a weight, or nothing (an optional input that is absent)."""


@dataclass(slots=True)
class RawOp:
    """One op of the source.

    Attributes:
        name: as the source spells it: "aten.convolution", "Conv". Model inputs are "input".
        operands: tensors it reads, in the source's order of arguments. An op with several outputs stands once; whoever
            reads any of its outputs names its index.
        shape: shape of its first output.
        attributes: its other arguments by name: numbers, texts, tuples of them.
        module: path of the nn.Module that ran it, "" where there is none.
    """

    name: str
    operands: tuple[Operand, ...]
    shape: Shape
    attributes: Mapping[str, Any] = field(default_factory=dict)
    module: str = ""


@dataclass(slots=True)
class RawGraph:
    """Ops in the order in which they ran: operands always name earlier ops.

    Attributes:
        ops: the ops.
        outputs: indices of the ops that the model returns. What reaches none of them is dead.
        source: which table translates the names: "aten" or "onnx".
        params: learned parameters of the whole model, as its library counts them.
        name: a name for people.
    """

    ops: list[RawOp]
    outputs: tuple[int, ...]
    source: str
    params: int
    name: str = ""
