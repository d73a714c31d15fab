"""Trains in the two stages of Pei et al. (Equation 7): F_m with F_c on motifs, then F_g with C on graphs, F_m fixed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from nar.architecture import Motif
from nar.graph import Graph
from services.embedder import weights
from services.embedder.config import NetworkConfig
from services.embedder.epochs import Epochs, OnProgress
from services.embedder.losses import graph_loss, motif_loss
from services.embedder.model import ArchitectureModel
from services.embedder.op_words import OpVocabulary
from services.embedder.tensors import GraphTensors, graph_tensors, motif_key
from services.embedder.views import TrainingGraph, Views


class NetworkTrainer:
    """The model, its data as tensors, and where the training stands."""

    def __init__(self, graphs: Sequence[TrainingGraph], config: NetworkConfig, out: Path) -> None:
        torch.manual_seed(config.seed)
        self._graphs = graphs
        self._config = config
        self._out = out
        self._families = tuple(sorted({graph.family for graph in graphs}))
        self._motifs = _distinct_motifs(graphs)
        names = {name for motif in self._motifs.values() for name in motif.context.op_table}
        self.model = ArchitectureModel(config, OpVocabulary.of(names), len(self._families))
        self._epochs = Epochs(out, self.model, config, graphs)

    def run(self, on_progress: OnProgress) -> str:
        """Both stages; writes the weights and returns the model version."""
        self.run_motif_stage(on_progress)
        self.run_graph_stage(on_progress)
        return self.finish()

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

        self._epochs.run("motif", stage, len(motifs), optimizer, loss_of, on_progress)

    def run_graph_stage(self, on_progress: OnProgress) -> None:
        """Minimises Equation 6 over F_g and C, and over F_m where the configuration says so."""
        config, model = self._config, self.model
        parameters = [*model.classifier.parameters()]
        if config.macro:
            parameters += model.macro.parameters()
        if config.end_to_end:
            parameters += model.motif.parameters()
        optimizer = torch.optim.Adam(parameters, config.graph.learning_rate)
        views = Views(self._graphs, config, model)
        encode = views.encode if config.end_to_end else views.with_fixed_motifs()
        families = torch.tensor([self._families.index(graph.family) for graph in self._graphs])

        def loss_of(batch: list[int]) -> Tensor:
            vectors = encode(batch)
            labels = families[batch].repeat(len(vectors) // len(batch))
            loss = vectors.new_zeros(())
            if config.contrast:
                loss = loss + graph_loss(vectors, labels, config.temperature)
            if config.classify:
                loss = loss + functional.cross_entropy(model.classifier(vectors), labels)
            return loss

        self._epochs.run("graph", config.graph, len(self._graphs), optimizer, loss_of, on_progress)

    def finish(self) -> str:
        """Writes the weights, removes the checkpoint; the model version."""
        record = {
            "graphs": len(self._graphs),
            "motifs": len(self._motifs),
            "losses": self._epochs.record(),
            "torch": str(torch.__version__),
        }
        version = weights.save(self._out, self.model, self._config, self._families, record)
        self._epochs.finish()
        return version

    def _tensors(self, graph: Graph) -> GraphTensors:
        return graph_tensors(graph, self.model.vocabulary, self._config.motif.layers, sizes=self._config.sizes)


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
