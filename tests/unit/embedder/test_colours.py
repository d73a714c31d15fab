"""Colours tell apart what differs, and nothing else."""

import dataclasses

import numpy as np
import pytest
import torch

from nar.architecture import Decomposition, Motif
from nar.fingerprint import fingerprint
from nar.graph import Graph
from services.embedder.colour_model import ColourModel
from services.embedder.colours import ANY, Colours, colours_of
from services.embedder.config import ColourConfig, StageConfig
from services.embedder.undivided import undivided

CONFIG = ColourConfig("colours", StageConfig(1, 8, 1, 1e-2, 16, dropout=0.5), temperature=0.2, class_temperature=0.1)

DIAMOND = Graph.from_ops(
    ["input", "conv3x3", "conv5x5", "add"],
    [(0, 1), (0, 2), (1, 3), (2, 3)],
    shapes=[(1, 3, 8, 8), *[(1, 64, 8, 8)] * 3],
    params=[0, 9, 25, 0],
)


def chain(motif: Graph, repeats: int) -> Decomposition:
    """`repeats` instances of a motif in a row."""
    return Decomposition(
        fingerprint="",
        motifs=(Motif(fingerprint(motif).topology, "", motif, motif),),
        instance_motif=np.zeros(repeats, np.int64),
        op_instance=np.repeat(np.arange(repeats), len(motif)),
        edges=np.stack([np.arange(repeats - 1), np.arange(1, repeats)]),
        instance_params=np.zeros(repeats, np.int64),
        instance_flops=np.zeros(repeats, np.int64),
    )


def of(item: Decomposition, rounds: int) -> Colours:
    return colours_of([item], rounds)[0]


def equal(one: Colours, other: Colours) -> bool:
    return np.array_equal(one.colours, other.colours) and np.array_equal(one.counts, other.counts)


def test_the_numbering_of_ops_does_not_count() -> None:
    other = Graph.from_ops(
        ["input", "conv5x5", "conv3x3", "add"],
        [(0, 1), (0, 2), (1, 3), (2, 3)],
        shapes=[(1, 3, 8, 8), *[(1, 64, 8, 8)] * 3],
        params=[0, 25, 9, 0],
    )
    assert equal(of(undivided(DIAMOND), 2), of(undivided(other), 2))


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(DIAMOND, op_table=("input", "conv3x3", "conv7x7", "add")),
        dataclasses.replace(DIAMOND, edges=np.array([[0, 0, 1], [1, 2, 3]])),
        dataclasses.replace(DIAMOND, shape_table=((1, 3, 8, 8), (1, 128, 8, 8))),
        dataclasses.replace(DIAMOND, params=np.array([0, 9, 0, 0])),
    ],
    ids=["op", "edge", "width", "shared weights"],
)
def test_what_differs_has_other_colours(changed: Graph) -> None:
    assert not equal(of(undivided(DIAMOND), 1), of(undivided(changed), 1))


def test_ops_that_share_a_word_share_a_colour() -> None:
    one, other = (
        undivided(Graph.from_ops([name], [], shapes=[(1, size, 8, 8)], params=[size % 2]))
        for name, size in (("dwconv3x3", 8), ("gconv5x5", 33))
    )
    shared = set(of(one, 1).colours) & set(of(other, 1).colours)
    assert len(shared) == 2
    assert ANY in shared


def test_a_motif_counts_as_often_as_it_occurs() -> None:
    twice, often = of(chain(DIAMOND, 2), 1), of(chain(DIAMOND, 8), 1)
    assert twice.counts.max() * 4 == often.counts.max()
    # An instance between two others is something that a row of two does not have.
    assert len(np.setdiff1d(often.colours, twice.colours)) == 1


def test_colours_that_training_has_not_seen_do_not_count() -> None:
    known = [of(chain(DIAMOND, repeats), 1) for repeats in (2, 3, 4)]
    model = ColourModel.of(known, CONFIG, 2)
    stranger = of(undivided(Graph.from_ops(["never"], [])), 1)
    bag = model.bag(stranger)
    assert len(bag.rows) == 1
    assert torch.isfinite(model([bag])).all()
    assert len(model.bag(known[0]).rows) == len(known[0].colours)


def test_weights_are_those_of_texts() -> None:
    known = [of(chain(DIAMOND, repeats), 1) for repeats in (2, 3, 4)]
    model = ColourModel.of(known, CONFIG, 2)
    bag = model.bag(known[1])
    counts = known[1].counts[np.isin(known[1].colours, model.known.numpy().view(np.uint64))]
    holders = np.array([sum(colour in own.colours for own in known) for colour in known[1].colours])
    expected = (1 + np.log(counts)) * (np.log(4 / (1 + holders[holders >= 2])) + 1)
    np.testing.assert_allclose(bag.weights.numpy(), expected / np.linalg.norm(expected), rtol=1e-5)


def test_graphs_that_come_together_do_not_change_each_other() -> None:
    items = [chain(DIAMOND, 3), undivided(Graph.from_ops(["never"], [])), chain(DIAMOND, 5), undivided(DIAMOND)]
    for item, found in zip(items, colours_of(items, 1), strict=True):
        assert equal(found, of(item, 1))
