"""The graph while it is rewritten: nodes that read nodes or weights, aliases for what vanishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nar.graph import Shape
from services.extractor.raw import Operand, Weight


@dataclass(slots=True)
class Node:
    """One canonical op in the making.

    Attributes:
        op: canonical name.
        operands: what it reads: nodes by index, and weights.
        shape: output shape.
        flops: floating point operations.
        module: module path.
        attributes: what passes need to know of it, such as the bounds of a clamp.
        known: whether a table knows it.
    """

    op: str
    operands: list[Operand]
    shape: Shape
    flops: int = 0
    module: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    known: bool = True

    @property
    def inputs(self) -> list[int]:
        """The distinct nodes that it reads, in order."""
        nodes = [operand for operand in self.operands if isinstance(operand, int)]
        return nodes if len(nodes) < 2 else list(dict.fromkeys(nodes))

    @property
    def weights(self) -> list[Weight]:
        """The weights that it reads."""
        return [operand for operand in self.operands if isinstance(operand, Weight)]

    def become(self, op: str, operands: list[Operand], **attributes: Any) -> None:
        """Turns into another op that makes the same tensor."""
        self.op = op
        self.operands = operands
        self.attributes = attributes


class Net:
    """Nodes in the order in which they ran.

    Passes rewrite the last node of what they recognise, call `replace` for what vanishes, and `settle` when they are
    done: then aliases are resolved, dead nodes dropped and readers found anew. What they read meanwhile is the state
    of the last `settle`, except that operands are always current.
    """

    def __init__(self, nodes: list[Node], outputs: list[Operand]) -> None:
        self.nodes = nodes
        self.outputs = [output for output in outputs if isinstance(output, int)]
        self.alive = [True] * len(nodes)
        self._starts: list[int] = []
        self._readers: list[int] = []
        self._alias: dict[int, int] = {}
        self.settle()

    def replace(self, node: int, by: int) -> None:
        """From the next `settle` on, whoever reads `node` reads `by`, an earlier node."""
        if node != by:
            self._alias[node] = by

    def target(self, node: int) -> int:
        """What stands for `node` now."""
        path = []
        while node in self._alias:
            path.append(node)
            node = self._alias[node]
        for step in path:
            self._alias[step] = node
        return node

    def settle(self) -> None:
        """Resolves aliases, drops what reaches no output, and finds every node's readers anew."""
        if self._alias:
            for node in self.nodes:
                node.operands = [self.target(item) if isinstance(item, int) else item for item in node.operands]
            self.outputs = [self.target(output) for output in self.outputs]
            self._alias.clear()
        self.outputs = list(dict.fromkeys(self.outputs))
        self._mark_alive()
        self._find_readers()

    def readers(self, node: int) -> list[int]:
        """The nodes that read `node`, in order; -1 stands for the model's own output."""
        return self._readers[self._starts[node] : self._starts[node + 1]]

    def living(self, *ops: str) -> list[int]:
        """Indices of the nodes that reach an output, in order; of all ops, or of those named."""
        wanted = frozenset(ops)
        return [
            index for index, alive in enumerate(self.alive) if alive and (not wanted or self.nodes[index].op in wanted)
        ]

    def only_reader(self, node: int) -> int | None:
        """The one consumer of `node`, if it has exactly one and is no output."""
        readers = self.readers(node)
        return readers[0] if len(readers) == 1 and readers[0] >= 0 else None

    def is_op(self, operand: Operand, *ops: str) -> bool:
        """Whether an operand is made by a node of one of `ops`."""
        return isinstance(operand, int) and self.nodes[operand].op in ops

    def _mark_alive(self) -> None:
        self.alive = [False] * len(self.nodes)
        for output in self.outputs:
            self.alive[output] = True
        # Producers stand before consumers, so that one walk from the end sees every consumer first.
        for index in range(len(self.nodes) - 1, -1, -1):
            if self.alive[index]:
                for source in self.nodes[index].operands:
                    if isinstance(source, int):
                        self.alive[source] = True

    def _find_readers(self) -> None:
        """One flat list of readers: a list a node would keep the garbage collector busy with large graphs."""
        sources: list[int] = []
        targets: list[int] = []
        for index, alive in enumerate(self.alive):
            if alive:
                inputs = self.nodes[index].inputs
                sources += inputs
                targets += [index] * len(inputs)
        sources += self.outputs
        targets += [-1] * len(self.outputs)
        edges = np.array(sources, np.int64)
        self._starts = np.concatenate([[0], np.bincount(edges, minlength=len(self.nodes)).cumsum()]).tolist()
        self._readers = np.array(targets, np.int64)[np.argsort(edges, kind="stable")].tolist()
