"""The two stages together: motifs in, vectors of graphs out (Equation 8)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from services.embedder.config import NetworkConfig
from services.embedder.networks import MacroEncoder, MotifEncoder
from services.embedder.op_words import OpVocabulary
from services.embedder.tensors import GraphTensors, MacroTensors, joined


class ArchitectureModel(nn.Module):
    """F_m, F_c, F_g and the classifier C.

    Args:
        config: shapes of the networks.
        vocabulary: words of op names.
        families: number of classes.
    """

    def __init__(self, config: NetworkConfig, vocabulary: OpVocabulary, families: int) -> None:
        super().__init__()
        self.config = config
        self.vocabulary = vocabulary
        self.motif = MotifEncoder(len(vocabulary), config.op_dimensions, config.word_dropout, config.motif)
        if config.macro:
            self.context = MotifEncoder(len(vocabulary), config.op_dimensions, config.word_dropout, config.motif)
            self.macro = MacroEncoder(config.motif.dimensions, config.graph)
        self.classifier = nn.Linear(config.dimensions, families)

    @property
    def device(self) -> torch.device:
        """Where the networks run."""
        return self.classifier.weight.device

    @torch.no_grad()
    def take_over(self, other: ArchitectureModel) -> None:
        """Takes F_m and F_g of another model, of the same shapes; of the words, those that both know."""
        for name in ("motif", "macro") if self.config.macro else ("motif",):
            known = {key: value for key, value in getattr(other, name).state_dict().items() if "words" not in key}
            getattr(self, name).load_state_dict(known, strict=False)
        place = {word: index for index, word in enumerate(other.vocabulary.words, 2)}
        for index, word in enumerate(self.vocabulary.words, 2):
            if word in place:
                self.motif.words.weight[index] = other.motif.words.weight[place[word]]

    def encode_graphs(self, encoder: MotifEncoder, graphs: Sequence[GraphTensors]) -> Tensor:
        """(len(graphs), dimensions) embeddings of motifs or context graphs."""
        nodes, graph_of_node = joined([graph.nodes for graph in graphs])
        encoded: Tensor = encoder(
            torch.cat([graph.ops for graph in graphs]).to(self.device),
            torch.cat([graph.numbers for graph in graphs]).to(self.device),
            nodes.to(self.device),
            graph_of_node.to(self.device),
            len(graphs),
        )
        return encoded

    def encode_macro(self, graphs: Sequence[MacroTensors], motifs: Sequence[Tensor]) -> Tensor:
        """(N, dimensions) embeddings by F_g.

        Args:
            graphs: N macro graphs.
            motifs: per graph, the (M, dimensions) embeddings of its motifs.
        """
        if not self.config.macro:
            # A whole graph is its only motif.
            return torch.stack([own[0] for own in motifs])
        nodes, graph_of_node = joined([graph.nodes for graph in graphs])
        encoded: Tensor = self.macro(
            torch.cat([own[graph.motifs] for graph, own in zip(graphs, motifs, strict=True)]),
            torch.cat([graph.numbers for graph in graphs]).to(self.device),
            nodes.to(self.device),
            graph_of_node.to(self.device),
            len(graphs),
        )
        return encoded
