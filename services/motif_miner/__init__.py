"""Graph -> motifs, motif instances, macro graph."""
