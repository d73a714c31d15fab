"""The measures of quality themselves."""

import numpy as np
import pytest

from nar.graph import Graph
from services.motif_miner.quality import adjusted_rand_index, boundaries, boundary_f1, true_blocks


def test_equal_partitions_agree_fully_whatever_their_labels() -> None:
    left = np.array([0, 0, 1, 1, 2])
    assert adjusted_rand_index(left, np.array([7, 7, 3, 3, 9])) == pytest.approx(1)


def test_the_adjusted_rand_index_is_that_of_hubert_and_arabie() -> None:
    assert adjusted_rand_index(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])) == pytest.approx(4 / 7)
    assert adjusted_rand_index(np.array([0, 0, 0, 0]), np.array([0, 1, 2, 3])) == pytest.approx(0)


def test_boundaries_one_op_away_count_and_two_away_do_not() -> None:
    assert boundary_f1(np.array([4, 9]), np.array([5, 9])) == pytest.approx(1)
    assert boundary_f1(np.array([3, 9]), np.array([5, 9])) == pytest.approx(0.5)
    assert boundary_f1(np.array([4, 5, 6]), np.array([5])) == pytest.approx(0.5)
    assert boundaries(np.array([0, 0, 1, 1, 0])).tolist() == [2, 4]


def chain(modules: list[str], ops: list[str]) -> Graph:
    return Graph.from_ops(ops, [(place, place + 1) for place in range(len(ops) - 1)], modules=modules)


def test_blocks_are_the_modules_of_a_repeated_container() -> None:
    body = ["conv", "relu", "add"]
    modules = ["stem", *["blocks.0"] * 3, *["blocks.1"] * 3, "head"]
    found = true_blocks(chain(modules, ["conv", *body, *body, "linear"]))
    assert found is not None
    assert boundaries(found).tolist() == [1, 4, 7]


def test_numbers_that_repeat_nothing_are_no_blocks() -> None:
    modules = ["features.0", "features.1", "features.2", "features.3"]
    assert true_blocks(chain(modules, ["conv", "relu", "conv", "relu"])) is None
