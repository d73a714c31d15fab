"""Graph -> motifs, motif instances, macro graph."""

from services.motif_miner.mining import mine
from services.motif_miner.options import DEFAULT, MiningOptions, Neighbours

__all__ = ["DEFAULT", "MiningOptions", "Neighbours", "mine"]
