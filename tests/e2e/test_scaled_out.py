"""The whole system with the embedder on Ray Serve and the vectors in a real Milvus: the same code, other settings."""

from collections.abc import Iterator

import pytest
from milvus_process import standalone

from nar.client import Client, Severity
from nar.local import LocalStack

NAMES = ["timm/resnet18", "timm/resnet34", "torchvision/alexnet"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("scaled")
    with (
        standalone(folder / "vectors") as uri,
        LocalStack(folder / "home", ports="free", settings={"NAR_MILVUS_URI": uri}, ray=True) as stack,
        Client(stack.address) as connected,
    ):
        assert "milvus" not in stack.pids()
        assert stack.addresses()["milvus"] == uri.removeprefix("http://")
        yield connected


def test_what_is_indexed_is_found_by_name_and_by_graph(client: Client) -> None:
    *_, job = client.watch_job(client.index(NAMES).id)
    assert (job.indexed, job.failed) == (3, 0)
    assert client.search("timm/resnet18").neighbours[0].architecture.id == "timm/resnet34"
    by_graph = client.search(model="torchvision/alexnet", top_k=1).neighbours[0]
    assert (by_graph.architecture.id, round(by_graph.score, 3)) == ("torchvision/alexnet", 1.0)


def test_the_index_is_rebuilt_and_found_whole(client: Client) -> None:
    *_, job = client.watch_job(client.rebuild_index().id)
    assert (job.indexed, job.failed) == (3, 0)
    assert {item.severity for item in client.check_index()} == {Severity.OK}
    assert client.search("timm/resnet18").neighbours[0].architecture.id == "timm/resnet34"
