"""What training learns from, and how stage two sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nar.architecture import Decomposition
from services.embedder.config import NetworkConfig
from services.embedder.model import ArchitectureModel
from services.embedder.tensors import graph_tensors, macro_tensors, motif_key


@dataclass(frozen=True)
class TrainingGraph:
    """A divided graph and what is known about it.

    Attributes:
        name: full name of the model.
        family: class that stage two learns.
        decomposition: the divided graph.
    """

    name: str
    family: str
    decomposition: Decomposition


Encode = Callable[[list[int]], Tensor]
"""Embeds the graphs of a batch: N indices -> (N, dimensions), or that many rows once for each view."""


class Views:
    """The graphs that stage two learns from, as tensors; those of equal motifs share them.

    Args:
        graphs: what is trained on.
        config: how often a batch holds each graph.
        model: embeds them.
    """

    def __init__(self, graphs: Sequence[TrainingGraph], config: NetworkConfig, model: ArchitectureModel) -> None:
        self._views = config.views
        self._model = model
        keys = [[motif_key(motif) for motif in graph.decomposition.motifs] for graph in graphs]
        found = {
            key: motif.graph
            for own, graph in zip(keys, graphs, strict=True)
            for key, motif in zip(own, graph.decomposition.motifs, strict=True)
        }
        place = {key: row for row, key in enumerate(found)}
        self._motifs = [
            graph_tensors(graph, model.vocabulary, config.motif.layers, sizes=config.sizes) for graph in found.values()
        ]
        self._rows = [[place[key] for key in own] for own in keys]
        self._macros = [macro_tensors(graph.decomposition, config.graph.layers, sizes=config.sizes) for graph in graphs]

    def encode(self, batch: list[int]) -> Tensor:
        """All views of a batch, (views N, dimensions), which differ by dropout: what is alone in its family has a
        positive too.
        """
        distinct = list(dict.fromkeys(row for index in batch for row in self._rows[index]))
        place = {row: number for number, row in enumerate(distinct)}
        own = [torch.tensor([place[row] for row in self._rows[index]]) for index in batch]
        views = []
        for _ in range(self._views):
            made = self._model.encode_graphs(self._model.motif, [self._motifs[row] for row in distinct])
            views.append(
                self._model.encode_macro([self._macros[index] for index in batch], [made[rows] for rows in own])
            )
        return torch.cat(views)

    def with_fixed_motifs(self) -> Encode:
        """Embeds by motif embeddings that do not change any more; each distinct motif is embedded once."""
        made = self._embedded()

        def encode(batch: list[int]) -> Tensor:
            own = [made[torch.tensor(self._rows[index])] for index in batch]
            return self._model.encode_macro([self._macros[index] for index in batch], own)

        return encode

    @torch.no_grad()
    def _embedded(self) -> Tensor:
        self._model.eval()
        parts = [self._motifs[begin : begin + 256] for begin in range(0, len(self._motifs), 256)]
        return torch.cat([self._model.encode_graphs(self._model.motif, part) for part in parts])
