"""The graph type: what it accepts, what it refuses, how it cuts."""

import numpy as np
import pytest

from nar.errors import InvalidGraph
from nar.graph import Graph


def diamond() -> Graph:
    return Graph.from_ops(
        ["input", "conv", "pool", "add"],
        [(0, 1), (0, 2), (1, 3), (2, 3)],
        shapes=[(1, 3), (1, 8), (1, 8), (1, 8)],
        params=[0, 24, 0, 0],
        modules=["", "conv", "pool", ""],
    )


def test_ops_in_any_order_are_sorted_with_their_columns() -> None:
    graph = Graph.from_ops(
        ["add", "pool", "conv", "input"],
        [(3, 2), (3, 1), (2, 0), (1, 0)],
        shapes=[(4,), (3,), (2,), (1,)],
        params=[40, 30, 20, 10],
    )
    assert graph.ops[0] == "input"
    assert graph.ops[-1] == "add"
    assert (graph.edges[0] < graph.edges[1]).all()
    by_op = dict(zip(graph.ops, zip(graph.shapes, graph.params.tolist(), strict=True), strict=True))
    assert by_op == {"input": ((1,), 10), "conv": ((2,), 20), "pool": ((3,), 30), "add": ((4,), 40)}


def test_doubled_edges_count_once() -> None:
    assert Graph.from_ops(["a", "mul"], [(0, 1), (0, 1)]).edges.shape == (2, 1)


def test_a_cycle_is_named() -> None:
    with pytest.raises(InvalidGraph, match=r"cycle: .*(1 -> 2|2 -> 1)"):
        Graph.from_ops(["a", "b", "c"], [(0, 1), (1, 2), (2, 1)])


@pytest.mark.parametrize("edge", [(0, 9), (-1, 0)])
def test_an_edge_out_of_range_is_refused(edge: tuple[int, int]) -> None:
    with pytest.raises(InvalidGraph, match="edges"):
        Graph.from_ops(["a", "b"], [edge])


def test_a_column_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(InvalidGraph, match="params"):
        Graph.from_ops(["a", "b"], [(0, 1)], params=[1])


def test_an_edge_that_leads_backwards_is_refused_by_the_constructor() -> None:
    with pytest.raises(InvalidGraph, match="topological"):
        Graph(("a",), np.zeros(2, np.int64), np.array([[1], [0]]))


def test_a_subgraph_keeps_what_belongs_to_its_ops() -> None:
    cut = diamond().subgraph(np.array([3, 1]))
    assert cut.ops == ["conv", "add"]
    assert cut.edges.tolist() == [[0], [1]]
    assert cut.params.tolist() == [24, 0]
    assert cut.modules == ["conv", ""]
    assert cut.op_table == ("conv", "add")
