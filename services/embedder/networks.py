"""The graph networks of Pei et al., sections 3.4 and 3.5."""

from __future__ import annotations

import warnings
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from services.embedder.config import StageConfig
from services.embedder.features import INSTANCE_NUMERIC, NUMERIC, PADDING, UNKNOWN

with warnings.catch_warnings():
    # Its use of TorchScript is deprecated, which is no news for those who train.
    warnings.simplefilter("ignore", FutureWarning)
    from torch_geometric.nn import DirGNNConv, GCNConv, SAGEConv, global_add_pool, global_max_pool, global_mean_pool
    from torch_geometric.utils import subgraph


def edges_among(kept: Tensor, edges: Tensor, nodes: int) -> Tensor:
    """(2, E') those of `edges` between `kept` nodes, by their places among these; `nodes` is the number of all."""
    among: Tensor = subgraph(kept, edges, relabel_nodes=True, num_nodes=nodes)[0]
    return among


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

    def forward(
        self, features: Tensor, edges: Tensor, graph_of_node: Tensor, graphs: int, weights: Tensor | None = None
    ) -> Tensor:
        """(V, inputs), (2, E), (V,) -> (graphs, dimensions); `weights` are for other encoders."""
        both = torch.cat([edges, edges.flip(0)], dim=1)
        for layer in self.layers:
            features = functional.relu(layer(features, both))
            features = functional.dropout(features, self.dropout, self.training)
        pooled = [
            global_mean_pool(features, graph_of_node, graphs),
            global_max_pool(features, graph_of_node, graphs),
            torch.log1p(global_add_pool(features, graph_of_node, graphs)),
        ]
        projected: Tensor = self.project(torch.cat(pooled, dim=1))
        return projected


class DirectedEncoder(nn.Module):
    """Layers that keep producers and consumers apart; the mean and the maximum of every layer make the graph vector.

    Args:
        inputs: width of the node features.
        config: layers, widths, dropout.
    """

    def __init__(self, inputs: int, config: StageConfig) -> None:
        super().__init__()
        width = config.width
        self.enter = nn.Linear(inputs, width)
        self.layers = nn.ModuleList(
            DirGNNConv(SAGEConv(width, width, root_weight=False), alpha=0.5, root_weight=True)
            for _ in range(config.layers)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(config.layers))
        self.dropout = config.dropout
        self.project = nn.Linear(2 * (config.layers + 1) * width, config.dimensions)

    def forward(
        self, features: Tensor, edges: Tensor, graph_of_node: Tensor, graphs: int, weights: Tensor | None = None
    ) -> Tensor:
        """(V, inputs), (2, E), (V,) -> (graphs, dimensions); `weights` (V,) count in the means."""
        weights = torch.ones(len(features), device=features.device) if weights is None else weights
        total = global_add_pool(weights[:, None], graph_of_node, graphs)
        features = functional.relu(self.enter(features))
        pooled = []
        for layer, norm in zip([None, *self.layers], [None, *self.norms], strict=True):
            if layer is not None:
                made = functional.relu(norm(layer(features, edges)))
                features = features + functional.dropout(made, self.dropout, self.training)
            pooled.append(global_add_pool(features * weights[:, None], graph_of_node, graphs) / total)
            pooled.append(global_max_pool(features, graph_of_node, graphs))
        projected: Tensor = self.project(torch.cat(pooled, dim=1))
        return projected


def make_encoder(inputs: int, config: StageConfig) -> nn.Module:
    """The encoder that a configuration asks for."""
    return DirectedEncoder(inputs, config) if config.directed else GraphEncoder(inputs, config)


class MotifEncoder(nn.Module):
    """F_m or F_c: a motif, or a context graph, as a vector (Equation 4).

    Args:
        words: number of word indices.
        op_dimensions: width of the learned embedding of an op, the mean of those of its words.
        word_dropout: in training, the share of words that are taken for unknown ones, and of graphs without numbers.
        config: layers, width, dropout.
    """

    def __init__(self, words: int, op_dimensions: int, word_dropout: float, config: StageConfig) -> None:
        super().__init__()
        self.words = nn.EmbeddingBag(words, op_dimensions, mode="mean", padding_idx=PADDING)
        self.word_dropout = word_dropout
        self.encoder = make_encoder(op_dimensions + NUMERIC, config)

    def forward(self, ops: Tensor, numbers: Tensor, edges: Tensor, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(V, MAX_WORDS), (V, NUMERIC), (2, E), (V,) -> (graphs, dimensions)."""
        if self.training:
            dropped = (torch.rand(ops.shape, device=ops.device) < self.word_dropout) & (ops != PADDING)
            ops = ops.masked_fill(dropped, UNKNOWN)
            kept = torch.rand(graphs, 1, device=numbers.device) >= self.word_dropout
            numbers = numbers * kept[graph_of_node]
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
        self.encoder = make_encoder(motif_dimensions + INSTANCE_NUMERIC, config)

    def forward(
        self,
        motifs: Tensor,
        numbers: Tensor,
        edges: Tensor,
        graph_of_node: Tensor,
        graphs: int,
        sizes: Tensor | None = None,
    ) -> Tensor:
        """(I, motif_dimensions), (I, INSTANCE_NUMERIC), (2, F), (I,) -> (graphs, dimensions); `sizes` (I,) in ops."""
        features = torch.cat([functional.normalize(motifs), numbers], dim=1)
        encoded: Tensor = self.encoder(features, edges, graph_of_node, graphs, sizes)
        return encoded
