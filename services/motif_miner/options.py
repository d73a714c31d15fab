"""How a graph is mined."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nar.errors import InvalidInput

MAX_STEPS = 16
MAX_CONTEXT_HOPS = 8


class Neighbours(Enum):
    """Which neighbours the node encoding reads; both are kept apart."""

    PARENTS = "parents"
    CHILDREN = "children"
    BOTH = "both"


@dataclass(frozen=True, kw_only=True)
class MiningOptions:
    """How a graph is mined; the defaults are the service's.

    Attributes:
        steps: rounds s of the node encoding (Equation 2), 0 to 16.
        neighbours: which neighbours a round reads.
        use_op_labels: whether the first labels are the op names, or all equal so that only the topology counts.
        context_hops: radius k of a context graph, in edges, 0 to 8.
        max_motif_ops: ops of the largest motif instance; what is larger is cut, so that messages stay small.

    Raises:
        InvalidInput: on construction, when a number is out of its range.

    """

    steps: int = 2
    neighbours: Neighbours = Neighbours.BOTH
    use_op_labels: bool = True
    context_hops: int = 1
    max_motif_ops: int = 4096

    def __post_init__(self) -> None:
        """Checks the ranges."""
        ranges = {"steps": (0, MAX_STEPS), "context_hops": (0, MAX_CONTEXT_HOPS), "max_motif_ops": (1, 1 << 20)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InvalidInput(f"options.{name} is {value}; it must be from {low} to {high}", f"options.{name}")


DEFAULT = MiningOptions()
