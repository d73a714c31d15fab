"""Colours tell apart what differs, and nothing else."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from nar.architecture import Decomposition, Motif
from nar.fingerprint import fingerprint
from nar.graph import Graph
from services.embedder.colour_model import ColourModel
from services.embedder.colour_training import ColourTrainer
from services.embedder.colours import ANY, Colours, colours_of
from services.embedder.config import ColourConfig, StageConfig
from services.embedder.losses import graph_loss
from services.embedder.undivided import undivided
from services.embedder.views import TrainingGraph

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


def pairs(widths: list[tuple[int, int]], edges: list[tuple[int, int]]) -> Decomposition:
    """Ops a and b of given widths, joined by `edges` from an a to a b."""
    flat = [width for pair in widths for width in pair]
    graph = Graph.from_ops(["a", "b"] * len(widths), edges, shapes=[(1, width, 8, 8) for width in flat])
    return undivided(graph)


def difference(one: Decomposition, other: Decomposition, rounds: int) -> tuple[int, int]:
    """How many colours only the one has, or only the other, but for those of the whole as a motif."""
    first, second = set(of(one, rounds).colours), set(of(other, rounds).colours)
    motif = len(first - second), len(second - first)
    return motif[0] - 2, motif[1] - 2


def test_neighbourhoods_count_from_the_first_round_on() -> None:
    apart = pairs([(8, 8), (8, 8)], [(0, 1), (2, 3)])
    shared = pairs([(8, 8), (8, 8)], [(0, 1), (0, 3)])
    assert difference(apart, shared, 0) == (0, 0)
    # An a that feeds one b, and a b, against an a that feeds two and one that feeds none.
    assert difference(apart, shared, 1) == (1, 2)


def test_an_edge_counts_by_how_much_it_widens() -> None:
    straight = pairs([(8, 8), (32, 32)], [(0, 1), (2, 3)])
    crossed = pairs([(8, 32), (32, 8)], [(0, 1), (2, 3)])
    wider = pairs([(16, 16), (64, 64)], [(0, 1), (2, 3)])
    assert of(straight, 0).counts.sum() == of(crossed, 0).counts.sum()
    found = [set(of(item, 0).colours) for item in (straight, crossed)]
    assert (len(found[0] - found[1]), len(found[1] - found[0])) == (1, 2)
    # Other widths, a colour for each op of each width; the edges are the same.
    widths = [set(of(item, 0).colours) for item in (straight, wider)]
    assert (len(widths[0] - widths[1]), len(widths[1] - widths[0])) == (4, 4)


def test_a_single_op_has_all_kinds_of_colours() -> None:
    alone = of(undivided(Graph.from_ops(["dwconv3x3"], [])), 1)
    # Its name, whether it learns, its width, three words, its neighbourhood; the motif, the motif's surroundings, any.
    assert len(alone.colours) == 10


def test_logits_are_cosines_over_the_temperature() -> None:
    model = ColourModel(CONFIG, 4, 2)
    vectors = torch.randn(3, 16)
    expected = torch.nn.functional.cosine_similarity(vectors[:, None], model.classes[None], dim=2) / 0.1
    torch.testing.assert_close(model.logits(vectors), expected)


def test_the_loss_is_contrast_and_classification_of_two_views(tmp_path: Path) -> None:
    graphs = [
        TrainingGraph(f"{name}{repeats}", name, chain(motif, repeats))
        for name, motif in (("diamond", DIAMOND), ("line", Graph.from_ops(["linear", "gelu"], [(0, 1)])))
        for repeats in (2, 3)
    ]
    whole = dataclasses.replace(CONFIG, graph=dataclasses.replace(CONFIG.graph, dropout=0.0))
    trainer = ColourTrainer(graphs, whole, tmp_path)
    vectors = trainer.model([trainer.model.bag(of(graph.decomposition, 1)) for graph in graphs]).repeat(2, 1)
    families = torch.tensor([0, 0, 1, 1] * 2)
    expected = graph_loss(vectors, families, 0.2)
    expected = expected + torch.nn.functional.cross_entropy(trainer.model.logits(vectors), families)
    torch.testing.assert_close(trainer._loss([0, 1, 2, 3]), expected)
