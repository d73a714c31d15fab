"""Names for motifs that people can read."""

from __future__ import annotations

from itertools import groupby

from nar.graph import Graph

_MAX_OPS = 9
_KEPT = 4


def motif_name(graph: Graph) -> str:
    """The ops in order, runs counted: "conv1x1-relu-conv3x3-relu-conv1x1-add-relu"; long ones lose their middle."""
    parts = [f"{len(run)}x{name}" if len(run) > 1 else name for name, run in _runs(graph.ops)]
    if len(parts) > _MAX_OPS:
        parts = [*parts[:_KEPT], f"..{len(parts) - 2 * _KEPT}..", *parts[-_KEPT:]]
    return "-".join(parts)


def _runs(names: list[str]) -> list[tuple[str, list[str]]]:
    return [(name, list(run)) for name, run in groupby(names)]
