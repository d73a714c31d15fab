"""Metrics against cases counted by hand and against scikit-learn."""

import math

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from nar.errors import InvalidInput
from services.embedder.evaluation.metrics import interval, rank, score


def test_cases_counted_by_hand() -> None:
    # Relevant at ranks 2 and 4 of 5; three are relevant in all.
    scores = score(np.array([[0, 1, 0, 1, 0]]), np.array([[1, 1, 1, 0, 0]]), 5)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert scores.means() == pytest.approx(
        {"mrr": 1 / 2, "map": (1 / 2 + 2 / 4) / 3, "ndcg": (1 / math.log2(3) + 1 / math.log2(5)) / ideal}
    )


def test_the_cut_bounds_what_is_found_and_what_could_be() -> None:
    ranked, total = np.array([[1, 0, 1, 1]]), np.array([[1, 1, 1, 0]])
    assert score(ranked, total, 1).means() == pytest.approx({"mrr": 1, "map": 1, "ndcg": 1})
    assert score(ranked, total, 2).map[0] == pytest.approx(1 / 2)
    assert score(np.array([[0, 0, 1]]), np.array([[1, 0, 0]]), 2).means() == {"mrr": 0, "map": 0, "ndcg": 0}


def test_a_perfect_ranking_scores_one() -> None:
    grades = np.array([[2, 2, 1, 1, 0, 0]])
    assert score(grades, grades, 3).means() == pytest.approx({"mrr": 1, "map": 1, "ndcg": 1})


@pytest.mark.parametrize("k", [3, 20, 100])
def test_graded_ndcg_is_that_of_scikit_learn(k: int) -> None:
    rng = np.random.default_rng(0)
    similarity, grades = rng.random((30, 100)), rng.integers(0, 3, (30, 100))
    order = rank(similarity)
    own = score(np.take_along_axis(grades, order, 1), grades, k)
    assert own.means()["ndcg"] == pytest.approx(ndcg_score(2.0**grades - 1, similarity, k=k))


def test_a_query_comes_last_in_its_own_ranking_and_ties_keep_their_order() -> None:
    similarity = np.array([[1.0, 0.5, 0.5, 0.2]])
    assert rank(similarity, np.array([0])).tolist() == [[1, 2, 3, 0]]


def test_a_query_without_relevant_items_is_refused() -> None:
    with pytest.raises(InvalidInput, match="1 queries have no relevant item"):
        score(np.array([[0, 0]]), np.array([[0, 0]]), 2)


def test_an_interval_holds_the_mean_and_narrows_with_the_number_of_queries() -> None:
    values = np.random.default_rng(0).random(1_000)
    low, high = interval(values)
    few_low, few_high = interval(values[:50])
    assert low < values.mean() < high
    assert high - low < (few_high - few_low) / 2
    assert interval(values) == (low, high)
