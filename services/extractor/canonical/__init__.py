"""From the ops of a source to canonical ones: the same architecture looks the same through every door."""

from services.extractor.canonical.canonicalise import CanonicalGraph, canonicalise

__all__ = ["CanonicalGraph", "canonicalise"]
