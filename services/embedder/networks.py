"""The graph networks of Pei et al., sections 3.4 and 3.5."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.nn import GCNConv, global_add_pool, global_max_pool, global_mean_pool

from services.embedder.config import StageConfig
from services.embedder.features import INSTANCE_NUMERIC, NUMERIC, PADDING, UNKNOWN


class GraphEncoder(nn.Module):
    """Layers of X' = relu(D^-1/2 (A + I) D^-1/2 X W) (Equation 3), then one vector a graph.

    The paper does not say how node vectors become a graph vector: mean, maximum and logarithm of the sum side by side,
    projected to the embedding's width.

    Args:
        inputs: width of the node features.
        config: layers, width, dropout.
    """

    def __init__(self, inputs: int, config: StageConfig) -> None:
        super().__init__()
        widths = [inputs, *[config.dimensions] * config.layers]
        self.layers = nn.ModuleList(GCNConv(one, two) for one, two in pairwise(widths))
        self.dropout = config.dropout
        self.project = nn.Linear(3 * config.dimensions, config.dimensions)

    def forward(self, features: Tensor, edges: Tensor, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(V, inputs), (2, E), (V,) -> (graphs, dimensions)."""
        for layer in self.layers:
            features = functional.relu(layer(features, edges))
            features = functional.dropout(features, self.dropout, self.training)
        pooled = [
            global_mean_pool(features, graph_of_node, graphs),
            global_max_pool(features, graph_of_node, graphs),
            torch.log1p(global_add_pool(features, graph_of_node, graphs)),
        ]
        projected: Tensor = self.project(torch.cat(pooled, dim=1))
        return projected


class MotifEncoder(nn.Module):
    """F_m or F_c: a motif, or a context graph, as a vector (Equation 4).

    Args:
        words: number of word indices.
        op_dimensions: width of the learned embedding of an op, the mean of those of its words.
        word_dropout: in training, the share of words that are taken for unknown ones.
        config: layers, width, dropout.
    """

    def __init__(self, words: int, op_dimensions: int, word_dropout: float, config: StageConfig) -> None:
        super().__init__()
        self.words = nn.EmbeddingBag(words, op_dimensions, mode="mean", padding_idx=PADDING)
        self.word_dropout = word_dropout
        self.encoder = GraphEncoder(op_dimensions + NUMERIC, config)

    def forward(self, ops: Tensor, numbers: Tensor, edges: Tensor, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(V, MAX_WORDS), (V, NUMERIC), (2, E), (V,) -> (graphs, dimensions)."""
        if self.training:
            dropped = (torch.rand(ops.shape, device=ops.device) < self.word_dropout) & (ops != PADDING)
            ops = ops.masked_fill(dropped, UNKNOWN)
        features = torch.cat([self.words(ops), numbers], dim=1)
        encoded: Tensor = self.encoder(features, edges, graph_of_node, graphs)
        return encoded


class MacroEncoder(nn.Module):
    """F_g: a macro graph, whose nodes carry motif embeddings, as a vector (Equations 5 to 8).

    Args:
        motif_dimensions: width of the motif embeddings.
        config: layers, width, dropout.
    """

    def __init__(self, motif_dimensions: int, config: StageConfig) -> None:
        super().__init__()
        self.encoder = GraphEncoder(motif_dimensions + INSTANCE_NUMERIC, config)

    def forward(self, motifs: Tensor, numbers: Tensor, edges: Tensor, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(I, motif_dimensions), (I, INSTANCE_NUMERIC), (2, F), (I,) -> (graphs, dimensions)."""
        features = torch.cat([functional.normalize(motifs), numbers], dim=1)
        encoded: Tensor = self.encoder(features, edges, graph_of_node, graphs)
        return encoded
