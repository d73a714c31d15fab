"""Untrained baselines: what an engineer would write in an hour. Rows are unit vectors, for cosine similarity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from nar.graph import Graph, Ints


def op_histogram(graphs: Sequence[Graph]) -> csr_matrix:
    """(N, D) how often each op occurs, logarithmic."""
    counts = _count_matrix([Counter(graph.ops) for graph in graphs])
    counts.data = np.log1p(counts.data)
    return normalize(counts)


def wl_subtrees(graphs: Sequence[Graph], rounds: int = 3) -> csr_matrix:
    """(N, D) Weisfeiler-Lehman subtree features (Shervashidze et al., 2011) of parents and children, as TF-IDF."""
    numbers: dict[tuple[object, ...], int] = {}
    counts = _count_matrix([_subtrees(graph, rounds, numbers) for graph in graphs])
    return normalize(TfidfTransformer(sublinear_tf=True).fit_transform(counts))


def _subtrees(graph: Graph, rounds: int, numbers: dict[tuple[object, ...], int]) -> Counter[object]:
    """How often each subtree of up to `rounds` hops occurs; `numbers` names them the same in all graphs."""
    table = np.array([numbers.setdefault((op,), len(numbers)) for op in graph.op_table])
    labels = table[graph.op]
    found: Counter[object] = Counter(labels.tolist())
    for _ in range(rounds):
        parents, children = _neighbours(graph, labels), _neighbours(graph, labels, backwards=True)
        signatures = zip(labels.tolist(), parents, children, strict=True)
        labels = np.array([numbers.setdefault(signature, len(numbers)) for signature in signatures])
        found.update(labels.tolist())
    return found


def _neighbours(graph: Graph, labels: Ints, *, backwards: bool = False) -> list[tuple[int, ...]]:
    """Sorted labels of each op's parents, or of its children."""
    source, target = graph.edges[::-1] if backwards else graph.edges
    order = np.lexsort((labels[source], target))
    bounds = np.searchsorted(target[order], np.arange(len(graph) + 1))
    sorted_labels = labels[source][order].tolist()
    return [tuple(sorted_labels[begin:end]) for begin, end in pairwise(bounds)]


def _count_matrix(counts: Sequence[Counter[object]]) -> csr_matrix:
    """(N, D) counts, a column for everything that is counted anywhere."""
    column: dict[object, int] = {}
    rows, columns, values = [], [], []
    for row, counter in enumerate(counts):
        for key, value in counter.items():
            rows.append(row)
            columns.append(column.setdefault(key, len(column)))
            values.append(float(value))
    return csr_matrix((values, (rows, columns)), shape=(len(counts), max(len(column), 1)))
