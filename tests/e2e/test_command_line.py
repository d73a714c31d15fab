"""The `nar` command against a running system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import MODELS, Indexed

from nar import graph_json
from nar.client import Client
from nar.local import LocalStack

Nar = subprocess.CompletedProcess[str]


class CommandLine:
    """Runs `nar` in a process of its own, which finds the address in the home of the stack."""

    def __init__(self, home: Path) -> None:
        inherited = {name: value for name, value in os.environ.items() if name != "NAR_ADDRESS"}
        self._environment = {**inherited, "NAR_HOME": str(home), "COLUMNS": "200"}

    def __call__(self, *arguments: str, code: int = 0) -> Nar:
        command = [sys.executable, "-c", "from nar.cli import main; main()", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self._environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done


@pytest.fixture
def nar(stack: LocalStack, indexed: Indexed) -> CommandLine:
    return CommandLine(stack.home.folder)


def test_search_prints_a_ranked_table_with_evidence(nar: CommandLine, light_resnet50: Path) -> None:
    lines = nar("search", str(light_resnet50), "--top-k", "3").stdout.splitlines()
    assert lines[0].startswith("query: ")
    first = next(line for line in lines if line.lstrip().startswith("1 "))
    assert first.split()[2:6] == ["timm/resnet50", "resnet", "25.6M", "8.18G"]
    assert "×" in first
    assert not any("\x1b" in line for line in lines)


def test_search_prints_json(nar: CommandLine) -> None:
    found = json.loads(nar("search", "timm/vgg11", "--filter", 'family = "resnet"', "--json").stdout)
    ids = [neighbour["architecture"]["id"] for neighbour in found["neighbours"]]
    assert sorted(ids) == ["timm/resnet18", "timm/resnet34", "timm/resnet50"]
    assert found["neighbours"][0]["architecture"]["labels"]["owner"] == "vision"
    assert isinstance(found["neighbours"][0]["score"], float)


def test_show_writes_a_graph_that_search_reads(nar: CommandLine, client: Client, tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    shown = nar("show", "timm/resnet18", "--graph", str(path)).stdout
    assert "11.7M (11,689,512)" in shown
    assert len(graph_json.loads(path.read_text())) == client.get_architecture("timm/resnet18").architecture.ops
    assert "timm/resnet18" in nar("search", str(path), "--top-k", "1").stdout
    assert json.loads(nar("show", "timm/resnet18", "--json").stdout)["architecture"]["family"] == "resnet"


def test_list_and_collections_and_jobs(nar: CommandLine, indexed: Indexed) -> None:
    assert [found["id"] for found in json.loads(nar("list", "--json").stdout)] == sorted(MODELS)
    assert "timm/vgg11" in nar("list", "--filter", 'family = "vgg"').stdout
    assert "default" in nar("collections").stdout
    assert indexed.job.id in nar("jobs").stdout
    assert "timm/resnet5O" in nar("jobs", indexed.job.id).stdout


def test_index_says_what_failed_and_goes_on(nar: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x80\x04 pickle")
    sources = ("timm/resnet18", "timm/no_such_model", str(tmp_path / "model.onnx"))
    done = nar("index", *sources, "--collection", "from_cli", "--label", "owner=me", code=1)
    assert "1 of 2 indexed, 2 failed" in done.stdout
    assert "pickle" in done.stdout
    assert "no_such_model" in done.stdout
    (found,) = json.loads(nar("list", "--collection", "from_cli", "--json").stdout)
    assert (found["id"], found["labels"]) == ("timm/resnet18", {"owner": "me"})
    nar("delete", "timm/resnet18", "--collection", "from_cli")
    assert json.loads(nar("list", "--collection", "from_cli", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("search", "timm/resnet5O"), "timm/resnet50"),
        (("search", "no-such-id"), "no-such-id"),
        (("search", "missing.onnx"), "missing.onnx cannot be read"),
        (("search", "timm/vgg11", "--filter", "colour = 1"), "colour"),
        (("search", "timm/vgg11", "--address", "127.0.0.1:1"), "nar up"),
        (("show", "no-such-id"), "no-such-id"),
        (("index", "timm/vgg11", "--label", "owner"), "KEY=VALUE"),
    ],
)
def test_errors_are_sentences(nar: CommandLine, arguments: tuple[str, ...], message: str) -> None:
    done = nar(*arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
