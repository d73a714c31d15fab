"""Nodes of equal neighbourhoods are computed once, and nothing changes by it."""

import numpy as np
import pytest
import torch

from nar.graph import Graph
from services.embedder.config import Encoder, StageConfig
from services.embedder.equal_neighbourhoods import node_classes
from services.embedder.networks import UndirectedEncoder, make_encoder
from services.embedder.op_words import OpVocabulary
from services.embedder.tensors import Nodes, graph_tensors, joined

LAYERS = 3
GRAPH = Graph.from_ops(
    ["input", *["conv3x3", "relu"] * 100, "add", "linear"],
    [*((i, i + 1) for i in range(202)), *((i, i + 4) for i in range(4, 196, 4))],
)
VOCABULARY = OpVocabulary.of(GRAPH.op_table)


def all_different(count: int, layers: int = LAYERS) -> torch.Tensor:
    """Colours of `count` nodes that nothing is shared between."""
    return torch.arange(count)[:, None].repeat(1, layers + 1)


def every_node(graph: Graph) -> Nodes:
    """All nodes, each for itself."""
    ones = torch.ones(len(graph))
    degrees = torch.from_numpy(np.bincount(graph.edges.ravel(), minlength=len(graph))).float()
    edges = torch.from_numpy(graph.edges)
    return Nodes(ones, ones, degrees, edges, edges.flip(0), all_different(len(graph)))


@pytest.mark.parametrize("kind", list(Encoder))
def test_the_classes_give_what_the_whole_graph_gives(kind: Encoder) -> None:
    torch.manual_seed(0)
    config = StageConfig(1, 1, LAYERS, 1e-3, dimensions=16, encoder=kind, width=8)
    encoder = make_encoder(len(VOCABULARY), config).eval()
    features = torch.eye(len(VOCABULARY))
    tensors = graph_tensors(GRAPH, VOCABULARY, LAYERS)
    assert len(tensors.ops) < len(GRAPH) / 2
    whole = features[VOCABULARY.encode(GRAPH.ops)[:, 0]]
    expected = encoder(whole, every_node(GRAPH), torch.zeros(len(GRAPH), dtype=torch.long), 1)
    nodes, graph_of_node = joined([tensors.nodes])
    found = encoder(features[tensors.ops[:, 0]], nodes, graph_of_node, 1)
    torch.testing.assert_close(found, expected)


def test_a_layer_is_equation_3() -> None:
    encoder = UndirectedEncoder(3, StageConfig(1, 1, 1, 1e-3, dimensions=2)).eval()
    encoder.project = torch.nn.Identity()
    features = torch.rand(3, 3)
    edges = torch.tensor([[0, 1], [1, 2]])
    adjacency = torch.tensor([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    scale = adjacency.sum(1).rsqrt()
    layer = encoder.layers[0]
    expected = torch.relu(scale[:, None] * adjacency * scale @ features @ layer.lin.weight.T + layer.bias)
    nodes = Nodes(torch.ones(3), torch.ones(3), torch.tensor([1.0, 2, 1]), edges, edges.flip(0), all_different(3, 1))
    pooled = encoder(features, nodes, torch.zeros(3, dtype=torch.long), 1)
    torch.testing.assert_close(pooled[0, :2], expected.mean(0))


def test_more_hops_tell_more_nodes_apart() -> None:
    edges = np.stack([np.arange(9), np.arange(1, 10)])
    labels = np.zeros(10, np.uint64)
    assert [len(node_classes(labels, edges, hops).first) for hops in range(4)] == [2, 5, 7, 9]


def test_classes_count_all_nodes_and_keep_numbering_apart() -> None:
    edges = np.array([[0, 0, 1, 2], [1, 2, 3, 3]])
    found = node_classes(np.array([7, 1, 1, 9], np.uint64), edges, 2)
    assert found.first.tolist() == [0, 1, 3]
    assert found.sizes.tolist() == [1, 2, 1]
    assert found.parents.tolist() == [[0, 1, 1], [1, 2, 2]]
    assert found.children.tolist() == [[1, 1, 2], [0, 0, 1]]
