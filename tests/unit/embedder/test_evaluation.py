"""Protocols and untrained baselines on graphs whose neighbours are known."""

import numpy as np

from nar.corpus.darts import sample, to_graph
from nar.graph import Graph
from services.embedder.evaluation import baselines
from services.embedder.evaluation.protocols import (
    Labels,
    Split,
    examine,
    grades,
    seen_families,
    summary,
    unseen_families,
    unseen_library,
)

SAMPLES = list(sample(60, classes=3, edits=2))
GRAPHS = [to_graph(own.genotype) for own in SAMPLES]
LABELS = Labels([str(own.label) for own in SAMPLES], ["cnn"] * 60, ["a"] * 30 + ["b"] * 30)


def test_one_in_ten_of_each_family_is_a_query() -> None:
    (split,) = seen_families(LABELS)
    assert [LABELS.family[query] for query in split.queries].count("0") == 2
    assert sorted([*split.train, *split.queries]) == list(range(60))


def test_held_out_families_are_never_learned_from() -> None:
    labels = Labels([str(number % 10) for number in range(60)], ["cnn"] * 60, ["a"] * 60)
    splits = list(unseen_families(labels))
    assert sorted(np.concatenate([split.queries for split in splits])) == list(range(60))
    for split in splits:
        learned = {labels.family[index] for index in split.train}
        assert not learned & {labels.family[index] for index in split.queries}


def test_a_library_can_be_held_out() -> None:
    split = unseen_library(LABELS, "b")
    assert split.train.tolist() == list(range(30))


def test_relevance_is_the_family_and_graded_also_the_block() -> None:
    labels = Labels(["x", "x", "y", "z"], ["cnn", "cnn", "cnn", "other"], ["a"] * 4)
    assert grades(labels, np.array([0]), graded=False).tolist() == [[0, 1, 0, 0]]
    assert grades(labels, np.array([0]), graded=True).tolist() == [[0, 2, 1, 0]]


def test_baselines_find_the_classes_and_chance_does_not() -> None:
    split = list(seen_families(LABELS))
    found = {
        "wl": examine(LABELS, split, lambda _: baselines.wl_subtrees(GRAPHS)),
        "ops": examine(LABELS, split, lambda _: baselines.op_histogram(GRAPHS)),
        "chance": examine(LABELS, split, lambda _: np.random.default_rng(0).normal(size=(60, 8))),
    }
    means = {name: summary(scores)["map@20"][0] for name, scores in found.items()}
    assert means["wl"] > 0.9
    assert means["ops"] > means["chance"] + 0.2
    mean, low, high = summary(found["ops"])["ndcg@50"]
    assert low <= mean <= high


def test_queries_without_anything_to_find_are_left_out() -> None:
    labels = Labels(["x", "x", "alone"], ["cnn"] * 3, ["a"] * 3)
    split = Split("all", np.arange(3), np.arange(3))
    assert len(examine(labels, [split], lambda _: np.eye(3))[20].map) == 2


def test_subtrees_do_not_depend_on_the_numbering_of_the_ops() -> None:
    one = Graph.from_ops(["input", "conv", "relu", "add"], [(0, 1), (0, 2), (1, 3), (2, 3)])
    two = Graph.from_ops(["input", "relu", "conv", "add"], [(0, 1), (0, 2), (1, 3), (2, 3)])
    vectors = baselines.wl_subtrees([one, two, GRAPHS[0]])
    np.testing.assert_allclose((vectors @ vectors.T).toarray()[0, :2], 1.0)
