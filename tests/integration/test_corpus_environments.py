"""Libraries in environments of their own: installed by pip, captured by a process that sees them."""

import importlib.util
from pathlib import Path

import pytest

from nar.corpus import collection, environments, parquet
from nar.corpus.environment_table import ENVIRONMENTS, Entry
from nar.errors import FailedPrecondition
from services.extractor.libraries.registry import LIBRARIES

PATTERNS = ["vit_pytorch/simple_vit", "vit_pytorch/vit"]


def test_models_of_an_environment_become_records(tmp_path: Path) -> None:
    assert importlib.util.find_spec("vit_pytorch") is None, "it must come from the environment alone"
    assert environments.matching(PATTERNS) == ["vit_pytorch"]
    environment = environments.prepare("vit_pytorch", tmp_path / "environments")
    assert environment.names(PATTERNS) == PATTERNS

    outcomes = list(environment.collect(tmp_path / "work", PATTERNS))
    records = list(collection.read(tmp_path / "work", outcomes))
    assert [architecture.id for architecture, _, _ in records] == PATTERNS
    assert [architecture.family for architecture, _, _ in records] == ["simple_vit", "vision_transformer"]

    parquet.write(tmp_path / "set.parquet", records)
    assert collection.restore(tmp_path / "again", parquet.read(tmp_path / "set.parquet")) == PATTERNS
    # Nothing is captured again: the library is not even here.
    assert list(collection.collect(tmp_path / "again", PATTERNS)) == outcomes


def test_what_cannot_be_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENVIRONMENTS, "broken", Entry(("nothing",), (str(tmp_path / "no_such_package.whl"),)))
    with pytest.raises(FailedPrecondition, match=r"pip could not install the environment broken: .*no_such_package"):
        environments.prepare("broken", tmp_path / "environments")


def test_every_environment_is_pinned_and_its_libraries_are_known() -> None:
    for entry in ENVIRONMENTS.values():
        assert all("==" in requirement for requirement in entry.requirements)
        assert set(entry.libraries) <= set(LIBRARIES)
