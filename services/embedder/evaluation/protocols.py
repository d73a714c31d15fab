"""How a retrieval is examined: which architectures may be learned from, which are asked for, what counts as found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from nar.architecture import Architecture
from nar.errors import FailedPrecondition, InvalidInput
from nar.graph import Ints
from services.embedder.evaluation.metrics import Floats, Scores, interval, rank, score

CUTS = (20, 50, 100)
_GALLERY_TOP = 100


@dataclass(frozen=True)
class Labels:
    """What is known of N architectures: (N,) each."""

    family: Sequence[str]
    block: Sequence[str]
    library: Sequence[str]

    @classmethod
    def of(cls, architectures: Sequence[Architecture]) -> Self:
        """The labels of architectures; all without a family are one."""
        return cls(
            [item.family or "unknown" for item in architectures],
            [item.block.value for item in architectures],
            [item.library for item in architectures],
        )


@dataclass(frozen=True)
class Split:
    """One examination: indices to learn from, and of the queries; all but the query itself is in the gallery."""

    name: str
    train: Ints
    queries: Ints


Fit = Callable[[Ints], Any]
"""Learns from the architectures of some indices; gives all N as rows of unit length (dense or sparse)."""


def seen_families(labels: Labels, *, seed: int = 0, share: float = 0.1) -> Iterator[Split]:
    """One architecture in ten of each family as a query, the rest to learn from (Pei et al., section 4.1)."""
    rng = np.random.default_rng(seed)
    family = np.array(labels.family)
    queries = [rng.permutation(np.flatnonzero(family == name)) for name in np.unique(family)]
    chosen = np.sort(np.concatenate([members[: round(share * len(members))] for members in queries]))
    yield Split("seen families", np.setdiff1d(np.arange(len(family)), chosen), chosen)


def unseen_families(labels: Labels, *, seed: int = 0, folds: int = 5) -> Iterator[Split]:
    """One family in five is never learned from; all of its architectures are queries."""
    rng = np.random.default_rng(seed)
    names = rng.permutation(np.unique(labels.family))
    for fold in range(folds):
        held = np.isin(labels.family, names[fold::folds])
        yield Split(f"unseen families, fold {fold + 1}", np.flatnonzero(~held), np.flatnonzero(held))


def unseen_library(labels: Labels, library: str) -> Split:
    """No architecture of one library is learned from; all of them are queries."""
    held = np.array(labels.library) == library
    return Split(f"unseen library {library}", np.flatnonzero(~held), np.flatnonzero(held))


def protocol_splits(protocol: str, labels: Labels, seed: int = 0) -> list[Split]:
    """The splits of a protocol: seen, graded (as seen), unseen, or library: and a library's name.

    Raises:
        InvalidInput: there is no such protocol, or no such library.
    """
    kind, _, name = protocol.partition(":")
    if kind in ("seen", "graded"):
        return list(seen_families(labels, seed=seed))
    if kind == "unseen":
        return list(unseen_families(labels, seed=seed))
    if kind == "library" and name in labels.library:
        return [unseen_library(labels, name)]
    raise InvalidInput(f"there is no protocol {protocol!r}: seen, unseen, graded, or library: and a library's name")


def examine(labels: Labels, splits: Sequence[Split], fit: Fit, *, graded: bool = False) -> dict[int, Scores]:
    """Scores at each cut over the queries of all `splits`; queries without anything to find are left out.

    Args:
        labels: of all architectures.
        splits: one or more folds of one protocol.
        fit: the method.
        graded: whether the same family counts 2 and the same block 1, instead of the same family 1.
    """
    if not any(len(split.queries) for split in splits):
        raise FailedPrecondition("no family is large enough to ask for: a query in ten needs six architectures of one")
    parts: dict[int, list[Scores]] = {cut: [] for cut in CUTS}
    for split in splits:
        vectors = fit(split.train)
        for begin in range(0, len(split.queries), 256):
            queries = split.queries[begin : begin + 256]
            relevance = grades(labels, queries, graded=graded)
            known = relevance.any(axis=1)
            similarity = vectors[queries[known]] @ vectors.T
            dense = similarity.toarray() if hasattr(similarity, "toarray") else np.asarray(similarity)
            order = rank(dense, queries[known])[:, :_GALLERY_TOP]
            ranked = np.take_along_axis(relevance[known], order, 1)
            for cut in CUTS:
                parts[cut].append(score(ranked, relevance[known], cut))
    return {cut: _joined(scores) for cut, scores in parts.items()}


def grades(labels: Labels, queries: Ints, *, graded: bool) -> Ints:
    """(Q, N) relevance of every architecture to each query; 0 for the query itself."""
    family, block = np.array(labels.family), np.array(labels.block)
    same_family = family[queries][:, None] == family[None, :]
    result: Ints = same_family.astype(np.int64)
    if graded:
        result += (block[queries][:, None] == block[None, :]) | same_family
    result[np.arange(len(queries)), queries] = 0
    return result


def summary(scores: dict[int, Scores]) -> dict[str, tuple[float, float, float]]:
    """Mean and 95 % bootstrap interval of each metric at each cut: "map@20" -> (mean, low, high)."""
    found: dict[str, tuple[float, float, float]] = {}
    for cut, own in scores.items():
        for name, values in vars(own).items():
            found[f"{name}@{cut}"] = (float(values.mean()), *interval(values))
    return found


def _joined(scores: Sequence[Scores]) -> Scores:
    def join(name: str) -> Floats:
        return np.concatenate([getattr(own, name) for own in scores])

    return Scores(join("mrr"), join("map"), join("ndcg"))
