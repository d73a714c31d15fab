"""A learned vector for each colour; a graph is the sum of those that it has, weighted as texts weigh their words.

It is a graph network whose layers are tabulated: what a network would compute of a neighbourhood is looked up by the
neighbourhood's colour. F_m is the sum over a motif's colours, F_g adds up the motif instances and what the macro graph
says of them (Equation 8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nar.architecture import Decomposition
from services.embedder.colours import Colours, colours_of
from services.embedder.config import ColourConfig

_BATCH = 256


@dataclass(frozen=True)
class Bag:
    """A graph: rows (C,) of the vectors of its colours, and their weights (C,), of length 1 together."""

    rows: Tensor
    weights: Tensor


class ColourModel(nn.Module):
    """Vectors of colours, and of classes.

    Args:
        config: sizes.
        colours: number of colours that have a vector.
        families: number of classes.
    """

    known: Tensor
    rarity: Tensor

    def __init__(self, config: ColourConfig, colours: int, families: int) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("known", torch.zeros(colours, dtype=torch.int64))
        self.register_buffer("rarity", torch.ones(colours))
        self.vectors = nn.EmbeddingBag(colours, config.dimensions, mode="sum")
        # A random projection: before any training, cosine similarities are about those of the weighted colours.
        nn.init.normal_(self.vectors.weight, std=config.dimensions**-0.5)
        self.classes = nn.Parameter(torch.randn(families, config.dimensions) * config.dimensions**-0.5)

    @classmethod
    def of(cls, graphs: Sequence[Colours], config: ColourConfig, families: int) -> ColourModel:
        """An untrained model for the colours of `graphs` that enough of them have."""
        holders = Counter(colour for graph in graphs for colour in graph.colours.tolist())
        known = np.array(sorted(c for c, count in holders.items() if count >= config.min_graphs), np.uint64)
        counts = np.array([holders[colour] for colour in known.tolist()])
        model = cls(config, len(known), families)
        model.known.copy_(torch.from_numpy(known.view(np.int64)))
        # Smoothed inverse document frequency, as scikit-learn has it.
        model.rarity.copy_(torch.from_numpy(np.log((1 + len(graphs)) / (1 + counts)) + 1))
        return model

    def bag(self, graph: Colours) -> Bag:
        """The known colours of a graph; TF-IDF weights with logarithmic counts."""
        known = self.known.numpy().view(np.uint64)
        place = np.searchsorted(known, graph.colours).clip(max=len(known) - 1)
        is_known = known[place] == graph.colours
        rows = torch.from_numpy(place[is_known])
        weights = torch.from_numpy(1 + np.log(graph.counts[is_known])).float() * self.rarity[rows]
        return Bag(rows, functional.normalize(weights, dim=0))

    def forward(self, bags: Sequence[Bag]) -> Tensor:
        """(len(bags), dimensions) vectors, not of unit length."""
        sizes = torch.tensor([0, *(len(bag.rows) for bag in bags[:-1])])
        rows, weights = torch.cat([bag.rows for bag in bags]), torch.cat([bag.weights for bag in bags])
        summed: Tensor = self.vectors(rows, torch.cumsum(sizes, 0), per_sample_weights=weights)
        return summed

    def logits(self, vectors: Tensor) -> Tensor:
        """(N, families) of (N, dimensions) vectors: cosine similarities to the classes, over the temperature."""
        return functional.normalize(vectors) @ functional.normalize(self.classes).T / self.config.class_temperature

    @torch.no_grad()
    def encode(self, decompositions: Sequence[Decomposition]) -> Tensor:
        """(N, dimensions) unit vectors."""
        parts = []
        for begin in range(0, len(decompositions), _BATCH):
            batch = decompositions[begin : begin + _BATCH]
            parts.append(self([self.bag(found) for found in colours_of(batch, self.config.graph.layers)]))
        return functional.normalize(torch.cat(parts))
