"""What stage two shows of each graph: the graph itself, or one of its variants, as tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nar.architecture import Decomposition
from services.embedder.config import EmbedderConfig
from services.embedder.model import ArchitectureModel
from services.embedder.tensors import GraphTensors, MacroTensors, graph_tensors, macro_tensors, motif_key, without_nodes


@dataclass(frozen=True)
class TrainingGraph:
    """A divided graph and what is known about it.

    Attributes:
        name: full name of the model.
        family: class that stage two learns.
        decomposition: the divided graph.
        variants: divided graphs that are the same kind of architecture; each view of a graph is it or one of them.
    """

    name: str
    family: str
    decomposition: Decomposition
    variants: tuple[Decomposition, ...] = ()


Encode = Callable[[list[int]], Tensor]
"""Embeds the graphs of a batch: N indices -> (N, dimensions), or that many rows once for each view."""


@dataclass(frozen=True)
class Face:
    """One look of a graph: its macro graph, and the keys of its motifs."""

    macro: MacroTensors
    motifs: tuple[str, ...]


class Faces:
    """The faces of all graphs; those of equal motifs share tensors.

    Args:
        graphs: what is trained on.
        config: how often a batch holds each graph, and how much of it is left out.
        model: embeds them.
    """

    def __init__(self, graphs: Sequence[TrainingGraph], config: EmbedderConfig, model: ArchitectureModel) -> None:
        self._config = config
        self._model = model
        self._motifs: dict[str, GraphTensors] = {}
        self._faces = [[self._face(item) for item in (graph.decomposition, *graph.variants)] for graph in graphs]

    def encode(self, batch: list[int]) -> Tensor:
        """All views of a batch, (views N, dimensions): also what is alone in its family has a positive."""
        chosen = [_choice(len(self._faces[index]), self._config.views) for index in batch]
        rows = []
        for view in range(self._config.views):
            shown = [self._faces[index][choice[view]] for index, choice in zip(batch, chosen, strict=True)]
            place = {key: row for row, key in enumerate(dict.fromkeys(key for face in shown for key in face.motifs))}
            made = self._model.encode_graphs(self._model.motif, [self._motifs[key] for key in place])
            own = [made[torch.tensor([place[key] for key in face.motifs])] for face in shown]
            rows.append(self._model.encode_macro([self._macro(face) for face in shown], own))
        return torch.cat(rows)

    def with_fixed_motifs(self) -> Encode:
        """Embeds by motif embeddings that do not change any more; each distinct motif is embedded once."""
        place = {key: row for row, key in enumerate(self._motifs)}
        made = self._embedded(list(self._motifs.values()))
        rows = [torch.tensor([place[key] for key in own[0].motifs]) for own in self._faces]

        def encode(batch: list[int]) -> Tensor:
            macros = [self._macro(self._faces[index][0]) for index in batch]
            return self._model.encode_macro(macros, [made[rows[index]] for index in batch])

        return encode

    @torch.no_grad()
    def _embedded(self, motifs: Sequence[GraphTensors]) -> Tensor:
        self._model.eval()
        parts = [motifs[begin : begin + 256] for begin in range(0, len(motifs), 256)]
        return torch.cat([self._model.encode_graphs(self._model.motif, part) for part in parts])

    def _face(self, decomposition: Decomposition) -> Face:
        keys = tuple(motif_key(motif) for motif in decomposition.motifs)
        for key, motif in zip(keys, decomposition.motifs, strict=True):
            if key not in self._motifs:
                self._motifs[key] = graph_tensors(motif.graph, self._model.vocabulary, self._config.motif.layers)
        # Where instances are left out, neighbourhoods change, and each instance stands for itself.
        hops = None if self._config.instance_dropout else self._config.graph.layers
        return Face(macro_tensors(decomposition, hops), keys)

    def _macro(self, face: Face) -> MacroTensors:
        """The face's macro graph, without some of its instances where the configuration says so."""
        share = self._config.instance_dropout
        if not share:
            return face.macro
        kept = torch.rand(len(face.macro.motifs)) >= share
        kept[0] = True
        return without_nodes(face.macro, kept)


def _choice(faces: int, views: int) -> list[int]:
    """Which face each view shows: different ones where there are enough, often the graph itself first."""
    order = torch.randperm(faces).tolist()
    if torch.rand(()) < 0.5:
        order.remove(0)
        order.insert(0, 0)
    return [order[view % faces] for view in range(views)]
