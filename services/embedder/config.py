"""Configurations of the embedder, and the presets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Encoder(StrEnum):
    """Kinds of graph networks."""

    GCN = "gcn"
    """Graph convolutions, Equation 3."""

    GAT = "gat"
    """Graph attention (section 4.3)."""

    DIRECTED = "directed"
    """Producers and consumers apart, all layers read out."""


@dataclass(frozen=True)
class StageConfig:
    """Hyper-parameters of one training stage (Pei et al., Table 5).

    Attributes:
        dimensions: length of the embeddings that the stage makes.
        encoder: kind of its layers.
        width: of the layers, where they are directed.
        cosine: whether the learning rate falls to zero along a half cosine, or stays.
    """

    epochs: int
    batch_size: int
    layers: int
    learning_rate: float
    dimensions: int
    dropout: float = 0.0
    encoder: Encoder = Encoder.GCN
    width: int = 128
    cosine: bool = False


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that shapes a graph network and its training.

    Attributes:
        preset: name of the configuration.
        motif: stage one, motifs against their context graphs (Equation 4).
        graph: stage two, graph-level contrast and classification (Equations 5 and 6).
        op_dimensions: width of the learned embedding of an op's name.
        sizes: whether ops and motif instances carry their sizes too; the paper's are one-hot (section 4.1).
        word_dropout: share of the words of op names that training hides, so that unseen ops find a place.
        temperature: divides the cosine similarities of the contrastive losses; the paper's formulas have 1.
        end_to_end: whether stage two trains F_m too, instead of keeping it fixed.
        views: how often a batch holds each graph, as dropout shows it.
        macro: whether a graph is divided into motifs, or is its only motif, embedded by F_m alone, as the baselines do.
        contrast: whether stage two minimises the contrast of Equation 5.
        classify: whether stage two minimises the cross entropy of Equation 6.
        mask_equal_motifs: whether a context graph that contains the same motif is left out of the negatives.
        seed: of all random choices.
    """

    preset: str
    motif: StageConfig
    graph: StageConfig
    op_dimensions: int = 64
    sizes: bool = False
    word_dropout: float = 0.0
    temperature: float = 1.0
    end_to_end: bool = False
    views: int = 1
    macro: bool = True
    contrast: bool = True
    classify: bool = True
    mask_equal_motifs: bool = False
    seed: int = 0

    @property
    def dimensions(self) -> int:
        """Length of a graph's vector."""
        return (self.graph if self.macro else self.motif).dimensions

    @property
    def stages(self) -> dict[str, StageConfig]:
        """The stages of training that it has, in their order."""
        return {"motif": self.motif, "graph": self.graph} if self.macro else {"graph": self.graph}


@dataclass(frozen=True)
class ColourConfig:
    """Everything that shapes a colour model and its training.

    Attributes:
        preset: name of the configuration.
        graph: its only stage: graph-level contrast and classification (Equations 5 and 6); layers are the rounds in
            which an op learns of its neighbours, dropout is the share of a graph's colours that each view hides.
        temperature: divides the cosine similarities of graphs (Equation 5).
        class_temperature: divides the cosine similarities of graphs and classes, the logits of Equation 6.
        min_graphs: a colour must occur in so many graphs of the training to have a vector.
        seed: of all random choices.
    """

    preset: str
    graph: StageConfig
    temperature: float
    class_temperature: float
    min_graphs: int = 2
    seed: int = 0
    macro: bool = True

    @property
    def dimensions(self) -> int:
        """Length of a graph's vector."""
        return self.graph.dimensions

    @property
    def stages(self) -> dict[str, StageConfig]:
        """The stages of training."""
        return {"graph": self.graph}


Config = NetworkConfig | ColourConfig


def _baseline(encoder: Encoder) -> NetworkConfig:
    """A network on the whole graph, with the hyper-parameters of Table 5."""
    whole = StageConfig(
        epochs=0, batch_size=512, layers=3, learning_rate=1e-3, dimensions=512, dropout=0.1, encoder=encoder
    )
    return NetworkConfig(
        preset=encoder.value,
        motif=whole,
        graph=replace(whole, epochs=15),
        end_to_end=True,
        macro=False,
    )


PRESETS: dict[str, Config] = {
    "gcn": _baseline(Encoder.GCN),
    "gat": _baseline(Encoder.GAT),
    "paper": NetworkConfig(
        preset="paper",
        motif=StageConfig(epochs=5, batch_size=256, layers=3, learning_rate=1e-2, dimensions=512),
        graph=StageConfig(epochs=15, batch_size=512, layers=3, learning_rate=1e-3, dimensions=512, dropout=0.1),
    ),
    "directed": NetworkConfig(
        preset="directed",
        motif=StageConfig(
            epochs=2,
            batch_size=256,
            layers=3,
            learning_rate=1e-3,
            dimensions=256,
            dropout=0.1,
            encoder=Encoder.DIRECTED,
        ),
        graph=StageConfig(
            epochs=25,
            batch_size=128,
            layers=3,
            learning_rate=2e-3,
            dimensions=512,
            dropout=0.2,
            encoder=Encoder.DIRECTED,
            width=256,
            cosine=True,
        ),
        sizes=True,
        word_dropout=0.1,
        temperature=0.1,
        end_to_end=True,
        views=2,
        mask_equal_motifs=True,
    ),
    "nar": ColourConfig(
        preset="nar",
        graph=StageConfig(
            epochs=40, batch_size=256, layers=1, learning_rate=3e-3, dimensions=256, dropout=0.3, cosine=True
        ),
        temperature=0.2,
        class_temperature=0.1,
    ),
}
"""Configurations by name.

"gcn" and "gat" are the paper's baselines on whole graphs, "paper" has its networks and the hyper-parameters of Table 5,
"directed" is our best graph network, and the weights of "nar" ship: docs/decisions/005-weights-that-ship.md says why.
"""
