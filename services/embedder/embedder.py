"""Embeds decompositions with trained weights."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from nar.architecture import Decomposition
from nar.graph import Graph
from services.embedder import weights
from services.embedder.model import ArchitectureModel
from services.embedder.tensors import GraphTensors, graph_tensors, macro_tensors, motif_key

_CACHED_MOTIFS = 100_000

T = TypeVar("T")


class Embedder:
    """F(A) = F_g(Agg(F_m(Mss(A)))) (Equation 8), a unit vector a graph.

    A motif is embedded once: its embedding is kept by the fingerprint and sizes of its graph. Within a graph, nodes of
    equal neighbourhoods are computed once.

    Args:
        model: trained networks.
        model_version: name and digest of the weights.
        max_nodes: motif ops, or motif instances, that go through a network at once.
    """

    def __init__(self, model: ArchitectureModel, model_version: str, max_nodes: int = 20_000) -> None:
        self.model_version = model_version
        self.dimensions = model.config.dimensions
        self._model = model
        self._max_nodes = max_nodes
        self._motifs: OrderedDict[str, Tensor] = OrderedDict()

    @classmethod
    def load(cls, folder: Path, max_nodes: int = 20_000, device: str = "cpu") -> Self:
        """The embedder whose weights lie in `folder`; raises as `weights.load` does."""
        model, version = weights.load(folder)
        return cls(model.to(device), version, max_nodes)

    @torch.no_grad()
    def embed(self, decompositions: Sequence[Decomposition]) -> NDArray[np.float32]:
        """(N, dimensions) unit vectors, in the order of `decompositions`; the same in whatever batch they come."""
        if not decompositions:
            return np.zeros((0, self.dimensions), np.float32)
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
            macros = [macro_tensors(item, self._model.config.graph.layers) for _, item in batch]
            vectors.append(functional.normalize(self._model.encode_macro(macros, motifs)))
        self._forget()
        return torch.cat(vectors).cpu().numpy()

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
        return graph_tensors(graph, self._model.vocabulary, self._model.config.motif.layers)

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
