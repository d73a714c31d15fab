"""Graphs as JSON files."""

import pytest

from nar import Graph, graph_json
from nar.errors import InvalidGraph
from nar.fingerprint import fingerprint


def test_a_graph_survives_its_file() -> None:
    graph = Graph.from_ops(
        ["input", "conv", "relu"],
        [(0, 1), (1, 2)],
        shapes=[(1, 3, 8, 8), (1, 4, 8, 8), (1, 4, 8, 8)],
        params=[0, 112, 0],
        flops=[0, 13824, 256],
        modules=["", "conv1", "act"],
        name="g",
    )
    text = graph_json.dumps(graph)
    read = graph_json.loads(text)
    assert graph_json.is_graph(text)
    assert fingerprint(read) == fingerprint(graph)
    assert (read.modules, read.flops.tolist(), read.name) == (graph.modules, graph.flops.tolist(), "g")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"op_table": ["a"]}',
        '{"op_table": ["a"], "op": [0], "edges": [[0], [7]]}',
        '{"op_table": ["a"], "op": ["x"], "edges": []}',
        '{"op_table": ["a"], "op": [0, 0], "edges": [[0, 1], [1, 0]]}',
    ],
)
def test_what_is_no_graph_is_refused(text: str) -> None:
    with pytest.raises(InvalidGraph):
        graph_json.loads(text)
