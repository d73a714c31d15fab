"""How a graph is divided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nar.errors import InvalidInput

MAX_STEPS, MAX_HOPS = 16, 8


class Neighbours(StrEnum):
    """Which neighbours the node encoding reads."""

    PARENTS = "parents"
    CHILDREN = "children"
    BOTH = "both"


@dataclass(frozen=True)
class MiningOptions:
    """How a graph is divided.

    Attributes:
        steps: rounds s of the node encoding, 0 to 16.
        neighbours: neighbours that it reads.
        use_op_labels: whether the first labels are the op names, or all equal, so that the topology alone counts.
        context_hops: radius k of a context graph, in edges, 0 to 8.
        max_motif_ops: a stretch that repeats nowhere is cut into pieces of at most so many ops.

    Raises:
        InvalidInput: a value is out of range.
    """

    steps: int = 2
    neighbours: Neighbours = Neighbours.BOTH
    use_op_labels: bool = True
    context_hops: int = 1
    max_motif_ops: int = 2_000

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not 0 <= self.steps <= MAX_STEPS:
            raise InvalidInput(f"steps must be from 0 to {MAX_STEPS}, not {self.steps}", "options.steps")
        if not 0 <= self.context_hops <= MAX_HOPS:
            raise InvalidInput(
                f"context_hops must be from 0 to {MAX_HOPS}, not {self.context_hops}", "options.context_hops"
            )


DEFAULT = MiningOptions()
