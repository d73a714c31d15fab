"""The graph networks of Pei et al., sections 3.4 and 3.5, their baselines (section 4.3), and ours."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from services.embedder.config import Encoder, StageConfig
from services.embedder.levels import Levels, Neighbours
from services.embedder.op_words import PADDING, UNKNOWN
from services.embedder.tensors import INSTANCE_NUMERIC, NUMERIC, Nodes

with warnings.catch_warnings():
    # Its use of TorchScript is deprecated, which is no news for those who train.
    warnings.simplefilter("ignore", FutureWarning)
    from torch_geometric.nn import GATConv, GCNConv, SAGEConv, global_add_pool, global_max_pool
    from torch_geometric.utils import softmax


class UndirectedEncoder(nn.Module):
    """Layers of Equation 3, X' = relu(D^-1/2 (A + I) D^-1/2 X W), or of graph attention; then one vector a graph.

    The paper does not say how node vectors become a graph vector: mean, maximum and logarithm of the sum side by side,
    projected to the embedding's width.

    Args:
        inputs: width of the node features.
        config: layers, width, dropout.
    """

    def __init__(self, inputs: int, config: StageConfig) -> None:
        super().__init__()
        widths = [inputs, *[config.dimensions] * config.layers]
        self.attends = config.encoder == Encoder.GAT
        self.layers = nn.ModuleList(
            GATConv(one, two, add_self_loops=False) if self.attends else GCNConv(one, two, normalize=False)
            for one, two in pairwise(widths)
        )
        self.dropout = config.dropout
        self.project = nn.Linear(3 * config.dimensions, config.dimensions)

    def forward(self, features: Tensor, nodes: Nodes, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(C, inputs), (C,) graph of each node, ascending -> (graphs, dimensions)."""
        levels = Levels.of(nodes, len(self.layers))
        features = features[levels.first[0]]
        scales = [(nodes.degrees[first] + 1).rsqrt() for first in levels.first]
        layers: Iterable[Any] = self.layers
        steps = zip(layers, pairwise(scales), levels.neighbours, levels.own, strict=True)
        for number, (layer, (below, scale), around, own) in enumerate(steps):
            # Equal nodes of a batch lose the same numbers; apart from that, dropout is as it would be without classes.
            features = functional.dropout(features, self.dropout, self.training and number > 0)
            rows = layer.lin(features)
            if self.attends:
                weights = attention(layer, rows, around, own)
            else:
                weights = around.counts * below[around.source] * scale[around.target]
            features = functional.relu(around.sum(weights, rows) + layer.bias)
        features = functional.dropout(features[levels.of_node], self.dropout, self.training)
        return self._pool(features, nodes.counts, graph_of_node, graphs)

    def _pool(self, features: Tensor, counts: Tensor, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(C, dimensions), (C,) nodes that each stands for -> (graphs, dimensions)."""
        lengths = torch.bincount(graph_of_node, minlength=graphs)
        starts = functional.pad(lengths.cumsum(0), (1, 0))
        themselves = torch.arange(len(features), device=features.device)
        members = Neighbours(
            themselves, graph_of_node, counts, starts, themselves, functional.pad(themselves + 1, (1, 0))
        )
        total = members.sum(counts, features)
        count = global_add_pool(counts[:, None], graph_of_node, graphs)
        largest = torch.segment_reduce(features, "max", lengths=lengths)
        projected: Tensor = self.project(torch.cat([total / count, largest, torch.log1p(total)], dim=1))
        return projected


def attention(layer: GATConv, rows: Tensor, around: Neighbours, own: Tensor) -> Tensor:
    """(E,) weights of graph attention (Velickovic et al., 2018): a softmax over each target's neighbours.

    Args:
        layer: its attention vectors, of one head.
        rows: (M, D) transformed features of one hop less.
        around: E pairs of N targets.
        own: (N,) row of one hop less that each target itself is.
    """
    of_source = (rows * layer.att_src[0]).sum(1)
    of_target = (rows * layer.att_dst[0]).sum(1)[own]
    scores = functional.leaky_relu(of_source[around.source] + of_target[around.target], layer.negative_slope)
    # A neighbour that occurs n times counts n times.
    weights: Tensor = softmax(scores + around.counts.log(), around.target, num_nodes=len(own))
    return weights


class DirectedLayer(nn.Module):
    """Means over producers and over consumers, apart, with what the node was (Rossi et al., 2023)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.from_parents = SAGEConv(width, width, root_weight=False)
        self.from_children = SAGEConv(width, width, root_weight=False)
        self.own = nn.Linear(width, width)

    def forward(self, features: Tensor, nodes: Nodes) -> Tensor:
        """(C, width) -> (C, width)."""
        around = self.from_parents(features, nodes.parents) + self.from_children(features, nodes.children)
        made: Tensor = self.own(features) + around / 2
        return made


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
        self.layers = nn.ModuleList(DirectedLayer(width) for _ in range(config.layers))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(config.layers))
        self.dropout = config.dropout
        self.project = nn.Linear(2 * (config.layers + 1) * width, config.dimensions)

    def forward(self, features: Tensor, nodes: Nodes, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(C, inputs), (C,) graph of each node -> (graphs, dimensions)."""
        weights = nodes.weights[:, None]
        total = global_add_pool(weights, graph_of_node, graphs)
        features = functional.relu(self.enter(features))
        pooled = []
        for layer, norm in zip([None, *self.layers], [None, *self.norms], strict=True):
            if layer is not None:
                made = functional.relu(norm(layer(features, nodes)))
                features = features + functional.dropout(made, self.dropout, self.training)
            pooled.append(global_add_pool(features * weights, graph_of_node, graphs) / total)
            pooled.append(global_max_pool(features, graph_of_node, graphs))
        projected: Tensor = self.project(torch.cat(pooled, dim=1))
        return projected


def make_encoder(inputs: int, config: StageConfig) -> nn.Module:
    """The encoder that a configuration asks for."""
    kind = DirectedEncoder if config.encoder == Encoder.DIRECTED else UndirectedEncoder
    return kind(inputs, config)


class MotifEncoder(nn.Module):
    """F_m or F_c: a motif, or a context graph, as a vector (Equation 4); of the baselines, a whole graph.

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

    def forward(self, ops: Tensor, numbers: Tensor, nodes: Nodes, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(C, MAX_WORDS), (C, NUMERIC), (C,) graph of each node -> (graphs, dimensions)."""
        if self.training and self.word_dropout:
            dropped = (torch.rand(ops.shape, device=ops.device) < self.word_dropout) & (ops != PADDING)
            ops = ops.masked_fill(dropped, UNKNOWN)
            kept = torch.rand(graphs, 1, device=numbers.device) >= self.word_dropout
            numbers = numbers * kept[graph_of_node]
        features = torch.cat([self.words(ops), numbers], dim=1)
        encoded: Tensor = self.encoder(features, nodes, graph_of_node, graphs)
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

    def forward(self, motifs: Tensor, numbers: Tensor, nodes: Nodes, graph_of_node: Tensor, graphs: int) -> Tensor:
        """(C, motif_dimensions), (C, INSTANCE_NUMERIC), (C,) graph of each node -> (graphs, dimensions)."""
        features = torch.cat([functional.normalize(motifs), numbers], dim=1)
        encoded: Tensor = self.encoder(features, nodes, graph_of_node, graphs)
        return encoded
