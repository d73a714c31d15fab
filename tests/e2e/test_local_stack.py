"""Models in, their nearest architectures out: the whole way, through the client."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import LABELLED, MISSPELT, MODELS, Indexed

import nar
from nar.client import AsyncClient, Client, Item, JobState
from nar.errors import FailedPrecondition, NotFound, UnknownModel, UnsupportedSource
from nar.fingerprint import fingerprint
from nar.local import LocalStack


def ids_of(result: nar.client.SearchResult) -> list[str]:
    return [neighbour.architecture.id for neighbour in result]


def test_all_good_models_are_indexed_and_the_bad_one_is_listed_with_its_reason(indexed: Indexed) -> None:
    assert indexed.job.state is JobState.SUCCEEDED
    assert (indexed.job.total, indexed.job.indexed, indexed.job.failed) == (len(MODELS) + 1, len(MODELS), 1)
    (failure,) = indexed.failures
    assert (failure.source, failure.stage, failure.item) == (MISSPELT, "extract", len(MODELS))
    assert "timm/resnet50" in failure.reason


def test_watching_shows_numbers_that_only_grow(indexed: Indexed) -> None:
    for name in ("total", "extracted", "mined", "embedded", "indexed", "failed"):
        numbers = [getattr(state, name) for state in indexed.states]
        assert numbers == sorted(numbers), name
    assert [state.is_finished for state in indexed.states] == [False] * (len(indexed.states) - 1) + [True]


def test_an_onnx_file_finds_its_own_architecture_with_evidence(
    client: Client, indexed: Indexed, light_resnet50: Path
) -> None:
    result = client.search(light_resnet50, top_k=3)
    best = result.neighbours[0]
    assert (best.architecture.id, best.architecture.family) == ("timm/resnet50", "resnet")
    assert result.query is not None
    assert result.query.params == pytest.approx(best.architecture.params, rel=0.02)
    assert result.query.flops == pytest.approx(best.architecture.flops, rel=0.02)
    assert best.shared_motifs
    assert max(motif.neighbour_count for motif in best.shared_motifs) > 1
    assert all(motif.query_count > 0 and motif.neighbour_count > 0 for motif in best.shared_motifs)
    assert [neighbour.score for neighbour in result] == sorted((n.score for n in result), reverse=True)
    assert result.model_version


def test_an_indexed_architecture_is_not_its_own_neighbour(client: Client, indexed: Indexed) -> None:
    ids = ids_of(client.search("timm/resnet50", top_k=20))
    assert "timm/resnet50" not in ids
    assert sorted(ids) == sorted(set(MODELS) - {"timm/resnet50"})
    assert ids[0] in ("timm/resnet18", "timm/resnet34")


def test_a_model_that_is_not_indexed_is_extracted_by_its_name(client: Client, indexed: Indexed) -> None:
    result = client.search("timm/resnet26", top_k=3)
    assert result.query is not None
    assert (result.query.id, result.query.family, result.query.params) == ("timm/resnet26", "resnet", 15_995_176)
    assert len(result) == 3
    assert result.neighbours[0].architecture.family == "resnet"


def test_a_graph_traced_here_finds_the_same_network(client: Client, indexed: Indexed) -> None:
    import torch
    import torchvision

    graph = nar.trace(torchvision.models.resnet18(), torch.zeros(1, 3, 224, 224))
    assert ids_of(client.search(graph, top_k=1)) == ["timm/resnet18"]


def test_a_users_own_module_has_neighbours(client: Client, indexed: Indexed) -> None:
    import torch
    from torch import nn

    layers = [layer for _ in range(4) for layer in (nn.Conv2d(16, 16, 3, padding=1), nn.ReLU())]
    module = nn.Sequential(nn.Conv2d(3, 16, 3), *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
    result = client.search(graph=nar.trace(module, torch.zeros(1, 3, 32, 32)), top_k=5)
    assert len(result) == 5
    assert result.query is not None
    assert result.query.params == sum(parameter.numel() for parameter in module.parameters())


def test_a_vector_finds_what_it_belongs_to(client: Client, indexed: Indexed) -> None:
    vector = client.get_architecture("timm/vgg11", vector=True).vector
    assert vector is not None
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
    result = client.search(vector=vector, top_k=1)
    assert ids_of(result) == ["timm/vgg11"]
    assert result.neighbours[0].score == pytest.approx(1, abs=1e-3)
    assert result.query is None


def test_filters_and_labels(client: Client, indexed: Indexed) -> None:
    by_owner = client.search("timm/vgg11", filter='labels.owner = "vision"')
    assert sorted(ids_of(by_owner)) == sorted(LABELLED)
    assert by_owner.neighbours[0].architecture.labels == {"owner": "vision", "batch": "first"}
    small = client.search("timm/vgg11", filter='library = "torchvision" AND params < 20M')
    assert sorted(ids_of(small)) == ["torchvision/googlenet", "torchvision/squeezenet1_0"]
    transformers = client.search("timm/vgg11", filter='block = "attention"')
    assert ids_of(transformers) == ["timm/vit_tiny_patch16_224"]


def test_pages_join_to_the_whole(client: Client, indexed: Indexed) -> None:
    whole = ids_of(client.search("timm/vgg11", top_k=10))
    first = client.search("timm/vgg11", top_k=4)
    second = client.search("timm/vgg11", top_k=4, page_token=first.next_page_token)
    assert ids_of(first) + ids_of(second) == whole[:8]


def test_an_architecture_comes_back_with_its_graph_and_its_motifs(client: Client, indexed: Indexed) -> None:
    found = client.get_architecture("timm/resnet18", graph=True)
    assert found.graph is not None
    assert fingerprint(found.graph) == found.architecture.fingerprint
    assert len(found.graph) == found.architecture.ops
    assert found.architecture.params == 11_689_512
    assert sum(motif.count * motif.ops for motif in found.motifs) == found.architecture.ops
    assert max(motif.count for motif in found.motifs) > 1


def test_lists(client: Client, indexed: Indexed) -> None:
    assert [found.id for found in client.list_architectures()] == sorted(MODELS)
    resnets = client.list_architectures(filter='family = "resnet"')
    assert [found.id for found in resnets] == sorted(LABELLED)
    sizes = {collection.name: collection.architectures for collection in client.list_collections()}
    assert sizes["default"] == len(MODELS)
    assert indexed.job.id in [job.id for job in client.list_jobs()]
    assert client.get_job(indexed.job.id) == indexed.job


def test_a_duplicate_is_reported_and_an_architecture_can_be_deleted(client: Client, indexed: Indexed) -> None:
    first = client.index(["timm/resnet18", Item("timm/resnet18", id="copy")], collection="copies")
    *_, job = client.watch_job(first.id)
    assert (job.indexed, job.duplicates) == (2, 1)
    assert client.search("copy", collection="copies").neighbours[0].score == pytest.approx(1, abs=1e-3)

    client.delete_architecture("copy", collection="copies")
    assert [found.id for found in client.list_architectures(collection="copies")] == ["timm/resnet18"]
    with pytest.raises(NotFound, match="copy"):
        client.get_architecture("copy", collection="copies")
    with pytest.raises(NotFound, match="copy"):
        client.delete_architecture("copy", collection="copies")


def test_indexing_again_replaces_and_adds_none(client: Client, indexed: Indexed) -> None:
    *_, job = client.watch_job(client.index("timm/resnet18", labels={"owner": "vision", "batch": "first"}).id)
    assert (job.indexed, job.duplicates) == (1, 0)
    assert [found.id for found in client.list_architectures()] == sorted(MODELS)


def test_patterns_and_files_and_graphs_in_one_job(client: Client, indexed: Indexed, light_resnet50: Path) -> None:
    graph = nar.Graph.from_ops(["input", "conv", "relu", "conv", "relu"], [(0, 1), (1, 2), (2, 3), (3, 4)])
    sources = ["timm/resnet1[48]", light_resnet50, Item(graph, id="mine", family="own", task="tests")]
    *_, job = client.watch_job(client.index(sources, collection="mixed").id)
    found = {each.id: each for each in client.list_architectures(collection="mixed")}
    assert job.failed == 0
    assert {"timm/resnet14t", "timm/resnet18", "mine"} & set(found) == {"timm/resnet18", "mine"} | (
        {"timm/resnet14t"} & set(found)
    )
    assert any(name.endswith("light_resnet50.onnx") for name in found)
    assert (found["mine"].family, found["mine"].task) == ("own", "tests")


def test_a_second_job_with_the_same_key_is_the_first(client: Client, indexed: Indexed) -> None:
    first = client.index("timm/resnet18", collection="keyed", idempotency_key="k1")
    assert client.index("timm/vgg11", collection="keyed", idempotency_key="k1").id == first.id
    *_, job = client.watch_job(first.id)
    assert [found.id for found in client.list_architectures(collection="keyed")] == ["timm/resnet18"]
    with pytest.raises(FailedPrecondition):
        client.cancel_job(job.id)


def test_a_cancelled_job_stops(client: Client, indexed: Indexed) -> None:
    job = client.index("timm/vit_base*", collection="cancelled")
    client.cancel_job(job.id)
    *_, last = client.watch_job(job.id)
    assert last.state is JobState.CANCELLED
    assert last.indexed < last.total


def test_unknown_things_are_named(client: Client, indexed: Indexed) -> None:
    with pytest.raises(NotFound, match="no-such-id"):
        client.search("no-such-id")
    with pytest.raises(UnknownModel, match="resnet5O") as caught:
        client.search(MISSPELT)
    assert "timm/resnet50" in caught.value.suggestions
    with pytest.raises(NotFound, match="nowhere"):
        client.search("timm/vgg11", collection="nowhere")
    with pytest.raises(NotFound, match="no-such-job"):
        client.get_job("no-such-job")


def test_a_file_that_cannot_be_sent_makes_no_job(client: Client, indexed: Indexed, tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(b"PK\x03\x04 archive")
    before = [job.id for job in client.list_jobs()]
    with pytest.raises(UnsupportedSource, match="zip archive"):
        client.index(["timm/resnet18", tmp_path / "model.pt"], collection="never")
    states = [job for job in client.list_jobs() if job.id not in before]
    assert all(job.state is not JobState.SUCCEEDED for job in states)


async def test_the_asynchronous_client_does_the_same(
    stack: LocalStack, indexed: Indexed, light_resnet50: Path, tmp_path: Path
) -> None:
    async with AsyncClient(stack.address) as client:
        result = await client.search(light_resnet50, top_k=1)
        assert ids_of(result) == ["timm/resnet50"]
        assert [found.id async for found in client.list_architectures()] == sorted(MODELS)
        job = await client.index(["timm/resnet18", light_resnet50], collection="asynchronous")
        states = [state async for state in client.watch_job(job.id)]
        assert (states[-1].state, states[-1].indexed) == (JobState.SUCCEEDED, 2)
        with pytest.raises(NotFound):
            await client.get_architecture("no-such-id")
        (tmp_path / "model.pt").write_bytes(b"PK\x03\x04 archive")
        with pytest.raises(UnsupportedSource, match="zip archive"):
            await client.index(["timm/resnet18", tmp_path / "model.pt"], collection="never")


def test_a_home_holds_one_system(stack: LocalStack) -> None:
    with pytest.raises(FailedPrecondition, match="already"):
        LocalStack(stack.home.folder, ports="free").start()
