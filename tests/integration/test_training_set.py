"""Collecting a training set: real models, resumable, failures with their reasons."""

from pathlib import Path

import pytest

from nar import capture, training_set
from nar.errors import FailedPrecondition

NAMES = ["torchvision/alexnet", "torchvision/no_such_model", "torchvision/squeezenet1_1"]


def test_a_set_holds_what_could_be_captured_and_goes_on_where_it_was(tmp_path: Path) -> None:
    results = dict(training_set.collect(tmp_path, NAMES))
    assert results["torchvision/alexnet"] == ""
    assert "no_such_model" in results["torchvision/no_such_model"]
    graphs = {architecture.id: decomposition for architecture, decomposition in training_set.read(tmp_path)}
    assert set(graphs) == {"torchvision/alexnet", "torchvision/squeezenet1_1"}
    assert max(len(graph.op_instance) for graph in graphs.values()) > 20

    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert dict(training_set.collect(tmp_path, NAMES)) == results
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == written

    damaged = next(tmp_path.glob("*.rec"))
    damaged.write_bytes(damaged.read_bytes()[:-3])
    with pytest.raises(FailedPrecondition, match="is damaged"):
        list(training_set.read(tmp_path))


def test_capturing_says_how_fast_and_why_not() -> None:
    seen: list[str] = []
    captures = capture.measure(NAMES, lambda each: seen.append(each.name))
    assert [each.name for each in captures] == NAMES
    assert sorted(seen) == NAMES
    good, bad, _ = captures
    assert (good.reason, good.ops > 10, good.seconds > 0) == ("", True, True)
    assert "no_such_model" in bad.reason
