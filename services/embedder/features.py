"""What a graph network sees of an op: its name, and its sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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


PADDING, UNKNOWN = 0, 1
"""Indices of no word, and of a word that training has not seen."""

MAX_WORDS = 5
"""Words of an op name that count."""

_CONVOLUTIONS = {"gconv": ("grouped", "conv"), "dwconv": ("depthwise", "conv"), "deconv": ("transposed", "conv")}


def op_words(name: str) -> tuple[str, ...]:
    """What an op's name says: the whole of it, then its parts.

    `gconv5x5` is also a grouped convolution of size 5x5, `layer_norm` also a norm, so that an op that training has not
    seen is near those that it resembles.
    """
    parts = re.findall(r"[a-z]+|[0-9]+(?:x[0-9]+)*", name)
    words = [word for part in parts for word in _CONVOLUTIONS.get(part, (part,))]
    return tuple(dict.fromkeys([name, *words]))


@dataclass(frozen=True)
class OpVocabulary:
    """The words of op names that training has seen, in their order."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> OpVocabulary:
        """The words of all `names`."""
        return cls(tuple(sorted({word for name in names for word in op_words(name)})))

    def __len__(self) -> int:
        """Number of distinct indices, PADDING and UNKNOWN among them."""
        return len(self.words) + 2

    def encode(self, names: Sequence[str]) -> Tensor:
        """(N, MAX_WORDS) indices of the words of each op name, UNKNOWN and PADDING among them."""
        place = {word: index for index, word in enumerate(self.words, 2)}
        rows = torch.full((len(names), MAX_WORDS), PADDING)
        for row, name in zip(rows, names, strict=True):
            words = op_words(name)[:MAX_WORDS]
            row[: len(words)] = torch.tensor([place.get(word, UNKNOWN) for word in words])
        return rows


@dataclass(frozen=True)
class GraphTensors:
    """A graph as tensors: words of the ops (V, MAX_WORDS), numbers (V, NUMERIC), edges (2, E)."""

    ops: Tensor
    numbers: Tensor
    edges: Tensor


def graph_tensors(graph: Graph, vocabulary: OpVocabulary) -> GraphTensors:
    """`graph` for a graph network."""
    table = vocabulary.encode(graph.op_table)
    channels = np.array([_channels(shape) for shape in graph.shape_table])[graph.shape]
    elements = np.array([_elements(shape) for shape in graph.shape_table])[graph.shape]
    columns = np.stack([channels, elements, graph.params, graph.flops], axis=1)
    return GraphTensors(table[torch.from_numpy(graph.op)], _logarithm(columns), torch.from_numpy(graph.edges))


def instance_sizes(decomposition: Decomposition) -> Tensor:
    """(I,) ops of each motif instance."""
    sizes = np.array([len(motif.graph) for motif in decomposition.motifs])[decomposition.instance_motif]
    return torch.from_numpy(sizes).float()


def instance_numbers(decomposition: Decomposition) -> Tensor:
    """(I, INSTANCE_NUMERIC) numbers of each motif instance."""
    sizes = np.array([len(motif.graph) for motif in decomposition.motifs])[decomposition.instance_motif]
    return _logarithm(np.stack([decomposition.instance_params, decomposition.instance_flops, sizes], axis=1))


def _logarithm(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Tensor:
    return torch.from_numpy(np.log2(1.0 + np.maximum(values, 0)) * _SCALE).float()


def _channels(shape: tuple[int, ...]) -> int:
    """Second dimension of images, last of everything else."""
    if not shape:
        return 1
    return max(shape[1] if len(shape) == 4 else shape[-1], 1)


def _elements(shape: tuple[int, ...]) -> int:
    return int(np.prod([max(size, 1) for size in shape], dtype=np.int64)) if shape else 1
