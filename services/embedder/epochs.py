"""Epoch after epoch of a stage of training, with a checkpoint after each."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from services.embedder.checkpoint import Checkpoint
from services.embedder.config import Config, StageConfig
from services.embedder.views import TrainingGraph


@dataclass(frozen=True)
class Progress:
    """One step of training: which stage and epoch, how far, the epoch's mean loss so far."""

    stage: str
    epoch: int
    epochs: int
    loss: float


OnProgress = Callable[[Progress], None]


class Epochs:
    """Where the training of a model stands; what was interrupted goes on from there and ends with the same weights.

    Args:
        out: folder of the checkpoint.
        model: is trained in place.
        config: what is trained, and its seed.
        graphs: what it is trained on.
    """

    def __init__(self, out: Path, model: nn.Module, config: Config, graphs: Sequence[TrainingGraph]) -> None:
        self.losses: dict[str, list[float]] = {"motif": [], "graph": []}
        self._model = model
        self._seed = config.seed
        data = "".join(f"{graph.name}|{graph.family}|{graph.decomposition.fingerprint}|" for graph in graphs)
        run = hashlib.sha256(f"{config}{data}".encode()).hexdigest()
        self._checkpoint = Checkpoint(out, model, run)

    def run(
        self,
        name: str,
        stage: StageConfig,
        size: int,
        optimizer: torch.optim.Optimizer,
        loss_of: Callable[[list[int]], Tensor],
        on_progress: OnProgress,
    ) -> None:
        """All epochs of a stage that are still to do; `loss_of` takes the indices of a batch."""
        begin, self.losses = self._checkpoint.restore(name, optimizer, self.losses)
        self._model.train()
        for epoch in range(begin, stage.epochs):
            # Each epoch has a seed of its own, so that an interrupted run goes on as it would have.
            seed = self._seed * 1_000 + epoch
            torch.manual_seed(seed)
            for group in optimizer.param_groups:
                group["lr"] = _learning_rate(stage, epoch)
            total = 0.0
            for count, batch in enumerate(_shuffled(size, stage.batch_size, seed), 1):
                optimizer.zero_grad()
                loss = loss_of(batch)
                loss.backward()
                optimizer.step()
                total += loss.item()
                on_progress(Progress(name, epoch, stage.epochs, total / count))
            self.losses[name].append(total / count)
            self._checkpoint.save(name, epoch + 1, optimizer, self.losses)

    def record(self) -> dict[str, list[float]]:
        """The mean loss of each epoch, by stage."""
        return {stage: [round(loss, 4) for loss in losses] for stage, losses in self.losses.items() if losses}

    def finish(self) -> None:
        """Removes the checkpoint."""
        self._checkpoint.remove()


def _learning_rate(stage: StageConfig, epoch: int) -> float:
    if not stage.cosine:
        return stage.learning_rate
    return stage.learning_rate * (1 + math.cos(math.pi * epoch / stage.epochs)) / 2


def _shuffled(size: int, batch_size: int, seed: int) -> Iterator[list[int]]:
    """Batches of all indices below `size` in a random order; one of a single index is left out."""
    order = list(range(size))
    random.Random(seed).shuffle(order)
    for begin in range(0, size, batch_size):
        batch = order[begin : begin + batch_size]
        if len(batch) > 1 or size == 1:
            yield batch
