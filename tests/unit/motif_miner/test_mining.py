"""Motifs are the blocks that repeat, whatever the numbering."""

from collections import Counter

import numpy as np
import pytest

from nar.errors import InvalidInput
from nar.fingerprint import topology_fingerprint
from nar.graph import Graph
from services.motif_miner import MiningOptions, Neighbours, mine
from services.motif_miner.encoding import encode, op_labels


def network(blocks: int, body: tuple[str, ...] = ("layer_norm", "linear", "attention", "linear")) -> Graph:
    """A stem, residual blocks and a head; every block has the same sizes."""
    ops, edges, params = ["input", "conv"], [(0, 1)], [0, 7]
    tensor = 1
    for _ in range(blocks):
        begin = tensor
        for op in body:
            ops.append(op)
            params.append(3)
            edges.append((tensor, len(ops) - 1))
            tensor = len(ops) - 1
        ops.append("add")
        params.append(0)
        edges += [(tensor, len(ops) - 1), (begin, len(ops) - 1)]
        tensor = len(ops) - 1
    ops += ["global_avg_pool", "linear"]
    params += [0, 5]
    edges += [(tensor, len(ops) - 2), (len(ops) - 2, len(ops) - 1)]
    return Graph.from_ops(ops, edges, params=params)


def renumbered(graph: Graph, seed: int) -> Graph:
    """The same graph with its ops in another topological order."""
    rng = np.random.default_rng(seed)
    waiting = np.bincount(graph.edges[1], minlength=len(graph))
    ready, order = [node for node in range(len(graph)) if waiting[node] == 0], []
    while ready:
        node = ready.pop(int(rng.integers(len(ready))))
        order.append(node)
        for child in graph.edges[1][graph.edges[0] == node].tolist():
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    rank = np.empty(len(graph), np.int64)
    rank[order] = np.arange(len(graph))
    ops, params = graph.ops, graph.params.tolist()
    return Graph.from_ops([ops[i] for i in order], rank[graph.edges].T.tolist(), params=[params[i] for i in order])


def multiplicities(graph: Graph) -> Counter[str]:
    found = mine(graph)
    return Counter(found.motifs[index].fingerprint for index in found.instance_motif.tolist())


def test_24_equal_blocks_are_24_instances_of_one_motif() -> None:
    found = mine(network(24))
    counts = Counter(found.instance_motif.tolist())
    index, count = counts.most_common(1)[0]
    assert count == 24
    assert found.motifs[index].name == "layer_norm-linear-attention-linear-add"


def test_every_op_is_in_one_instance_and_sums_are_kept() -> None:
    graph = network(6)
    found = mine(graph)
    assert found.op_instance.shape == (len(graph),)
    assert set(found.op_instance.tolist()) == set(range(len(found.instance_motif)))
    assert found.instance_params.sum() == graph.params.sum()


def test_instances_of_a_motif_have_its_topology() -> None:
    graph = network(6)
    found = mine(graph)
    for instance, motif in enumerate(found.instance_motif.tolist()):
        part = graph.subgraph(np.flatnonzero(found.op_instance == instance))
        assert topology_fingerprint(part) == found.motifs[motif].fingerprint


def test_two_instances_are_joined_exactly_where_they_share_an_edge() -> None:
    graph = network(4)
    found = mine(graph)
    one, two = found.op_instance[graph.edges]
    expected = {(a, b) for a, b in zip(one.tolist(), two.tolist(), strict=True) if a != b}
    assert {tuple(pair) for pair in found.edges.T.tolist()} == expected


def test_the_context_graph_adds_the_neighbours() -> None:
    found = mine(network(5), MiningOptions(context_hops=1))
    motif = max(found.motifs, key=lambda item: len(item.graph) * (item.name.count("attention")))
    assert len(motif.context) > len(motif.graph)
    assert not any(
        len(item.context) > len(item.graph) for item in mine(network(5), MiningOptions(context_hops=0)).motifs
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_numbering_of_the_ops_does_not_count(seed: int) -> None:
    graph = network(7)
    assert multiplicities(renumbered(graph, seed)) == multiplicities(graph)


def test_it_is_deterministic() -> None:
    one, two = mine(network(9)), mine(network(9))
    np.testing.assert_array_equal(one.op_instance, two.op_instance)
    assert [motif.fingerprint for motif in one.motifs] == [motif.fingerprint for motif in two.motifs]


def test_topology_alone_sees_no_op_names() -> None:
    options = MiningOptions(use_op_labels=False)
    one = mine(network(6), options)
    two = mine(network(6, ("batch_norm", "conv", "relu", "conv")), options)
    np.testing.assert_array_equal(one.op_instance, two.op_instance)


def test_a_graph_of_one_op_is_one_instance() -> None:
    assert len(mine(Graph.from_ops(["input"], [])).instance_motif) == 1


def test_a_large_graph_gives_bounded_motifs() -> None:
    size = 60_000
    rng = np.random.default_rng(0)
    chain = np.stack([np.arange(size - 1), np.arange(1, size)])
    found = mine(Graph(tuple(f"op{kind}" for kind in range(40)), rng.integers(0, 40, size), chain))
    assert max(len(motif.graph) for motif in found.motifs) <= MiningOptions().max_motif_ops


def test_s_rounds_see_s_edges_far() -> None:
    chain = Graph.from_ops(["a", "x", "x", "x", "x"], [(0, 1), (1, 2), (2, 3), (3, 4)])
    labels = op_labels(chain)
    parents = [len(set(encode(labels, chain.edges, steps, Neighbours.PARENTS).tolist())) for steps in range(4)]
    assert parents == [2, 3, 4, 5]
    assert len(set(encode(labels, chain.edges, 1, Neighbours.CHILDREN).tolist())) == 3


@pytest.mark.parametrize("options", [{"steps": 17}, {"context_hops": 9}, {"steps": -1}])
def test_options_out_of_range_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        MiningOptions(**options)
