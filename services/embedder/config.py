"""Configurations of the embedder, and the presets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StageConfig:
    """Hyper-parameters of one training stage (Pei et al., Table 5).

    Attributes:
        dimensions: length of the embeddings that the stage makes.
        directed: whether its layers keep producers and consumers apart and all of them are read out, or are those of
            Equation 3, of which the last is read out.
        width: of the layers, where they are directed.
        cosine: whether the learning rate falls to zero along a half cosine, or stays.
    """

    epochs: int
    batch_size: int
    layers: int
    learning_rate: float
    dimensions: int
    dropout: float = 0.0
    directed: bool = False
    width: int = 128
    cosine: bool = False


@dataclass(frozen=True)
class EmbedderConfig:
    """Everything that shapes the model and its training.

    Attributes:
        preset: name of the configuration.
        motif: stage one, motifs against their context graphs (Equation 4).
        graph: stage two, graph-level contrast and classification (Equations 5 and 6).
        op_dimensions: width of the learned embedding of an op's name.
        word_dropout: share of the words of op names that training hides, so that unseen ops find a place.
        temperature: divides the cosine similarities of the contrastive losses; the paper's formulas have 1.
        instance_dropout: share of the motif instances that stage two leaves out of a macro graph each time it sees it.
        end_to_end: whether stage two trains F_m too, with two views of each graph, instead of keeping it fixed.
        mask_equal_motifs: whether a context graph that contains the same motif is left out of the negatives.
        seed: of all random choices.
    """

    preset: str
    motif: StageConfig
    graph: StageConfig
    op_dimensions: int = 64
    word_dropout: float = 0.1
    temperature: float = 1.0
    instance_dropout: float = 0.0
    end_to_end: bool = False
    mask_equal_motifs: bool = False
    seed: int = 0


PRESETS = {
    "paper": EmbedderConfig(
        preset="paper",
        motif=StageConfig(epochs=5, batch_size=256, layers=3, learning_rate=1e-2, dimensions=512),
        graph=StageConfig(epochs=15, batch_size=512, layers=3, learning_rate=1e-3, dimensions=512, dropout=0.1),
        word_dropout=0.0,
    ),
    "nar": EmbedderConfig(
        preset="nar",
        motif=StageConfig(
            epochs=2, batch_size=256, layers=3, learning_rate=1e-3, dimensions=256, dropout=0.1, directed=True
        ),
        graph=StageConfig(
            epochs=25,
            batch_size=128,
            layers=3,
            learning_rate=2e-3,
            dimensions=512,
            dropout=0.2,
            directed=True,
            width=256,
            cosine=True,
        ),
        temperature=0.1,
        end_to_end=True,
        mask_equal_motifs=True,
    ),
}
"""Configurations by name: "paper" has the networks and hyper-parameters of Table 5; the weights of "nar" ship.

docs/decisions/005-weights-that-ship.md says what differs, and why.
"""
