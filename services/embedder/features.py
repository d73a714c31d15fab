"""What a graph network sees of an op: its name, and its sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nar.architecture import Decomposition
from nar.graph import Graph

NUMERIC = 4
"""Numbers per op: log2 of output channels, output elements, parameters and FLOPs."""

INSTANCE_NUMERIC = 3
"""Numbers per motif instance: log2 of parameters, FLOPs and ops."""

# Brings log2 of the largest sizes that occur to about 1.
_SCALE = 1 / 32


@dataclass(frozen=True)
class OpVocabulary:
    """Op names that training has seen, in their order, and buckets for all others."""

    names: tuple[str, ...]
    buckets: int

    def __len__(self) -> int:
        """Number of distinct indices."""
        return len(self.names) + self.buckets

    def encode(self, names: Sequence[str]) -> Tensor:
        """(N,) indices of op names; an unseen name has the bucket of its digest, the same in every process."""
        place = {name: index for index, name in enumerate(self.names)}
        return torch.tensor([place.get(name, len(self.names) + self._bucket(name)) for name in names])

    def _bucket(self, name: str) -> int:
        return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") % self.buckets


@dataclass(frozen=True)
class GraphTensors:
    """A graph as tensors: op indices (V,), numbers (V, NUMERIC), edges (2, E) in both directions."""

    ops: Tensor
    numbers: Tensor
    edges: Tensor


def graph_tensors(graph: Graph, vocabulary: OpVocabulary) -> GraphTensors:
    """`graph` for a graph network: the symmetric normalisation of Equation 3 needs edges in both directions."""
    table = vocabulary.encode(graph.op_table)
    channels = np.array([_channels(shape) for shape in graph.shape_table])[graph.shape]
    elements = np.array([_elements(shape) for shape in graph.shape_table])[graph.shape]
    columns = np.stack([channels, elements, graph.params, graph.flops], axis=1)
    edges = torch.from_numpy(np.concatenate([graph.edges, graph.edges[::-1]], axis=1))
    return GraphTensors(table[torch.from_numpy(graph.op)], _logarithm(columns), edges)


def instance_numbers(decomposition: Decomposition) -> Tensor:
    """(I, INSTANCE_NUMERIC) numbers of each motif instance."""
    sizes = np.array([len(motif.graph) for motif in decomposition.motifs])[decomposition.instance_motif]
    return _logarithm(np.stack([decomposition.instance_params, decomposition.instance_flops, sizes], axis=1))


def macro_edges(decomposition: Decomposition) -> Tensor:
    """(2, 2F) edges of the macro graph, in both directions."""
    return torch.from_numpy(np.concatenate([decomposition.edges, decomposition.edges[::-1]], axis=1))


def _logarithm(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Tensor:
    return torch.from_numpy(np.log2(1.0 + np.maximum(values, 0)) * _SCALE).float()


def _channels(shape: tuple[int, ...]) -> int:
    """Second dimension of images, last of everything else."""
    if not shape:
        return 1
    return max(shape[1] if len(shape) == 4 else shape[-1], 1)


def _elements(shape: tuple[int, ...]) -> int:
    return int(np.prod([max(size, 1) for size in shape], dtype=np.int64)) if shape else 1
