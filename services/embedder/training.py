"""Trains what a configuration describes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nar.errors import InvalidInput
from services.embedder import weights
from services.embedder.colour_training import ColourTrainer
from services.embedder.config import Config, NetworkConfig
from services.embedder.epochs import OnProgress
from services.embedder.model import ArchitectureModel
from services.embedder.network_training import NetworkTrainer
from services.embedder.views import TrainingGraph


def train(
    graphs: Sequence[TrainingGraph],
    config: Config,
    out: Path,
    on_progress: OnProgress = lambda _: None,
    initial: Path | None = None,
) -> str:
    """Trains on `graphs` and writes the weights to the folder `out`; returns the model version.

    After every epoch a checkpoint is written to `out`; a run that was interrupted goes on from there and ends with the
    same weights. The checkpoint is removed at the end.

    Args:
        graphs: what to learn from.
        config: one of the presets, or another.
        out: folder of the weights.
        on_progress: told of every step.
        initial: folder of the weights of a graph network of the same shapes to begin with (transfer, section 4.6).

    Raises:
        InvalidInput: there are fewer than two graphs, or `initial` is of another kind.
        FailedPrecondition: `out` holds a checkpoint of another training.
    """
    if len(graphs) < 2:
        raise InvalidInput(f"there is nothing to learn from {len(graphs)} graphs: give at least two")
    if not isinstance(config, NetworkConfig):
        if initial is not None:
            raise InvalidInput("only graph networks can begin with other weights", "initial")
        return ColourTrainer(graphs, config, out).run(on_progress)
    trainer = NetworkTrainer(graphs, config, out)
    if initial is not None:
        known, _ = weights.load(initial)
        if not isinstance(known, ArchitectureModel):
            raise InvalidInput(f"{initial} holds no graph network", "initial")
        trainer.model.take_over(known)
    return trainer.run(on_progress)
