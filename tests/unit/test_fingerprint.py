"""Certificates: equal for equal graphs in any order, different for different ones."""

import numpy as np

from nar.fingerprint import fingerprint, topology_fingerprint
from nar.graph import Graph


def random_graph(seed: int, size: int = 200) -> tuple[list[str], list[tuple[int, int]], list[int]]:
    rng = np.random.default_rng(seed)
    ops = [f"op{kind}" for kind in rng.integers(0, 4, size)]
    edges = [(int(rng.integers(0, target)), target) for target in range(1, size) for _ in range(2)]
    return ops, edges, rng.integers(0, 3, size).tolist()


def test_the_order_of_ops_does_not_count() -> None:
    for seed in range(20):
        ops, edges, params = random_graph(seed)
        shuffle = np.random.default_rng(seed).permutation(len(ops)).tolist()
        place = {old: new for new, old in enumerate(shuffle)}
        shuffled = Graph.from_ops(
            [ops[old] for old in shuffle],
            [(place[a], place[b]) for a, b in edges],
            params=[params[old] for old in shuffle],
        )
        assert fingerprint(shuffled) == fingerprint(Graph.from_ops(ops, edges, params=params))


def test_one_op_one_edge_or_one_parameter_more_is_another_graph() -> None:
    ops, edges, params = random_graph(0)
    base = fingerprint(Graph.from_ops(ops, edges, params=params))
    renamed = fingerprint(Graph.from_ops(["other", *ops[1:]], edges, params=params))
    spare = next((0, target) for target in range(150, 200) if (0, target) not in edges)
    joined = fingerprint(Graph.from_ops(ops, [*edges, spare], params=params))
    grown = fingerprint(Graph.from_ops(ops, edges, params=[params[0] + 1, *params[1:]]))
    assert len({base.topology, renamed.topology, joined.topology}) == 3
    assert grown.topology == base.topology
    assert grown.exact != base.exact


def test_shapes_count_only_for_the_exact_certificate() -> None:
    small = fingerprint(Graph.from_ops(["a", "b"], [(0, 1)], shapes=[(1, 2), (1, 4)]))
    large = fingerprint(Graph.from_ops(["a", "b"], [(0, 1)], shapes=[(1, 2), (1, 8)]))
    assert small.topology == large.topology
    assert small.exact != large.exact


def test_graphs_that_agree_in_every_degree_are_told_apart() -> None:
    one = Graph.from_ops(["x"] * 6, [(0, 2), (1, 3), (2, 4), (3, 5), (0, 3), (1, 2)])
    two = Graph.from_ops(["x"] * 6, [(0, 2), (0, 2), (1, 3), (2, 4), (3, 5), (0, 3), (1, 4)])
    assert topology_fingerprint(one) != topology_fingerprint(two)
