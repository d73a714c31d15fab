"""What equal nodes of several graphs share changes neither what a network computes nor what it learns."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.nn import GATConv, GCNConv

from nar.graph import Graph
from services.embedder.config import Encoder, StageConfig
from services.embedder.levels import Levels
from services.embedder.networks import UndirectedEncoder
from services.embedder.op_words import OpVocabulary
from services.embedder.tensors import graph_tensors, joined

LAYERS, WIDTH = 2, 8
GRAPHS = [
    Graph.from_ops(
        ["input", *["conv", "relu"] * blocks, "add", "linear"],
        [*((i, i + 1) for i in range(2 * blocks + 2)), (1, 2 * blocks + 1), (2, 2 * blocks + 1)],
    )
    for blocks in (3, 4, 20)
]
VOCABULARY = OpVocabulary.of(GRAPHS[0].op_table)
JOINED, GRAPH_OF_NODE = joined([graph_tensors(graph, VOCABULARY, LAYERS).nodes for graph in GRAPHS])
NODES = replace(JOINED, counts=JOINED.counts.double(), degrees=JOINED.degrees.double())


def encoder(kind: Encoder) -> UndirectedEncoder:
    torch.manual_seed(0)
    config = StageConfig(1, 1, LAYERS, 1e-3, dimensions=WIDTH, encoder=kind)
    return UndirectedEncoder(len(VOCABULARY), config).double()


def node_by_node(network: UndirectedEncoder, features: torch.Tensor, graph: Graph) -> torch.Tensor:
    """The vector of one graph by the layers of torch-geometric on all of its nodes."""
    edges = torch.from_numpy(np.concatenate([graph.edges, graph.edges[::-1]], axis=1))
    for layer in network.layers:
        made = (GATConv if network.attends else GCNConv)(features.shape[1], WIDTH)
        features = torch.relu(functional_call(made, layer, features, edges))
    pooled = [features.mean(0), features.max(0).values, torch.log1p(features.sum(0))]
    vector: torch.Tensor = network.project(torch.cat(pooled))
    return vector


def functional_call(made: nn.Module, layer: nn.Module, features: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:
    """`made` with the parameters of `layer`, so that gradients reach those."""
    result: torch.Tensor = torch.func.functional_call(made, dict(layer.named_parameters()), (features, edges))
    return result


@pytest.mark.parametrize("kind", [Encoder.GCN, Encoder.GAT])
def test_vectors_and_gradients_are_those_of_every_node_by_itself(kind: Encoder) -> None:
    network = encoder(kind)
    words = [graph_tensors(graph, VOCABULARY, LAYERS).ops[:, 0] for graph in GRAPHS]
    features = torch.eye(len(VOCABULARY), dtype=torch.float64)[torch.cat(words)]
    found = network(features, NODES, GRAPH_OF_NODE, len(GRAPHS))
    found.square().sum().backward()
    gradients = [parameter.grad.clone() for parameter in network.parameters()]
    network.zero_grad()
    whole = [torch.eye(len(VOCABULARY), dtype=torch.float64)[VOCABULARY.encode(graph.ops)[:, 0]] for graph in GRAPHS]
    expected = torch.stack([node_by_node(network, own, graph) for own, graph in zip(whole, GRAPHS, strict=True)])
    expected.square().sum().backward()
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(gradients, [parameter.grad for parameter in network.parameters()])


def test_equal_neighbourhoods_of_several_graphs_have_one_row() -> None:
    levels = Levels.of(NODES, LAYERS)
    sizes = [len(first) for first in levels.first]
    assert sizes == sorted(sizes)
    assert sizes[-1] < len(NODES.counts)
    first, second = (levels.of_node[index == GRAPH_OF_NODE] for index in (0, 1))
    assert set(first.tolist()) & set(second.tolist())
