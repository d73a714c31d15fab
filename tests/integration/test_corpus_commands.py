"""`nar corpus` and `nar evaluate`, as a user runs them."""

import json
from pathlib import Path

import pyarrow.parquet as pq
from typer.testing import CliRunner

from nar.cli.app import app
from nar.corpus import starter
from nar.errors import FailedPrecondition, InvalidInput

RUNNER = CliRunner()


def test_a_small_data_set_is_built_and_described(tmp_path: Path) -> None:
    file = tmp_path / "set.parquet"
    done = RUNNER.invoke(app, ["corpus", "build", str(file), "torchvision/alexnet", "torchvision/vgg1*", "--failures"])
    assert done.exit_code == 0, done.output
    rows = pq.read_table(file).to_pylist()
    assert {"torchvision/alexnet", "torchvision/vgg16"} <= {row["id"] for row in rows}
    assert all(len(row["op"]) == row["ops"] == len(row["op_params"]) for row in rows)
    assert "torchvision" in done.output

    again = RUNNER.invoke(app, ["corpus", "build", str(file), "torchvision/alexnet", "--json"])
    found = json.loads(again.stdout)
    assert [(row["library"], row["named"], row["exact"]) for row in found["libraries"]] == [
        ("torchvision", 1, 1),
        ("all", 1, 1),
    ]


def test_sampled_architectures_are_evaluated(tmp_path: Path) -> None:
    file = tmp_path / "nas.parquet"
    assert RUNNER.invoke(app, ["corpus", "nas", str(file), "--size", "60", "--classes", "3"]).exit_code == 0
    options = ["--method", "wl-tfidf", "--method", "op-histogram", "--protocol", "seen", "--json"]
    done = RUNNER.invoke(app, ["evaluate", str(file), *options])
    assert done.exit_code == 0, done.output
    rows = {row["method"]: row["metrics"] for row in json.loads(done.stdout)}
    assert rows["wl-tfidf"]["map@20"][0] > rows["op-histogram"]["map@20"][0] > 0
    printed = RUNNER.invoke(app, ["evaluate", str(file), *options[:2], "--protocol", "unseen"])
    assert "MAP@20" in printed.stdout


def test_unknown_methods_and_protocols_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "nas.parquet"
    RUNNER.invoke(app, ["corpus", "nas", str(file), "--size", "20", "--classes", "2"])
    for options in (["--method", "magic"], ["--protocol", "library:nowhere"]):
        done = RUNNER.invoke(app, ["evaluate", str(file), *options])
        assert isinstance(done.exception, InvalidInput)


def test_weights_are_trained_and_embed_a_data_set(tmp_path: Path) -> None:
    file, weights, vectors = tmp_path / "nas.parquet", tmp_path / "weights", tmp_path / "vectors.parquet"
    RUNNER.invoke(app, ["corpus", "nas", str(file), "--size", "60", "--classes", "3", "--cells", "1"])
    trained = RUNNER.invoke(app, ["train", str(weights), "--data", str(file)])
    assert trained.exit_code == 0, trained.output
    content = json.loads((weights / "config.json").read_text())
    assert (content["preset"], content["record"]["graphs"]) == ("nar", 60)
    done = RUNNER.invoke(app, ["corpus", "embed", str(file), str(vectors), "--weights", str(weights)])
    assert done.exit_code == 0, done.output
    found = starter.read(vectors)
    assert (found.model_version, len(found.exact)) == (content["model_version"], 60)


def test_files_that_would_be_lost_or_cannot_be_written_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "nas.parquet"
    RUNNER.invoke(app, ["corpus", "nas", str(file), "--size", "20", "--classes", "2"])
    for command in (
        ["corpus", "embed", str(file), str(file)],
        ["corpus", "embed", str(file), str(tmp_path / "nowhere" / "vectors.parquet")],
        ["corpus", "nas", str(tmp_path / "nowhere" / "set.parquet")],
    ):
        assert isinstance(RUNNER.invoke(app, command).exception, InvalidInput)
    assert pq.read_table(file).num_rows == 20


def test_a_data_set_without_queries_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "nas.parquet"
    RUNNER.invoke(app, ["corpus", "nas", str(file), "--size", "20", "--classes", "10"])
    done = RUNNER.invoke(app, ["evaluate", str(file), "--method", "op-histogram", "--protocol", "seen"])
    assert isinstance(done.exception, FailedPrecondition)
