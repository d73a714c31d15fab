"""MRR, MAP and nDCG at k, and confidence intervals of their means (Pei et al., section 4.2).

MAP is normalised by min(R, k), R being the number of relevant items; nDCG by the ideal ranking cut at k; its gains are
2^relevance - 1 (Burges et al., 2005), which for binary relevance are 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nar.errors import InvalidInput

Floats = NDArray[np.float64]
Grades = NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """One value a query, (Q,) each."""

    mrr: Floats
    map: Floats
    ndcg: Floats

    def means(self) -> dict[str, float]:
        """Mean of each metric over the queries."""
        return {name: float(values.mean()) for name, values in vars(self).items()}


def rank(similarity: NDArray[np.floating], own: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """(Q, N) items from the most similar on; equal ones in their order.

    Args:
        similarity: (Q, N).
        own: (Q,) the item that a query itself is, which comes last; None where no query is an item.
    """
    values = np.array(similarity, np.float64)
    if own is not None:
        values[np.arange(len(values)), own] = -np.inf
    return np.argsort(-values, axis=1, kind="stable")


def score(ranked: Grades, total: Grades, k: int) -> Scores:
    """Metrics at `k` of ranked relevance grades.

    Args:
        ranked: (Q, N) grade of each item, in the order of the ranking; 0 is not relevant. N may be cut at k or above.
        total: (Q, G) grades of all items, in any order, 0 padded: what an ideal ranking can draw from.
        k: cut.

    Raises:
        InvalidInput: a query has no relevant item at all.

    """
    relevant = (total > 0).sum(axis=1)
    if (relevant == 0).any():
        raise InvalidInput(f"{int((relevant == 0).sum())} queries have no relevant item: leave them out", "total")
    top = ranked[:, :k]
    hits = top > 0
    places = np.arange(1, top.shape[1] + 1)
    first = np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0.0)
    precision = np.cumsum(hits, axis=1) / places
    average = (precision * hits).sum(axis=1) / np.minimum(relevant, k)
    ideal = -np.sort(-total, axis=1)[:, :k]
    return Scores(first, average, _gain(top) / _gain(ideal))


def interval(values: Floats, *, level: float = 0.95, samples: int = 1_000, seed: int = 0) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean of `values`, resampled over queries."""
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(samples)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _gain(grades: Grades) -> Floats:
    """Discounted cumulative gain of each row."""
    discounts = np.log2(np.arange(2, grades.shape[1] + 2))
    gains: Floats = ((2.0**grades - 1) / discounts).sum(axis=1)
    return gains
