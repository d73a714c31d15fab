"""Raw ops of any source -> the canonical computational graph.

One architecture must look the same whichever door it came through. So what only looks at a tensor in another way vanishes,
numbers that only scale or shift vanish, and what exporters spell out becomes the one op that it means again.
"""

from services.extractor.canonical.canonicalise import CanonicalGraph, canonicalise

__all__ = ["CanonicalGraph", "canonicalise"]
