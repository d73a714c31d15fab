"""A fresh local system that has the architectures of a data set in its index from the start on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nar.cli.app import app
from nar.client import Client, Item
from nar.corpus import starter
from nar.errors import FailedPrecondition, NotFound, Unavailable
from nar.local import LocalStack

MODELS = ("torchvision/alexnet", "torchvision/vgg11", "torchvision/vgg13", "torchvision/squeezenet1_0")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small data set, and its vectors by the weights that ship."""
    folder = tmp_path_factory.mktemp("starter")
    data, vectors = folder / "data.parquet", folder / "vectors.parquet"
    for command in (["corpus", "build", str(data), *MODELS], ["corpus", "embed", str(data), str(vectors)]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
    return data, vectors


def settings(files: tuple[Path, Path]) -> dict[str, str]:
    return {"NAR_STARTER_DATA": str(files[0]), "NAR_STARTER_VECTORS": str(files[1])}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def client(files: tuple[Path, Path], home: Path) -> Iterator[Client]:
    stack = LocalStack(home, ports="free", settings=settings(files), starter=True)
    with stack, Client(stack.address) as connected:
        yield connected


def test_all_of_it_is_searchable_with_evidence(client: Client) -> None:
    assert {found.id for found in client.list_architectures()} == set(MODELS)
    best = client.search("torchvision/vgg11", top_k=3).neighbours[0]
    assert best.architecture.id == "torchvision/vgg13"
    assert best.shared_motifs
    assert best.architecture.indexed_at


def test_a_graph_of_the_same_model_finds_it(client: Client) -> None:
    found = client.search(model="torchvision/squeezenet1_0", top_k=1).neighbours[0]
    assert (found.architecture.id, round(found.score, 3)) == ("torchvision/squeezenet1_0", 1.0)


def test_something_new_is_added_to_it(client: Client) -> None:
    *_, job = client.watch_job(client.index(["torchvision/vgg16"]).id)
    assert (job.indexed, job.duplicates) == (1, 0)
    assert client.search("torchvision/vgg16", top_k=1).neighbours[0].architecture.family == "vgg"


def test_what_is_there_stays_and_what_was_removed_stays_away(files: tuple[Path, Path], tmp_path: Path) -> None:
    before = LocalStack(tmp_path, ports="free")
    with before, Client(before.address) as client:
        own = Item("torchvision/vgg16", id="torchvision/vgg11")
        assert [job.indexed for job in client.watch_job(client.index([own], labels={"owner": "me"}).id)][-1] == 1
    first = LocalStack(tmp_path, ports="free", settings=settings(files), starter=True)
    with first, Client(first.address) as client:
        kept = client.get_architecture("torchvision/vgg11").architecture
        assert (kept.name, dict(kept.labels)) == ("vgg16", {"owner": "me"})
        client.delete_architecture("torchvision/alexnet")
    second = LocalStack(tmp_path, ports="free", settings=settings(files), starter=True)
    with second, Client(second.address) as client:
        assert len(list(client.list_architectures())) == len(MODELS) - 1
        with pytest.raises(NotFound):
            client.get_architecture("torchvision/alexnet")


def test_weights_of_another_version_leave_the_index_empty(files: tuple[Path, Path], tmp_path: Path) -> None:
    data, vectors = files[0], tmp_path / "vectors.parquet"
    known = starter.read(files[1])
    starter.write(vectors, starter.StarterVectors("other-version", known.exact, known.vectors))
    stack = LocalStack(tmp_path, ports="free", settings=settings((data, vectors)), starter=True)
    with stack, Client(stack.address) as client:
        assert "other-version" in stack.starter_note
        assert list(client.list_architectures()) == []


def test_files_that_are_none_are_a_clear_error(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition, match="corpus embed"):
        starter.read(files[0])
    with pytest.raises(FailedPrecondition, match="cannot be read"):
        starter.read(tmp_path / "missing.parquet")
    stack = LocalStack(
        tmp_path, ports="free", settings=settings((files[0], tmp_path / "missing.parquet")), starter=True
    )
    with pytest.raises(Unavailable, match=r"(?s)starter-index.*missing.parquet"):
        stack.start()
