"""The two stages together: decompositions in, vectors out (Equation 8)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from nar.architecture import Decomposition
from nar.graph import Graph
from services.embedder.config import EmbedderConfig
from services.embedder.features import GraphTensors, OpVocabulary, graph_tensors, instance_numbers, instance_sizes
from services.embedder.networks import MacroEncoder, MotifEncoder, edges_among


class ArchitectureModel(nn.Module):
    """F_m, F_c, F_g and the classifier C.

    Args:
        config: shapes of the networks.
        vocabulary: words of op names.
        families: number of classes.
    """

    def __init__(self, config: EmbedderConfig, vocabulary: OpVocabulary, families: int) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.motif = MotifEncoder(len(vocabulary), config.op_dimensions, config.word_dropout, config.motif)
        self.context = MotifEncoder(len(vocabulary), config.op_dimensions, config.word_dropout, config.motif)
        self.macro = MacroEncoder(config.motif.dimensions, config.graph)
        self.instance_dropout = config.instance_dropout
        self.classifier = nn.Linear(config.graph.dimensions, families)

    @property
    def device(self) -> torch.device:
        """Where the networks run."""
        return self.classifier.weight.device

    def encode_graphs(self, encoder: MotifEncoder, graphs: Sequence[GraphTensors]) -> Tensor:
        """(len(graphs), dimensions) embeddings of motifs or context graphs."""
        sizes = torch.tensor([len(graph.ops) for graph in graphs])
        offsets = torch.cumsum(sizes, 0) - sizes
        encoded: Tensor = encoder(
            torch.cat([graph.ops for graph in graphs]).to(self.device),
            torch.cat([graph.numbers for graph in graphs]).to(self.device),
            torch.cat([graph.edges + offset for graph, offset in zip(graphs, offsets, strict=True)], 1).to(self.device),
            torch.repeat_interleave(torch.arange(len(graphs)), sizes).to(self.device),
            len(graphs),
        )
        return encoded

    def encode_motifs(self, graphs: Sequence[Graph]) -> Tensor:
        """(len(graphs), dimensions) embeddings by F_m."""
        return self.encode_graphs(self.motif, [graph_tensors(graph, self.vocabulary) for graph in graphs])

    def encode_macro(self, decompositions: Sequence[Decomposition], motifs: Sequence[Tensor]) -> Tensor:
        """(N, dimensions) embeddings by F_g.

        Args:
            decompositions: N graphs.
            motifs: per graph, the (M, dimensions) embeddings of its motifs.
        """
        sizes = torch.tensor([len(item.instance_motif) for item in decompositions])
        offsets = torch.cumsum(sizes, 0) - sizes
        nodes = torch.cat(
            [
                embeddings[torch.from_numpy(item.instance_motif)]
                for item, embeddings in zip(decompositions, motifs, strict=True)
            ]
        )
        numbers = torch.cat([instance_numbers(item) for item in decompositions])
        weights = torch.cat([instance_sizes(item) for item in decompositions])
        graph_of_node = torch.repeat_interleave(torch.arange(len(decompositions)), sizes)
        edges = torch.cat(
            [torch.from_numpy(item.edges) + offset for item, offset in zip(decompositions, offsets, strict=True)], 1
        )
        if self.training and self.instance_dropout:
            kept = self._kept(graph_of_node, offsets)
            edges = edges_among(kept, edges, len(nodes))
            nodes, numbers, weights, graph_of_node = nodes[kept], numbers[kept], weights[kept], graph_of_node[kept]
        encoded: Tensor = self.macro(
            nodes,
            numbers.to(self.device),
            edges.to(self.device),
            graph_of_node.to(self.device),
            len(decompositions),
            weights.to(self.device),
        )
        return encoded

    def _kept(self, graph_of_node: Tensor, first: Tensor) -> Tensor:
        """Indices of the motif instances that stay: a share of them, and the first of every graph."""
        stays = torch.rand(len(graph_of_node)) >= self.instance_dropout
        stays[first] = True
        return torch.nonzero(stays).flatten()
