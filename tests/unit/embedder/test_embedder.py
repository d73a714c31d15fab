"""Networks, losses, training, weights and inference on small synthetic decompositions."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from nar.architecture import Decomposition, Motif
from nar.errors import FailedPrecondition, InvalidInput, NotFound
from nar.fingerprint import fingerprint, topology_fingerprint
from nar.graph import Graph
from services.embedder import weights
from services.embedder.config import PRESETS, ColourConfig, Config, Encoder, NetworkConfig, StageConfig
from services.embedder.embedder import Embedder
from services.embedder.epochs import Progress
from services.embedder.inference import NetworkInference
from services.embedder.losses import graph_loss, motif_loss
from services.embedder.model import ArchitectureModel
from services.embedder.op_words import PADDING, UNKNOWN, OpVocabulary
from services.embedder.training import train
from services.embedder.views import TrainingGraph

SMALL = NetworkConfig(
    preset="small",
    motif=StageConfig(epochs=2, batch_size=8, layers=2, learning_rate=1e-2, dimensions=16),
    graph=StageConfig(epochs=6, batch_size=8, layers=2, learning_rate=1e-2, dimensions=16, dropout=0.1),
    op_dimensions=8,
)

DIRECTED = dataclasses.replace(
    SMALL,
    motif=dataclasses.replace(SMALL.motif, encoder=Encoder.DIRECTED, width=16),
    graph=dataclasses.replace(SMALL.graph, encoder=Encoder.DIRECTED, width=16),
    end_to_end=True,
    views=2,
)

WHOLE = dataclasses.replace(
    SMALL,
    motif=dataclasses.replace(SMALL.motif, encoder=Encoder.GAT),
    graph=dataclasses.replace(SMALL.graph, epochs=30),
    end_to_end=True,
    macro=False,
)

COLOURS = ColourConfig(
    preset="colours",
    graph=StageConfig(epochs=10, batch_size=8, layers=1, learning_rate=1e-2, dimensions=16, dropout=0.5),
    temperature=0.2,
    class_temperature=0.1,
)


def decomposition(ops: tuple[str, ...], repeats: int) -> Decomposition:
    """A chain of `repeats` instances of one motif, which is a chain of `ops`."""
    motif = Graph.from_ops(ops, [(i, i + 1) for i in range(len(ops) - 1)], params=[3] * len(ops))
    context = Graph.from_ops(("input", *ops), [(i, i + 1) for i in range(len(ops))])
    return Decomposition(
        fingerprint=fingerprint(motif).exact,
        motifs=(Motif(topology_fingerprint(motif), "-".join(ops), motif, context),),
        instance_motif=np.zeros(repeats, np.int64),
        op_instance=np.repeat(np.arange(repeats), len(ops)),
        edges=np.stack([np.arange(repeats - 1), np.arange(1, repeats)]),
        instance_params=np.full(repeats, 3 * len(ops)),
        instance_flops=np.full(repeats, 10),
    )


FAMILIES = {"cnn": ("conv3x3", "relu"), "vit": ("layer_norm", "attention", "add"), "mlp": ("linear", "gelu", "linear")}
GRAPHS = [
    TrainingGraph(f"{family}{repeats}", family, decomposition(ops, repeats))
    for family, ops in FAMILIES.items()
    for repeats in range(2, 8)
]


@pytest.fixture(scope="module", params=[SMALL, COLOURS], ids=["gcn", "colours"])
def config(request: pytest.FixtureRequest) -> Config:
    return request.param


@pytest.fixture(scope="module")
def trained(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    train(GRAPHS, config, folder)
    return folder


def test_the_motif_loss_is_equation_4() -> None:
    motifs, contexts = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    first = -math.log(math.e / (math.e + math.e))
    second = -math.log(1 / (1 + 1))
    assert motif_loss(motifs, contexts).item() == pytest.approx((first + second) / 2)


def test_a_context_with_the_same_motif_can_be_left_out() -> None:
    motifs = contexts = torch.eye(2)
    equal = torch.ones(2, 2, dtype=torch.bool)
    assert motif_loss(motifs, contexts, equal=equal).item() == pytest.approx(0.0)


def test_the_graph_loss_is_equation_5() -> None:
    graphs = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    expected = -math.log(math.e / (math.e + 1))
    assert graph_loss(graphs, torch.tensor([0, 0, 1])).item() == pytest.approx(expected)
    assert graph_loss(graphs, torch.tensor([0, 1, 2])).item() == 0.0


def test_the_paper_preset_is_table_5() -> None:
    paper = PRESETS["paper"]
    assert dataclasses.astuple(paper.motif)[:6] == (5, 256, 3, 1e-2, 512, 0.0)
    assert dataclasses.astuple(paper.graph)[:6] == (15, 512, 3, 1e-3, 512, 0.1)
    assert (paper.motif.encoder, paper.graph.encoder) == (Encoder.GCN, Encoder.GCN)
    assert all((paper.macro, paper.contrast, paper.classify))
    assert not any((paper.end_to_end, paper.mask_equal_motifs))
    assert paper.temperature == 1


def whole(ops: tuple[str, ...], repeats: int) -> Decomposition:
    """The same chain, all of it one motif."""
    return decomposition(ops * repeats, 1)


@pytest.mark.parametrize(
    "config", [SMALL, DIRECTED, WHOLE, COLOURS], ids=["gcn", "directed", "whole graphs", "colours"]
)
def test_training_learns_the_families(config: Config, tmp_path: Path) -> None:
    graphs = GRAPHS
    if not config.macro:
        sizes = [len(graph.decomposition.instance_motif) for graph in GRAPHS]
        graphs = [
            dataclasses.replace(graph, decomposition=whole(FAMILIES[graph.family], size))
            for graph, size in zip(GRAPHS, sizes, strict=True)
        ]
    train(graphs, config, tmp_path)
    vectors = Embedder.load(tmp_path).embed([graph.decomposition for graph in graphs])
    families = np.array([graph.family for graph in GRAPHS])
    similarity = vectors @ vectors.T - 2 * np.eye(len(GRAPHS))
    assert (families[similarity.argmax(axis=1)] == families).all()


def test_vectors_have_unit_length_and_do_not_depend_on_the_batch(trained: Path) -> None:
    everything = [graph.decomposition for graph in GRAPHS]
    whole = Embedder.load(trained).embed(everything)
    alone = np.concatenate([Embedder.load(trained, max_nodes=3).embed([item]) for item in everything])
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(whole, alone, atol=1e-5)


def test_the_same_seed_gives_the_same_weights(config: Config, trained: Path, tmp_path: Path) -> None:
    version = train(GRAPHS, config, tmp_path)
    assert version == Embedder.load(trained).model_version


def test_an_interrupted_run_ends_with_the_same_weights(config: Config, trained: Path, tmp_path: Path) -> None:
    for stage in config.stages:

        def interrupt(progress: Progress, stage: str = stage) -> None:
            if progress.stage == stage and progress.epoch == 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(GRAPHS, config, tmp_path / stage, interrupt)
        assert train(GRAPHS, config, tmp_path / stage) == Embedder.load(trained).model_version


def test_an_op_that_training_has_not_seen_shares_the_words_of_those_it_has() -> None:
    vocabulary = OpVocabulary.of(["dwconv3x3", "conv5x5", "layer_norm"])
    rows = vocabulary.encode(["dwconv5x5", "conv5x5", "group_norm", "never"]).tolist()
    words = {word: index for index, word in enumerate(vocabulary.words, 2)}
    assert rows[0] == [UNKNOWN, words["depthwise"], words["conv"], words["5x5"], PADDING]
    assert rows[1] == [words["conv5x5"], words["conv"], words["5x5"], PADDING, PADDING]
    assert rows[2] == [UNKNOWN, UNKNOWN, words["norm"], PADDING, PADDING]
    assert rows[3] == [UNKNOWN, PADDING, PADDING, PADDING, PADDING]


def test_a_network_embeds_a_motif_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(GRAPHS, SMALL, tmp_path)
    model, _ = weights.load(tmp_path)
    assert isinstance(model, ArchitectureModel)
    inference = NetworkInference(model, 100)
    first = inference.encode([GRAPHS[0].decomposition])
    monkeypatch.setattr(model, "encode_graphs", lambda *graphs: pytest.fail("embedded again"))
    assert torch.equal(inference.encode([GRAPHS[0].decomposition]), first)


def test_a_checkpoint_of_another_training_is_refused(config: Config, tmp_path: Path) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.epoch == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(GRAPHS, config, tmp_path, interrupt)
    with pytest.raises(FailedPrecondition, match="other data or settings"):
        train(GRAPHS[:-1], config, tmp_path)
    with pytest.raises(FailedPrecondition, match="other data or settings"):
        train(GRAPHS, dataclasses.replace(config, seed=1), tmp_path)
    file = tmp_path / "checkpoint.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(FailedPrecondition, match="damaged"):
        train(GRAPHS, config, tmp_path)


def test_one_graph_is_nothing_to_learn_from(config: Config, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="at least two"):
        train(GRAPHS[:1], config, tmp_path)


def test_weights_for_whole_graphs_refuse_divided_ones(tmp_path: Path) -> None:
    graphs = [dataclasses.replace(graph, decomposition=whole(FAMILIES[graph.family], 3)) for graph in GRAPHS]
    train(graphs, dataclasses.replace(WHOLE, graph=dataclasses.replace(WHOLE.graph, epochs=1)), tmp_path)
    embedder = Embedder.load(tmp_path)
    assert embedder.embed([graphs[0].decomposition]).shape == (1, 16)
    with pytest.raises(InvalidInput, match="whole graphs"):
        embedder.embed([GRAPHS[0].decomposition])


def test_files_that_do_not_belong_together_are_refused(trained: Path, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    content = json.loads((trained / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**content, "model_version": "other-1"}))
    with pytest.raises(InvalidInput, match="other-1"):
        weights.load(tmp_path)
    del content["model_version"]
    (tmp_path / "config.json").write_text(json.dumps(content))
    with pytest.raises(InvalidInput, match="damaged"):
        weights.load(tmp_path)


def test_missing_and_damaged_weights_are_clear_errors(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nar train"):
        weights.load(tmp_path)
    (tmp_path / "config.json").write_text((trained / "config.json").read_text())
    (tmp_path / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes()[:500])
    with pytest.raises(InvalidInput, match="damaged"):
        weights.load(tmp_path)
