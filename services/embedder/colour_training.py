"""Trains a colour model: graph-level contrast and classification (Equations 5 and 6) of two views of each graph."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from services.embedder import weights
from services.embedder.colour_model import Bag, ColourModel
from services.embedder.colours import colours_of
from services.embedder.config import ColourConfig
from services.embedder.epochs import Epochs, OnProgress
from services.embedder.losses import graph_loss
from services.embedder.views import TrainingGraph


class ColourTrainer:
    """The model, its data as bags, and where the training stands."""

    def __init__(self, graphs: Sequence[TrainingGraph], config: ColourConfig, out: Path) -> None:
        torch.manual_seed(config.seed)
        self._config = config
        self._out = out
        self._names = tuple(sorted({graph.family for graph in graphs}))
        place = {name: index for index, name in enumerate(self._names)}
        self._families = torch.tensor([place[graph.family] for graph in graphs])
        colours = colours_of([graph.decomposition for graph in graphs], config.graph.layers)
        self.model = ColourModel.of(colours, config, len(self._names))
        self._bags = [self.model.bag(own) for own in colours]
        self._epochs = Epochs(out, self.model, config, graphs)

    def run(self, on_progress: OnProgress) -> str:
        """All epochs; writes the weights and returns the model version."""
        stage = self._config.graph
        optimizer = torch.optim.Adam(self.model.parameters(), stage.learning_rate)
        self._epochs.run("graph", stage, len(self._bags), optimizer, self._loss, on_progress)
        record = {
            "graphs": len(self._bags),
            "colours": len(self.model.known),
            "losses": self._epochs.record(),
            "torch": str(torch.__version__),
        }
        version = weights.save(self._out, self.model, self._config, self._names, record)
        self._epochs.finish()
        return version

    def _loss(self, batch: list[int]) -> Tensor:
        """Two views of each graph: also what is alone in its family has a positive."""
        vectors = self.model([self._view(index) for _ in range(2) for index in batch])
        labels = self._families[batch].repeat(2)
        contrast = graph_loss(vectors, labels, self._config.temperature)
        return contrast + functional.cross_entropy(self.model.logits(vectors), labels)

    def _view(self, index: int) -> Bag:
        """The graph without a share of its colours."""
        bag = self._bags[index]
        kept = torch.rand(len(bag.rows)) >= self._config.graph.dropout
        return Bag(bag.rows[kept], bag.weights[kept])
