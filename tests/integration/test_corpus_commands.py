"""`nar corpus` and `nar evaluate`, as a user runs them."""

import json
from pathlib import Path

import pyarrow.parquet as pq
from typer.testing import CliRunner

from nar.cli.app import app
from nar.errors import InvalidInput

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


def test_weights_that_left_the_queries_out_are_evaluated_as_they_are(tmp_path: Path) -> None:
    file, weights = tmp_path / "nas.parquet", tmp_path / "weights"
    RUNNER.invoke(app, ["corpus", "nas", str(file), "--size", "60", "--classes", "3", "--cells", "1"])
    trained = RUNNER.invoke(app, ["train", str(weights), "--data", str(file), "--preset", "nar", "--leave-out"])
    assert trained.exit_code == 0, trained.output
    record = json.loads((weights / "config.json").read_text())["record"]
    assert record["graphs"] == 54
    done = RUNNER.invoke(app, ["evaluate", str(file), "--weights", str(weights), "--protocol", "seen", "--json"])
    (row,) = json.loads(done.stdout)
    assert row["method"] == str(weights)
    assert row["metrics"]["map@20"][0] > 0.5
