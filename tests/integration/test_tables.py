"""The tables of experiments/, on a few sampled networks."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments import results, splits, tables
from experiments.experiment import Experiment
from experiments.sources import Sources, sampled
from nar.cli.app import app
from nar.corpus.darts import sample, to_graph
from nar.graph import Graph

GRAPHS = [to_graph(own.genotype) for own in sample(12, classes=3)]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    file = tmp_path_factory.mktemp("data") / "set.parquet"
    done = CliRunner().invoke(app, ["corpus", "nas", str(file), "--size", "60", "--classes", "3", "--cells", "2"])
    assert done.exit_code == 0, done.output
    return Sources(file, nas_size=60, seed=1)


@pytest.mark.parametrize("split", splits.SPLITS)
def test_every_way_to_divide_gives_each_op_one_part(split: str) -> None:
    for graph, found in zip(GRAPHS, splits.divide(GRAPHS, split), strict=True):
        assert len(found.op_instance) == len(graph)
        assert set(found.op_instance) == set(range(len(found.instance_motif)))
        sizes = np.bincount(found.op_instance)
        assert [len(found.motifs[motif].graph) for motif in found.instance_motif] == sizes.tolist()


def test_parts_have_the_sizes_that_were_asked_for() -> None:
    graph = Graph.from_ops(["conv"] * 95, [(i, i + 1) for i in range(94)])
    assert np.bincount(splits.by_node_number(graph)).tolist() == [*[splits.NODES] * 9, 5]
    assert splits.by_motif_number(graph).max() == splits.MOTIFS - 1
    assert np.bincount(splits.at_random(graph))[:-1].min() >= splits.NODES // 2


def test_rows_are_computed_written_and_read_again(sources: Sources, tmp_path: Path) -> None:
    every = tables.experiments()
    chosen: dict[str, list[Experiment]] = {
        "methods": [row for row in every["methods"] if row.label in ("wl-tfidf", "nar") and row.data != "sample"],
        "objectives": [row for row in every["objectives"] if (row.data, row.label) == ("nas", "CE")],
        "graded": [row for row in every["graded"] if row.label == "nar"],
    }
    rows = list(tables.compute(chosen, sources, tmp_path / "work"))
    assert [(row.table, row.data, row.label) for row in rows] == [
        ("methods", "real", "wl-tfidf"),
        ("methods", "real", "nar"),
        ("methods", "nas", "wl-tfidf"),
        ("methods", "nas", "nar"),
        ("objectives", "nas", "CE"),
        ("graded", "real", "nar"),
    ]
    assert all(row.metrics["map@20"][1] <= row.metrics["map@20"][0] <= row.metrics["map@20"][2] for row in rows)
    # The graded rows look at vectors that the seen ones have left: three trainings for four rows.
    assert len(list((tmp_path / "work").rglob("*.npy"))) == 3
    assert len(list((tmp_path / "work").rglob("*.npz"))) == 2
    assert all(tables.is_known(row, sources, tmp_path / "work") for own in chosen.values() for row in own)

    (tmp_path / "results.md").write_text("before\n<!-- tables -->\nold\n<!-- end of tables -->\nafter\n")
    results.write(rows, tmp_path, nas_size=60, seed=1)
    page = (tmp_path / "results.md").read_text()
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "| nar |" in page
    assert "old" not in page
    assert len(json.loads((tmp_path / "results.json").read_text())["rows"]) == len(rows)

    results.write(rows[2:3], tmp_path, nas_size=60, seed=1)
    assert len(json.loads((tmp_path / "results.json").read_text())["rows"]) == len(rows)

    again = list(tables.compute(chosen, sources, tmp_path / "work"))
    assert [row.label for row in again] == [row.label for row in rows]
    assert again[1].metrics["map@20"][0] == pytest.approx(rows[1].metrics["map@20"][0], abs=0.01)


def test_what_sees_no_labels_is_computed_once_for_all_protocols(sources: Sources, tmp_path: Path) -> None:
    every = tables.experiments()
    rows = [
        row for name in ("methods", "unseen") for row in every[name] if (row.data, row.label) == ("real", "graph2vec")
    ]
    assert len({row.folder(sources, tmp_path) for row in rows}) == 1
    trained = [row for name in ("methods", "unseen") for row in every[name] if (row.data, row.label) == ("real", "nar")]
    files = {row.file(sources, tmp_path, np.arange(len(row.protocol))) for row in trained}
    assert len(files) == len(trained)


def test_a_row_of_two_tables_is_one_training(sources: Sources, tmp_path: Path) -> None:
    every = tables.experiments()
    rows = [("methods", "paper"), ("splits", "ours"), ("objectives", "CE+CL"), ("negatives", "all other contexts")]
    folders = {
        row.folder(sources, tmp_path)
        for table, label in rows
        for row in every[table]
        if (row.data, row.label) == ("sample", label)
    }
    assert len(folders) == 1


def test_a_sample_holds_whole_families_small_and_large() -> None:
    families = [f"{size}-{number}" for size in (1, 3, 30) for number in range(20) for _ in range(size)]
    chosen = sampled(families, len(families) // 4, seed=1)
    found = [families[index] for index in chosen]
    assert {name.split("-")[0] for name in found} == {"1", "3", "30"}
    assert all(found.count(name) == families.count(name) for name in found)
    assert len(found) == pytest.approx(len(families) / 4, rel=0.1)
    assert chosen.tolist() == sampled(families, len(families) // 4, seed=1).tolist()
