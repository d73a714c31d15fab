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

from nar.architecture import Decomposition, Motif
from nar.fingerprint import fingerprint
from services.embedder import weights
from services.embedder.checkpoint import Checkpoint
from services.embedder.config import EmbedderConfig, StageConfig
from services.embedder.features import OpVocabulary, graph_tensors
from services.embedder.losses import graph_loss, motif_loss
from services.embedder.model import ArchitectureModel


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


@dataclass(frozen=True)
class Progress:
    """One step of training: which stage and epoch, how far, the epoch's mean loss so far."""

    stage: str
    epoch: int
    epochs: int
    loss: float


OnProgress = Callable[[Progress], None]


def train(
    graphs: Sequence[TrainingGraph], config: EmbedderConfig, out: Path, on_progress: OnProgress = lambda _: None
) -> str:
    """Trains on `graphs` and writes the weights to the folder `out`; returns the model version.

    After every epoch a checkpoint is written to `out`; a run that was interrupted goes on from there and ends with the
    same weights. The checkpoint is removed at the end.
    """
    trainer = Trainer(graphs, config, out)
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
        parameters = [*model.motif.parameters(), *model.context.parameters()]
        optimizer = torch.optim.Adam(parameters, stage.learning_rate)
        motifs = [graph_tensors(motif.graph, model.vocabulary) for motif in self._motifs.values()]
        contexts = [graph_tensors(motif.context, model.vocabulary) for motif in self._motifs.values()]
        prints = [motif.fingerprint for motif in self._motifs.values()]

        def loss_of(batch: list[int]) -> Tensor:
            one = model.encode_graphs(model.motif, [motifs[index] for index in batch])
            two = model.encode_graphs(model.context, [contexts[index] for index in batch])
            equal = _equal([prints[index] for index in batch]) if self._config.mask_equal_motifs else None
            return motif_loss(one, two, self._config.temperature, equal)

        self._run("motif", stage, len(motifs), optimizer, loss_of, on_progress)

    def run_graph_stage(self, on_progress: OnProgress) -> None:
        """Minimises Equation 6 over F_g and C, and over F_m where the configuration says so."""
        stage, model = self._config.graph, self.model
        parameters = [*model.macro.parameters(), *model.classifier.parameters()]
        if self._config.end_to_end:
            parameters += model.motif.parameters()
        optimizer = torch.optim.Adam(parameters, stage.learning_rate)
        encode = self._two_views() if self._config.end_to_end else self._fixed_motifs()
        families = torch.tensor([self._families.index(graph.family) for graph in self._graphs])

        def loss_of(batch: list[int]) -> Tensor:
            vectors = encode(batch)
            labels = families[batch].repeat(len(vectors) // len(batch))
            contrast = graph_loss(vectors, labels, self._config.temperature)
            return contrast + functional.cross_entropy(model.classifier(vectors), labels)

        self._run("graph", stage, len(self._graphs), optimizer, loss_of, on_progress)

    def _fixed_motifs(self) -> Callable[[list[int]], Tensor]:
        """Graphs (N, dimensions) from motif embeddings that do not change any more."""
        embedded = self._embed_motifs()

        def encode(batch: list[int]) -> Tensor:
            items = [self._graphs[index].decomposition for index in batch]
            return self.model.encode_macro(items, [embedded[index] for index in batch])

        return encode

    def _two_views(self) -> Callable[[list[int]], Tensor]:
        """Each graph twice, (2 N, dimensions), as dropout shows it: also what is alone in its family has a positive."""
        tensors = {key: graph_tensors(motif.graph, self.model.vocabulary) for key, motif in self._motifs.items()}
        keys = [[_key(motif) for motif in graph.decomposition.motifs] for graph in self._graphs]

        def encode(batch: list[int]) -> Tensor:
            items = [self._graphs[index].decomposition for index in batch]
            distinct = list(dict.fromkeys(key for index in batch for key in keys[index]))
            place = {key: number for number, key in enumerate(distinct)}
            rows = [torch.tensor([place[key] for key in keys[index]]) for index in batch]
            views = []
            for _ in range(2):
                made = self.model.encode_graphs(self.model.motif, [tensors[key] for key in distinct])
                views.append(self.model.encode_macro(items, [made[own] for own in rows]))
            return torch.cat(views)

        return encode

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

    @torch.no_grad()
    def _embed_motifs(self) -> list[Tensor]:
        """Per graph, the embeddings of its motifs by the fixed F_m; each distinct motif is embedded once."""
        self.model.eval()
        keys = list(self._motifs)
        made: list[Tensor] = []
        for begin in range(0, len(keys), 256):
            made.extend(self.model.encode_motifs([self._motifs[key].graph for key in keys[begin : begin + 256]]))
        place = dict(zip(keys, made, strict=True))
        return [torch.stack([place[_key(motif)] for motif in graph.decomposition.motifs]) for graph in self._graphs]


def _learning_rate(stage: StageConfig, epoch: int) -> float:
    if not stage.cosine:
        return stage.learning_rate
    return stage.learning_rate * (1 + math.cos(math.pi * epoch / stage.epochs)) / 2


def _distinct_motifs(graphs: Sequence[TrainingGraph]) -> dict[str, Motif]:
    """The motifs of all graphs by exact fingerprint, in order."""
    found: dict[str, Motif] = {}
    for graph in graphs:
        for motif in graph.decomposition.motifs:
            found.setdefault(_key(motif), motif)
    return found


def _key(motif: Motif) -> str:
    return fingerprint(motif.graph).exact


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
