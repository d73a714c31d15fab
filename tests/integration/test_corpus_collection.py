"""Collecting a data set: real models, resumable, failures with their reasons."""

from pathlib import Path

import pytest

from nar import capture
from nar.corpus import collection, funnel
from nar.corpus.collection import Outcome
from nar.errors import FailedPrecondition
from nar.fingerprint import fingerprint

NAMES = ["torchvision/alexnet", "torchvision/no_such_model", "torchvision/squeezenet1_1"]


def test_a_set_holds_what_could_be_captured_and_goes_on_where_it_was(tmp_path: Path) -> None:
    outcomes = list(collection.collect(tmp_path, NAMES))
    assert [outcome.name for outcome in outcomes] == NAMES
    assert "no_such_model" in outcomes[1].reason
    records = list(collection.read(tmp_path, outcomes))
    assert [architecture.id for architecture, _, _ in records] == ["torchvision/alexnet", "torchvision/squeezenet1_1"]
    for architecture, graph, _ in records:
        assert fingerprint(graph) == architecture.fingerprint

    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert list(collection.collect(tmp_path, NAMES)) == outcomes
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == written

    next((tmp_path / "graphs").iterdir()).write_bytes(b"\xff")
    with pytest.raises(FailedPrecondition, match="is damaged"):
        list(collection.read(tmp_path, outcomes))


def test_models_with_one_graph_are_one_record(tmp_path: Path) -> None:
    outcomes = list(collection.collect(tmp_path, ["torchvision/resnet18", "pytorchcv/resnet18", "timm/resnet18"]))
    ((architecture, _, aliases),) = collection.read(tmp_path, outcomes)
    assert architecture.id == "timm/resnet18"
    assert aliases == ("torchvision/resnet18", "pytorchcv/resnet18")
    rows = {row.library: row for row in funnel.by_library(outcomes, [architecture])}
    assert (rows["all"].named, rows["all"].captured, rows["all"].exact) == (3, 3, 1)
    assert (rows["timm"].exact, rows["torchvision"].exact) == (1, 0)


def test_the_funnel_tells_what_was_not_built_from_what_did_not_run() -> None:
    outcomes = [
        Outcome("a/1", reason="a/1: a 1.0 could not build it without weights: TypeError: x"),
        Outcome("a/2", reason="a/2: a 1.0 could not run it without weights: TypeError: x"),
        Outcome("a/3", exact="e"),
    ]
    (row, _) = funnel.by_library(outcomes, [])
    assert (row.named, row.built, row.captured) == (3, 2, 1)


def test_capturing_says_how_fast_and_why_not() -> None:
    seen: list[str] = []
    captures = capture.measure(NAMES, lambda each: seen.append(each.name))
    assert [each.name for each in captures] == NAMES
    assert sorted(seen) == NAMES
    good, bad, _ = captures
    assert (good.reason, good.ops > 10, good.seconds > 0) == ("", True, True)
    assert "no_such_model" in bad.reason
