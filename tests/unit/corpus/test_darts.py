"""The DARTS space: shape of the graphs, classes around centres, seeds."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from nar.corpus.darts import ADDS, EDGES, INPUTS, OPERATIONS, distance, random_genotype, sample, to_graph


def test_a_network_has_the_cells_of_the_search_space() -> None:
    genotype = random_genotype(np.random.default_rng(1))
    graph = to_graph(genotype, cells=8)
    counts = Counter(graph.ops)
    assert (counts["add"], counts["concat"], counts["input"], counts["conv3x3"]) == (8 * ADDS, 8, 1, 1)
    assert sum(counts[operation] for operation in OPERATIONS) == 8 * ADDS * EDGES
    incoming = np.bincount(graph.edges[1], minlength=len(graph))
    by_op = {op: set(incoming[[own == op for own in graph.ops]].tolist()) for op in counts}
    assert by_op["add"] == {EDGES}
    assert by_op["concat"] == {ADDS}
    assert all(by_op[operation] == {1} for operation in OPERATIONS if operation in by_op)
    # The first cell reads the stem twice, the second the stem and the first.
    stem = graph.ops.index("conv3x3")
    assert max(target for source, target in graph.edges.T.tolist() if source == stem) < 2 + 2 * 13


def test_two_of_eight_cells_are_reduction_cells() -> None:
    genotype = random_genotype(np.random.default_rng(1))
    cells = [tuple(to_graph(genotype).ops[2 + 13 * number : 15 + 13 * number]) for number in range(8)]
    assert [number for number in range(8) if cells[number] != cells[0]] == [2, 5]


def test_sources_of_an_add_node_differ_and_come_before_it() -> None:
    for genotype in (random_genotype(np.random.default_rng(seed)) for seed in range(50)):
        for cell in (genotype.normal, genotype.reduction):
            assert (cell.sources[:, 0] < cell.sources[:, 1]).all()
            assert (cell.sources.max(axis=1) < np.arange(ADDS) + INPUTS).all()


def test_classes_lie_around_centres_far_from_each_other() -> None:
    samples = list(sample(400, edits=6, seed=3))
    assert set(Counter(own.label for own in samples).values()) == {40}
    # An edit moves at most both sources of an ADD node and with them their operations.
    assert max(own.distance for own in samples) <= 6 * 6
    within = [distance(a.genotype, b.genotype) for a, b in pairwise(samples[::10])]
    across = [distance(a.genotype, b.genotype) for a, b in pairwise(samples)]
    assert np.mean(within) < 0.6 * np.mean(across)


def test_the_seed_decides() -> None:
    one, two = ([to_graph(own.genotype).op.tolist() for own in sample(20, seed=seed)] for seed in (5, 5))
    assert one == two
    assert one != [to_graph(own.genotype).op.tolist() for own in sample(20, seed=6)]


@pytest.mark.parametrize("cells", [2, 8, 20])
def test_depth_is_a_choice(cells: int) -> None:
    assert len(to_graph(random_genotype(np.random.default_rng(0)), cells=cells)) == 4 + 13 * cells
