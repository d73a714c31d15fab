"""Graphs and macro graphs as tensors, with nodes of equal neighbourhoods only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nar.architecture import Decomposition, Motif
from nar.fingerprint import Hashes, fingerprint, hash_texts, mix
from nar.graph import Graph, Ints
from services.embedder.equal_neighbourhoods import NodeClasses, node_classes
from services.embedder.once import once_per_graph
from services.embedder.op_words import OpVocabulary

NUMERIC = 4
"""Numbers per op: log2 of output channels, output elements, parameters and FLOPs."""

INSTANCE_NUMERIC = 3
"""Numbers per motif instance: log2 of parameters, FLOPs and ops."""

# Brings log2 of the largest sizes that occur to about 1.
_SCALE = 1 / 32


@dataclass(frozen=True)
class Nodes:
    """How the C nodes that stand for all of one or more graphs hang together.

    Attributes:
        counts: (C,) nodes that each stands for.
        weights: (C,) ops that each stands for.
        degrees: (C,) producers and consumers of each.
        parents: (2, P) producer and consumer, once for each producer of a consumer.
        children: (2, Q) consumer and producer, once for each consumer of a producer.
        colours: (C, layers + 1) hashes of the neighbourhoods of 0 hops and more, equal in all graphs.
    """

    counts: Tensor
    weights: Tensor
    degrees: Tensor
    parents: Tensor
    children: Tensor
    colours: Tensor

    def to(self, device: torch.device) -> Nodes:
        """The same on a device."""
        return Nodes(*(column.to(device) for column in vars(self).values()))


@dataclass(frozen=True)
class GraphTensors:
    """A graph: words of the ops (C, MAX_WORDS), numbers (C, NUMERIC), and its nodes."""

    ops: Tensor
    numbers: Tensor
    nodes: Nodes


@dataclass(frozen=True)
class MacroTensors:
    """A macro graph: motif of each instance (C,), numbers (C, INSTANCE_NUMERIC), and its nodes."""

    motifs: Tensor
    numbers: Tensor
    nodes: Nodes


def graph_tensors(graph: Graph, vocabulary: OpVocabulary, hops: int, *, sizes: bool = True) -> GraphTensors:
    """`graph` for a network of `hops` layers; without `sizes`, all numbers are 0."""
    first, numbers, nodes = _numbers(graph, hops, sizes)
    words = vocabulary.encode(graph.op_table)[torch.from_numpy(graph.op[first])]
    return GraphTensors(words, numbers, nodes)


@once_per_graph
def _numbers(graph: Graph, hops: int, sizes: bool) -> tuple[Ints, Tensor, Nodes]:
    """What no vocabulary changes: the op that stands for each class, its numbers, and the classes."""
    width = np.array([channels(shape) for shape in graph.shape_table])[graph.shape]
    elements = np.array([_elements(shape) for shape in graph.shape_table])[graph.shape]
    columns = np.stack([width, elements, graph.params, graph.flops], axis=1) * sizes
    found = node_classes(_row_hashes(hash_texts(graph.op_table)[graph.op], *columns.T), graph.edges, hops)
    return found.first, _logarithm(columns[found.first]), _nodes(found, np.ones_like(found.sizes))


def macro_tensors(decomposition: Decomposition, hops: int, *, sizes: bool = True) -> MacroTensors:
    """The macro graph of `decomposition` for a network of `hops` layers; without `sizes`, all numbers are 0."""
    ops = np.array([len(motif.graph) for motif in decomposition.motifs])[decomposition.instance_motif]
    columns = np.stack([decomposition.instance_params, decomposition.instance_flops, ops], axis=1) * sizes
    keys = hash_texts([motif_key(motif) for motif in decomposition.motifs])[decomposition.instance_motif]
    found = node_classes(_row_hashes(keys, *columns.T), decomposition.edges, hops)
    motifs = torch.from_numpy(decomposition.instance_motif[found.first])
    return MacroTensors(motifs, _logarithm(columns[found.first]), _nodes(found, ops[found.first]))


def motif_key(motif: Motif) -> str:
    """The exact fingerprint of the motif's graph: two motifs of one topology may differ in their sizes."""
    return _exact(motif.graph)


@once_per_graph
def _exact(graph: Graph) -> str:
    return fingerprint(graph).exact


def joined(items: Sequence[Nodes]) -> tuple[Nodes, Tensor]:
    """Several graphs as one, and the graph (C,) of each node."""
    sizes = torch.tensor([len(item.counts) for item in items])
    offsets = torch.cumsum(sizes, 0) - sizes
    both = Nodes(
        torch.cat([item.counts for item in items]),
        torch.cat([item.weights for item in items]),
        torch.cat([item.degrees for item in items]),
        torch.cat([item.parents + offset for item, offset in zip(items, offsets, strict=True)], 1),
        torch.cat([item.children + offset for item, offset in zip(items, offsets, strict=True)], 1),
        torch.cat([item.colours for item in items]),
    )
    return both, torch.repeat_interleave(torch.arange(len(items)), sizes)


def _nodes(found: NodeClasses, ops: Ints) -> Nodes:
    """`ops` (C,) of one node of each class."""
    return Nodes(
        torch.from_numpy(found.sizes).float(),
        torch.from_numpy(found.sizes * ops).float(),
        torch.from_numpy(found.degrees).float(),
        torch.from_numpy(found.parents),
        torch.from_numpy(found.children),
        torch.from_numpy(found.colours.view(np.int64)),
    )


def _row_hashes(*columns: Ints | Hashes) -> Hashes:
    """(V,) a hash of each row."""
    labels = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        labels = mix(labels + mix(column.astype(np.uint64)))
    return labels


def _logarithm(values: NDArray[np.int64]) -> Tensor:
    return torch.from_numpy(np.log2(1.0 + np.maximum(values, 0)) * _SCALE).float()


def channels(shape: tuple[int, ...]) -> int:
    """Width of an output: second dimension of images, last of everything else; at least 1."""
    if not shape:
        return 1
    return max(shape[1] if len(shape) == 4 else shape[-1], 1)


def _elements(shape: tuple[int, ...]) -> int:
    return int(np.prod([max(size, 1) for size in shape], dtype=np.int64)) if shape else 1
