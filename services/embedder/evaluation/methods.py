"""The methods that an evaluation compares: untrained baselines and trained presets, by name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nar.architecture import Decomposition
from nar.graph import Graph, Ints
from services.embedder.config import PRESETS, Config
from services.embedder.embedder import Embedder
from services.embedder.epochs import Progress
from services.embedder.evaluation import baselines
from services.embedder.evaluation.protocols import Fit
from services.embedder.training import train
from services.embedder.undivided import undivided
from services.embedder.views import TrainingGraph


@dataclass(frozen=True)
class Dataset:
    """N architectures: names, families, graphs, and how they are divided; in one order."""

    names: Sequence[str]
    families: Sequence[str]
    graphs: Sequence[Graph]
    decompositions: Sequence[Decomposition]

    def divided(self, config: Config) -> Sequence[Decomposition]:
        """The graphs as a configuration takes them: divided, or each as its only motif."""
        return self.decompositions if config.macro else [undivided(graph) for graph in self.graphs]


def untrained() -> dict[str, Callable[[Dataset], Any]]:
    """Baselines that learn nothing: each gives unit rows for all architectures."""
    return {
        "op-histogram": lambda data: baselines.op_histogram(data.graphs),
        "wl-tfidf": lambda data: baselines.wl_subtrees(data.graphs),
    }


METHODS = (*untrained(), *PRESETS)
"""Names of all methods."""


def fit_of(method: str, data: Dataset, on_progress: Callable[[Progress], None] = lambda _: None) -> Fit:
    """How `method` learns from some architectures of `data` and embeds all."""
    if method in untrained():
        vectors = untrained()[method](data)
        return lambda _: vectors
    return trained(PRESETS[method], data, on_progress)


def trained(
    config: Config,
    data: Dataset,
    on_progress: Callable[[Progress], None] = lambda _: None,
    initial: Path | None = None,
) -> Fit:
    """How a configuration learns from some architectures of `data`, from `initial` weights on, and embeds all."""
    items = data.divided(config)

    def fit(indices: Ints) -> Any:
        graphs = [TrainingGraph(data.names[i], data.families[i], items[i]) for i in indices]
        with tempfile.TemporaryDirectory() as folder:
            train(graphs, config, Path(folder), on_progress, initial)
            return Embedder.load(Path(folder)).embed(items)

    return fit
