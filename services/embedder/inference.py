"""Runs a graph network on many graphs, without doing equal work twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn import functional

from nar.architecture import Decomposition
from nar.errors import InvalidInput
from nar.graph import Graph
from services.embedder.model import ArchitectureModel
from services.embedder.tensors import GraphTensors, graph_tensors, macro_tensors, motif_key

_CACHED_MOTIFS = 100_000

T = TypeVar("T")


class NetworkInference:
    """Embeds a motif once: its embedding is kept by the fingerprint and sizes of its graph.

    Within a graph, nodes of equal neighbourhoods are computed once.

    Args:
        model: trained networks.
        max_nodes: motif ops, or motif instances, that go through a network at once.
    """

    def __init__(self, model: ArchitectureModel, max_nodes: int) -> None:
        self._model = model
        self._max_nodes = max_nodes
        self._motifs: OrderedDict[str, Tensor] = OrderedDict()

    @torch.no_grad()
    def encode(self, decompositions: Sequence[Decomposition]) -> Tensor:
        """(N, dimensions) unit vectors.

        Raises:
            InvalidInput: the network is for whole graphs, and one is divided.
        """
        if not self._model.config.macro and any(len(item.instance_motif) > 1 for item in decompositions):
            preset = self._model.config.preset
            raise InvalidInput(
                f"weights of the preset {preset!r} embed whole graphs, not motifs: they are for comparison"
            )
        keys = [[motif_key(motif) for motif in item.motifs] for item in decompositions]
        self._embed_motifs(
            {
                key: motif.graph
                for own, item in zip(keys, decompositions, strict=True)
                for key, motif in zip(own, item.motifs, strict=True)
            }
        )
        vectors = []
        items = list(zip(keys, decompositions, strict=True))
        for batch in _batches(items, [len(item.instance_motif) for item in decompositions], self._max_nodes):
            motifs = [torch.stack([self._motifs[key] for key in own]) for own, _ in batch]
            macros = [
                macro_tensors(item, self._model.config.graph.layers, sizes=self._model.config.sizes)
                for _, item in batch
            ]
            vectors.append(functional.normalize(self._model.encode_macro(macros, motifs)))
        self._forget()
        return torch.cat(vectors)

    def _embed_motifs(self, motifs: Mapping[str, Graph]) -> None:
        """Puts the embeddings of all `motifs`, by key, into the cache."""
        for key in motifs:
            if key in self._motifs:
                self._motifs.move_to_end(key)
        fresh = [(key, graph) for key, graph in motifs.items() if key not in self._motifs]
        for batch in _batches(fresh, [len(graph) for _, graph in fresh], self._max_nodes):
            made = self._model.encode_graphs(self._model.motif, [self._tensors(graph) for _, graph in batch])
            self._motifs.update(zip((key for key, _ in batch), made, strict=True))

    def _tensors(self, graph: Graph) -> GraphTensors:
        return graph_tensors(
            graph, self._model.vocabulary, self._model.config.motif.layers, sizes=self._model.config.sizes
        )

    def _forget(self) -> None:
        while len(self._motifs) > _CACHED_MOTIFS:
            self._motifs.popitem(last=False)


def _batches(items: Sequence[T], sizes: Sequence[int], limit: int) -> Iterator[list[T]]:
    """`items` in runs of at most `limit` nodes, or of one item."""
    batch: list[T] = []
    total = 0
    for item, size in zip(items, sizes, strict=True):
        if batch and total + size > limit:
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += size
    if batch:
        yield batch
