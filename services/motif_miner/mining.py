"""Graph -> motifs, motif instances, macro graph (Pei et al., sections 3.2 and 3.3)."""

from __future__ import annotations

from nar.architecture import Decomposition
from nar.graph import Graph
from services.motif_miner.division import divide
from services.motif_miner.macro import build
from services.motif_miner.options import DEFAULT, MiningOptions


def mine(graph: Graph, options: MiningOptions = DEFAULT) -> Decomposition:
    """Divides `graph` into motif instances and joins them where they share an edge.

    Deterministic. O(s (V + E) + V log V) but for a constant number of passes over the cells.
    """
    return build(graph, divide(graph, options), options)
