"""Which segments of the sequence are variants of one another."""

from __future__ import annotations

import numpy as np

from nar.graph import Ints
from services.motif_miner.encoding import mix
from services.motif_miner.sequence import EncodedSequence

_MAX_BAGS = 4096
_MAX_CLASSES = 256
_INSERTED = 0.7
_EXCHANGED = 0.85


def classes(sequence: EncodedSequence, starts: Ints) -> Ints:
    """A class (S,) for each of S segments; segment i reaches from `starts[i]` to before `starts[i + 1]`.

    Two segments are alike when their bags of op kinds are: one holds all of the other's ops and at most 3 in 7 more (a
    residual block with a convolution in its shortcut, an inverted residual block without shortcut), or they share 85 %
    (Jaccard). Each class has a leader, frequent bags first; a bag joins the first leader that it is like. Beyond 4,096
    bags or 256 classes only equal bags are alike, so that the cost stays linear.
    """
    bags = _bags(sequence, starts)
    _, first, bag, count = np.unique(bags, return_index=True, return_inverse=True, return_counts=True)
    ends = np.r_[starts[1:], len(sequence)]
    kinds = int(sequence.kind.max(initial=0)) + 1
    size = (ends - starts)[first]
    # Bags are ranked by how much of the sequence they cover, then by their hash, which no numbering changes.
    ranked = np.lexsort((np.arange(len(first)), -size, -count * size))
    class_of_bag = np.arange(len(first)) + _MAX_CLASSES
    leaders = np.zeros((0, kinds), np.int64)
    for index in ranked[:_MAX_BAGS].tolist():
        span = slice(int(starts[first[index]]), int(ends[first[index]]))
        own = np.bincount(sequence.kind[span], weights=sequence.weight[span], minlength=kinds).astype(np.int64)
        like = np.flatnonzero(_alike(leaders, own))
        if len(like):
            class_of_bag[index] = like[0]
        elif len(leaders) < _MAX_CLASSES:
            class_of_bag[index] = len(leaders)
            leaders = np.vstack([leaders, own])
    return class_of_bag[bag]


def _bags(sequence: EncodedSequence, starts: Ints) -> Ints:
    """A hash (S,) of each segment's multiset of op kinds."""
    weighed = mix(sequence.kind.astype(np.uint64) + np.uint64(1)) * sequence.weight.astype(np.uint64)
    return np.add.reduceat(weighed, starts).view(np.int64)


def _alike(leaders: Ints, own: Ints) -> Ints:
    """Whether `own` (K,) is like each of `leaders` (C, K)."""
    shared = np.minimum(leaders, own).sum(axis=1)
    sizes = leaders.sum(axis=1)
    small, large = np.minimum(sizes, own.sum()), np.maximum(sizes, own.sum())
    inserted = (shared == small) & (small >= _INSERTED * large) & (small > 2)
    exchanged = shared >= _EXCHANGED * (sizes + own.sum() - shared)
    return inserted | exchanged
