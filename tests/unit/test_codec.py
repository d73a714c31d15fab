"""Messages back and forth, and messages that lie."""

from datetime import UTC, datetime

import numpy as np
import pytest

from nar.architecture import Architecture, Block, Decomposition, Fingerprint, Motif
from nar.codec import (
    architecture_from_proto,
    architecture_to_proto,
    decomposition_from_proto,
    decomposition_to_proto,
    graph_from_proto,
    graph_to_proto,
)
from nar.errors import InvalidGraph, InvalidInput
from nar.graph import Graph
from nar.v1 import graph_pb2

GRAPH = Graph.from_ops(["input", "relu"], [(0, 1)], shapes=[(1, 3), (1, -1)], params=[0, 7], flops=[0, 9], name="g")


def decomposition() -> Decomposition:
    return Decomposition(
        fingerprint="f" * 32,
        motifs=(Motif("a" * 32, "relu", GRAPH, GRAPH),),
        instance_motif=np.zeros(2, np.int64),
        op_instance=np.array([0, 1]),
        edges=np.array([[0], [1]]),
        instance_params=np.array([0, 7]),
        instance_flops=np.array([0, 9]),
    )


def test_a_graph_survives_the_way() -> None:
    again = graph_from_proto(graph_to_proto(GRAPH))
    assert (again.ops, again.shapes, again.name) == (GRAPH.ops, GRAPH.shapes, "g")
    np.testing.assert_array_equal(again.params, GRAPH.params)
    np.testing.assert_array_equal(again.edges, GRAPH.edges)


def test_an_architecture_survives_the_way() -> None:
    architecture = Architecture(
        id="timm/resnet50",
        collection="mine",
        name="resnet50",
        library="timm",
        library_version="1.0",
        task="image-classification",
        family="resnet",
        block=Block.CNN,
        params=25_557_032,
        flops=8_000_000_000,
        ops=122,
        edges=137,
        fingerprint=Fingerprint("a" * 32, "b" * 32),
        labels={"owner": "me"},
        unknown_ops={"aten.odd": 2},
        indexed_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    assert architecture_from_proto(architecture_to_proto(architecture)) == architecture


def test_a_decomposition_survives_the_way() -> None:
    again = decomposition_from_proto(decomposition_to_proto(decomposition()))
    assert again.motifs[0].name == "relu"
    np.testing.assert_array_equal(again.edges, [[0], [1]])
    np.testing.assert_array_equal(again.instance_flops, [0, 9])


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (graph_pb2.Graph(), "no ops"),
        (graph_pb2.Graph(op_table=["a"], op=[0, 1]), "index 1"),
        (graph_pb2.Graph(op_table=["a"], op=[0, 0], edge_source=[0], edge_target=[5]), "edges"),
        (graph_pb2.Graph(op_table=["a"], op=[0, 0], edge_source=[0, 1], edge_target=[1, 0]), "cycle"),
        (graph_pb2.Graph(op_table=["a"], op=[0, 0], edge_source=[0, 1], edge_target=[1]), "differ"),
        (graph_pb2.Graph(op_table=["a"], op=[0, 0], params=[1]), "params"),
        (graph_pb2.Graph(op_table=["a"], op=[0], shape_table=[graph_pb2.Shape(dims=[1] * 17)]), "dimensions"),
    ],
)
def test_a_graph_that_lies_is_refused(message: graph_pb2.Graph, says: str) -> None:
    with pytest.raises(InvalidGraph, match=says):
        graph_from_proto(message)


def test_ops_out_of_order_are_sorted() -> None:
    message = graph_pb2.Graph(op_table=["late", "early"], op=[0, 1], edge_source=[1], edge_target=[0])
    assert graph_from_proto(message).ops == ["early", "late"]


def test_a_decomposition_that_lies_is_refused() -> None:
    message = decomposition_to_proto(decomposition())
    message.instance_motif[0] = 3
    with pytest.raises(InvalidInput, match="instance_motif"):
        decomposition_from_proto(message)
