"""What the commands print."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from nar.architecture import Architecture, Block, Fingerprint
from nar.cli.console import plain, print_json
from nar.cli.options import parse_labels
from nar.cli.search import describe, evidence, print_result
from nar.client import Neighbour, SearchResult, SharedMotif
from nar.errors import InvalidInput

RESNET = Architecture(
    id="timm/resnet50",
    name="resnet50",
    library="timm",
    family="resnet",
    block=Block.CNN,
    fingerprint=Fingerprint("a" * 32, "b" * 32),
    params=25_557_032,
    flops=8_178_368_512,
    ops=122,
    edges=137,
    labels={"owner": "[vision]"},
    indexed_at=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
)
MOTIFS = tuple(SharedMotif("f" * 32, name, 12, 4) for name in ("conv3x3-relu", "x" * 60, "add", "mul"))


def test_a_neighbour_is_one_row_with_its_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(SearchResult((Neighbour(RESNET, 0.98765, MOTIFS),), RESNET, "paper-1", 3))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "query: timm/resnet50 (resnet cnn, 25.6M params, 8.18G FLOPs, 122 ops)"
    assert lines[3].split() == ["1", "0.988", "timm/resnet50", "resnet", "25.6M", "8.18G", "conv3x3-relu", "×12/×4"]
    assert lines[-1] == "model paper-1, index version 3"


def test_no_neighbours_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(SearchResult((), None, "paper-1", 3))
    assert "no neighbours" in capsys.readouterr().out


def test_long_evidence_is_cut() -> None:
    lines = evidence(MOTIFS, 2).splitlines()
    assert lines[0] == "conv3x3-relu ×12/×4"
    assert lines[1].endswith("×12/×4 (+2 more)")
    assert "…" in lines[1]
    assert evidence(MOTIFS, 0) == evidence((), 3) == ""


def test_an_upload_is_called_by_its_name() -> None:
    upload = Architecture(**{**vars(RESNET), "id": "sha256:0123456789abcdef"})
    assert describe(upload).startswith("resnet50 (")


def test_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(SearchResult((Neighbour(RESNET, 0.5, MOTIFS),), None, "paper-1", 3, "token"))
    found = json.loads(capsys.readouterr().out)
    architecture = found["neighbours"][0]["architecture"]
    assert architecture["fingerprint"] == {"topology": "a" * 32, "exact": "b" * 32}
    assert (architecture["block"], architecture["labels"]) == ("cnn", {"owner": "[vision]"})
    assert architecture["indexed_at"] == "2025-01-02T03:04:05+00:00"
    assert found["neighbours"][0]["shared_motifs"][0]["query_count"] == 12
    assert (found["query"], found["next_page_token"]) == (None, "token")


def test_arrays_become_lists() -> None:
    assert plain({"v": np.array([0.5, 1.0], np.float32)}) == {"v": [0.5, 1.0]}


def test_labels_are_key_and_value() -> None:
    assert parse_labels(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}
    for wrong in ("a", "=1"):
        with pytest.raises(InvalidInput, match="KEY=VALUE"):
            parse_labels([wrong])
