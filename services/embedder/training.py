"""Trains in the two stages of Pei et al. (Equation 7): F_m with F_c on motifs, then F_g with C on graphs, F_m fixed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from nar.architecture import Motif
from nar.graph import Graph
from services.embedder import weights
from services.embedder.checkpoint import Checkpoint
from services.embedder.config import EmbedderConfig, StageConfig
from services.embedder.faces import Faces, TrainingGraph
from services.embedder.losses import graph_loss, motif_loss
from services.embedder.model import ArchitectureModel
from services.embedder.op_words import OpVocabulary
from services.embedder.tensors import GraphTensors, graph_tensors, motif_key


@dataclass(frozen=True)
class Progress:
    """One step of training: which stage and epoch, how far, the epoch's mean loss so far."""

    stage: str
    epoch: int
    epochs: int
    loss: float


OnProgress = Callable[[Progress], None]


def train(
    graphs: Sequence[TrainingGraph],
    config: EmbedderConfig,
    out: Path,
    on_progress: OnProgress = lambda _: None,
    initial: Path | None = None,
) -> str:
    """Trains on `graphs` and writes the weights to the folder `out`; returns the model version.

    Training begins with the weights in the folder `initial`, where one is given: those of the same shape, and the
    embeddings of the words that both know (transfer, section 4.6).

    After every epoch a checkpoint is written to `out`; a run that was interrupted goes on from there and ends with the
    same weights. The checkpoint is removed at the end.
    """
    trainer = Trainer(graphs, config, out)
    if initial is not None:
        trainer.model.take_over(weights.load(initial)[0])
    trainer.run_motif_stage(on_progress)
    trainer.run_graph_stage(on_progress)
    return trainer.finish()


class Trainer:
    """The model, its data as tensors, and where the training stands."""

    def __init__(self, graphs: Sequence[TrainingGraph], config: EmbedderConfig, out: Path) -> None:
        torch.manual_seed(config.seed)
        self._graphs = graphs
        self._config = config
        self._out = out
        self._families = tuple(sorted({graph.family for graph in graphs}))
        self._motifs = _distinct_motifs(graphs)
        names = {name for motif in self._motifs.values() for name in motif.context.op_table}
        self.model = ArchitectureModel(config, OpVocabulary.of(names), len(self._families))
        self.losses: dict[str, list[float]] = {"motif": [], "graph": []}
        self._checkpoint = Checkpoint(out, self.model)

    def run_motif_stage(self, on_progress: OnProgress) -> None:
        """Minimises Equation 4 over F_m and F_c."""
        stage, model = self._config.motif, self.model
        if not self._config.macro:
            return
        parameters = [*model.motif.parameters(), *model.context.parameters()]
        optimizer = torch.optim.Adam(parameters, stage.learning_rate)
        motifs = [self._tensors(motif.graph) for motif in self._motifs.values()]
        contexts = [self._tensors(motif.context) for motif in self._motifs.values()]
        prints = [motif.fingerprint for motif in self._motifs.values()]

        def loss_of(batch: list[int]) -> Tensor:
            one = model.encode_graphs(model.motif, [motifs[index] for index in batch])
            two = model.encode_graphs(model.context, [contexts[index] for index in batch])
            equal = _equal([prints[index] for index in batch]) if self._config.mask_equal_motifs else None
            return motif_loss(one, two, self._config.temperature, equal)

        self._run("motif", stage, len(motifs), optimizer, loss_of, on_progress)

    def run_graph_stage(self, on_progress: OnProgress) -> None:
        """Minimises Equation 6 over F_g and C, and over F_m where the configuration says so."""
        config, model = self._config, self.model
        parameters = [*model.classifier.parameters()]
        if config.macro:
            parameters += model.macro.parameters()
        if config.end_to_end:
            parameters += model.motif.parameters()
        optimizer = torch.optim.Adam(parameters, config.graph.learning_rate)
        faces = Faces(self._graphs, config, model)
        encode = faces.encode if config.end_to_end else faces.with_fixed_motifs()
        families = torch.tensor([self._families.index(graph.family) for graph in self._graphs])

        def loss_of(batch: list[int]) -> Tensor:
            vectors = encode(batch)
            labels = families[batch].repeat(len(vectors) // len(batch))
            loss = vectors.new_zeros(())
            if config.contrast:
                loss = loss + graph_loss(vectors, labels, config.temperature)
            if config.classify:
                loss = loss + functional.cross_entropy(model.classify(vectors), labels)
            return loss

        self._run("graph", config.graph, len(self._graphs), optimizer, loss_of, on_progress)

    def finish(self) -> str:
        """Writes the weights, removes the checkpoint; the model version."""
        record = {
            "graphs": len(self._graphs),
            "motifs": len(self._motifs),
            "losses": {stage: [round(loss, 4) for loss in losses] for stage, losses in self.losses.items()},
            "torch": str(torch.__version__),
        }
        version = weights.save(self._out, self.model, self._config, self._families, record)
        self._checkpoint.remove()
        return version

    def _run(
        self,
        name: str,
        stage: StageConfig,
        size: int,
        optimizer: torch.optim.Optimizer,
        loss_of: Callable[[list[int]], Tensor],
        on_progress: OnProgress,
    ) -> None:
        """Epochs of one stage, from where the checkpoint left off."""
        begin, self.losses = self._checkpoint.restore(name, optimizer, self.losses)
        self.model.train()
        for epoch in range(begin, stage.epochs):
            # Each epoch has a seed of its own, so that an interrupted run goes on as it would have.
            seed = self._config.seed * 1_000 + epoch
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

    def _tensors(self, graph: Graph) -> GraphTensors:
        return graph_tensors(graph, self.model.vocabulary, self._config.motif.layers)


def _learning_rate(stage: StageConfig, epoch: int) -> float:
    if not stage.cosine:
        return stage.learning_rate
    return stage.learning_rate * (1 + math.cos(math.pi * epoch / stage.epochs)) / 2


def _distinct_motifs(graphs: Sequence[TrainingGraph]) -> dict[str, Motif]:
    """The motifs of all graphs by exact fingerprint, in order."""
    found: dict[str, Motif] = {}
    for graph in graphs:
        for motif in graph.decomposition.motifs:
            found.setdefault(motif_key(motif), motif)
    return found


def _equal(prints: list[str]) -> Tensor:
    """(N, N) where two motifs have the same fingerprint."""
    numbers = {name: index for index, name in enumerate(dict.fromkeys(prints))}
    column = torch.tensor([numbers[name] for name in prints])
    return column[:, None] == column[None, :]


def _shuffled(size: int, batch_size: int, seed: int) -> Iterator[list[int]]:
    """Batches of all indices below `size` in a random order; one of a single index is left out."""
    order = list(range(size))
    random.Random(seed).shuffle(order)
    for begin in range(0, size, batch_size):
        batch = order[begin : begin + batch_size]
        if len(batch) > 1 or size == 1:
            yield batch
