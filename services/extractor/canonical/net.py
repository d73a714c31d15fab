"""The graph while it is rewritten: nodes that read nodes or weights, aliases for what vanishes."""

from __future__ import annotations

from dataclasses import dataclass, field

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
        params: its learned parameters where a pass has settled them; None: counted from its weights.
        known: whether a table knows it.
    """

    op: str
    operands: list[Operand]
    shape: Shape
    flops: int = 0
    module: str = ""
    attributes: dict[str, object] = field(default_factory=dict)
    params: int | None = None
    known: bool = True

    @property
    def inputs(self) -> list[int]:
        """The distinct nodes that it reads, in order."""
        return list(dict.fromkeys(operand for operand in self.operands if isinstance(operand, int)))

    @property
    def weights(self) -> list[Weight]:
        """The weights that it reads."""
        return [operand for operand in self.operands if isinstance(operand, Weight)]


class Net:
    """Nodes in the order in which they ran.

    Passes call `replace` for what vanishes and `settle` when they are done: aliases are resolved and dead nodes dropped.
    """

    def __init__(self, nodes: list[Node], outputs: list[Operand]) -> None:
        self.nodes = nodes
        self.outputs = [output for output in outputs if isinstance(output, int)]
        self.alive = [True] * len(nodes)
        self.consumers: list[list[int]] = []
        self._alias: dict[int, int] = {}
        self.settle()

    def replace(self, node: int, by: int) -> None:
        """From the next `settle` on, whoever reads `node` reads `by`."""
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
        """Resolves aliases, drops what reaches no output, and finds every node's consumers anew."""
        for node in self.nodes:
            node.operands = [self.target(item) if isinstance(item, int) else item for item in node.operands]
        self.outputs = list(dict.fromkeys(self.target(output) for output in self.outputs))
        self._alias.clear()
        self._mark_alive()
        self.consumers = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            if self.alive[index]:
                for source in node.inputs:
                    self.consumers[source].append(index)

    def living(self) -> list[int]:
        """Indices of the nodes that reach an output, in order."""
        return [index for index, alive in enumerate(self.alive) if alive]

    def only_reader(self, node: int) -> int | None:
        """The one consumer of `node`, if it has exactly one and is no output."""
        readers = self.consumers[node]
        return readers[0] if len(readers) == 1 and node not in self.outputs else None

    def _mark_alive(self) -> None:
        self.alive = [False] * len(self.nodes)
        stack = list(self.outputs)
        while stack:
            index = stack.pop()
            if not self.alive[index]:
                self.alive[index] = True
                stack.extend(self.nodes[index].inputs)
        for index, node in enumerate(self.nodes):
            # An input that nothing reads is still part of the model's interface.
            self.alive[index] = self.alive[index] or (node.op == "input" and not node.attributes.get("optional"))
