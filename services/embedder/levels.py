"""Exact saving of work across graphs: what a layer computes of equal neighbourhoods is computed once in a batch.

After l layers a node's output depends on its l-hop neighbourhood alone, whichever graph it belongs to. So layer l has a
row for each class of nodes with equal l-hop neighbourhoods, which are fewer the lower the layer.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor

from services.embedder.tensors import Nodes


@dataclass(frozen=True)
class Neighbours:
    """Which of M rows each of N rows sums up: E pairs, sorted by target.

    Attributes:
        source: (E,) row of M.
        target: (E,) row of N.
        counts: (E,) how often the target has that neighbour.
        starts: (N + 1,) where each target's pairs begin.
        by_source: (E,) the pairs in the order of their sources.
        source_starts: (M + 1,) where each source's pairs begin in that order.
    """

    source: Tensor
    target: Tensor
    counts: Tensor
    starts: Tensor
    by_source: Tensor
    source_starts: Tensor

    @classmethod
    def of(cls, source: NDArray[np.int64], target: NDArray[np.int64], rows: int, sources: int) -> Neighbours:
        """The pairs (E,) and (E,), doubles counted, of `rows` targets and `sources` sources."""
        matrix = csr_matrix((np.ones(len(source), np.float32), (target, source)), shape=(rows, sources))
        matrix.sum_duplicates()
        order = csr_matrix((np.arange(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape).T.tocsr()
        return cls(
            torch.from_numpy(matrix.indices.astype(np.int64)),
            torch.from_numpy(np.repeat(np.arange(rows), np.diff(matrix.indptr))),
            torch.from_numpy(matrix.data),
            torch.from_numpy(matrix.indptr.astype(np.int64)),
            torch.from_numpy(order.data.astype(np.int64)),
            torch.from_numpy(order.indptr.astype(np.int64)),
        )

    def to(self, device: torch.device) -> Neighbours:
        """The same on a device."""
        return Neighbours(*(column.to(device) for column in vars(self).values()))

    def sum(self, weights: Tensor, rows: Tensor) -> Tensor:
        """(E,) weights of the pairs, (M, D) -> (N, D) the weighted sum of each target's sources."""
        summed: Tensor = _WeightedSum.apply(weights, rows, self)
        return summed


def _matrix(starts: Tensor, columns: Tensor, values: Tensor, width: int) -> Tensor:
    """A sparse matrix by rows."""
    return torch.sparse_csr_tensor(starts, columns, values, (len(starts) - 1, width), check_invariants=False)


with warnings.catch_warnings():
    # That it is a beta is said once, and is no news for those who train.
    warnings.simplefilter("ignore", UserWarning)
    _matrix(torch.zeros(1, dtype=torch.int64), torch.zeros(0, dtype=torch.int64), torch.zeros(0), 0)


class _WeightedSum(torch.autograd.Function):
    """A product with a sparse matrix, forth and back, without a row for each edge."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, rows: Tensor, pairs: Neighbours) -> Tensor:
        ctx.save_for_backward(weights, rows)
        ctx.pairs = pairs
        product: Tensor = _matrix(pairs.starts, pairs.source, weights, len(rows)) @ rows
        return product

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        weights, rows = ctx.saved_tensors
        pairs, of_weights, of_rows = ctx.pairs, None, None
        if ctx.needs_input_grad[0]:
            of_weights = (gradient[pairs.target] * rows[pairs.source]).sum(1)
        if ctx.needs_input_grad[1]:
            order = pairs.by_source
            transposed = _matrix(pairs.source_starts, pairs.target[order], weights[order], len(gradient))
            of_rows = transposed @ gradient.contiguous()
        return of_weights, of_rows, None


@dataclass(frozen=True)
class Levels:
    """The classes of C nodes by their neighbourhoods of 0 to L hops.

    Attributes:
        first: for each number of hops, a node that stands for each class.
        neighbours: for each layer, the classes of one hop less that each class sums up: producers, consumers, itself.
        own: for each layer, the class of one hop less that each class belongs to.
        of_node: (C,) class of each node by L hops.
    """

    first: list[Tensor]
    neighbours: list[Neighbours]
    own: list[Tensor]
    of_node: Tensor

    @classmethod
    def of(cls, nodes: Nodes, layers: int) -> Levels:
        """What a network of `layers` layers has to compute of `nodes`."""
        device, count = nodes.counts.device, len(nodes.counts)
        themselves = np.tile(np.arange(count), (2, 1))
        edges = np.concatenate([nodes.parents.cpu().numpy(), nodes.children.cpu().numpy(), themselves], axis=1)
        first, classes = _classes(nodes.colours[:, 0].cpu().numpy())
        firsts, neighbours, own = [first], [], []
        for layer in range(1, layers + 1):
            below, classes_below = first, classes
            first, classes = _classes(nodes.colours[:, layer].cpu().numpy())
            stands = np.zeros(count, bool)
            stands[first] = True
            source, target = edges[:, stands[edges[1]]]
            pairs = Neighbours.of(classes_below[source], classes[target], len(first), len(below))
            neighbours.append(pairs.to(device))
            own.append(torch.from_numpy(classes_below[first]).to(device))
            firsts.append(first)
        stand = [torch.from_numpy(first).to(device) for first in firsts]
        return cls(stand, neighbours, own, torch.from_numpy(classes).to(device))


def _classes(colours: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first node of each colour, and the class of each node."""
    _, first, classes = np.unique(colours, return_index=True, return_inverse=True)
    return first, classes
