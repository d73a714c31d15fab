"""Bulk work: only what is new, in shards, from lists, folders, URLs and the Hub; a rebuild under other weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from renamed_weights import renamed_weights

from nar.client import Client, IndexJob, Severity
from nar.errors import InvalidInput
from nar.local import LocalStack
from services.embedder.settings import SHIPPED_WEIGHTS

NAMES = ["torchvision/alexnet", "torchvision/resnet18", "torchvision/squeezenet1_0", "torchvision/squeezenet1_1"]


def finished(client: Client, job: IndexJob) -> IndexJob:
    return list(client.watch_job(job.id))[-1]


def ids(client: Client, collection: str) -> list[str]:
    return [architecture.id for architecture in client.list_architectures(collection=collection)]


def test_what_is_indexed_already_is_left_out(client: Client) -> None:
    finished(client, client.index(NAMES[:2], collection="bulk"))
    again = client.index(["torchvision/squeezenet*", *NAMES], collection="bulk", skip_known=True)
    assert again.skipped == 2
    done = finished(client, again)
    # Both SqueezeNets by the pattern, and again by their names: what is known is what is written.
    assert done.indexed == done.total == 4
    assert ids(client, "bulk") == NAMES
    last = client.index(["torchvision/squeezenet*", *NAMES], collection="bulk", skip_known=True)
    assert (last.skipped, finished(client, last).total) == (6, 0)


def test_shards_are_disjoint_and_complete(client: Client, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("# two more\ntorchvision/alexnet\n\ntorchvision/resnet18  # by name\n")
    for number in range(3):
        job = client.index(["torchvision/squeezenet*", names], collection="shards", shard=(number, 3))
        finished(client, job)
    assert ids(client, "shards") == NAMES
    jobs = [job for job in client.list_jobs() if job.collection == "shards"]
    assert sum(job.total for job in jobs) == 4
    with pytest.raises(InvalidInput, match="no shard 3 of 3"):
        client.index(NAMES, shard=(3, 3))


def test_configs_come_from_a_url_and_from_the_hub(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = json.dumps({"model_type": "bert", "hidden_size": 64, "num_attention_heads": 2, "num_hidden_layers": 2})
    bucket = tmp_path / "bucket" / "tiny"
    bucket.mkdir(parents=True)
    (bucket / "config.json").write_text(config)
    # As huggingface_hub lays its cache out.
    repository = tmp_path / "hub" / "models--org--tiny-bert"
    snapshot = repository / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text(config)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    missing: list[str] = []
    sources = [f"file://{tmp_path / 'bucket'}", "hf:org/tiny-bert", "hf:org/none"]
    job = client.index(sources, collection="configs", unreadable=lambda name, error: missing.append(name))
    assert finished(client, job).indexed == 2
    assert ids(client, "configs") == ["org/tiny-bert", "tiny/config.json"]
    assert missing == ["hf:org/none"]


def test_a_rebuild_replaces_the_index_when_the_weights_change_or_the_vectors_are_lost(tmp_path: Path) -> None:
    home, old = tmp_path / "home", str(SHIPPED_WEIGHTS)
    with LocalStack(home, ports="free") as stack, Client(stack.address) as client:
        finished(client, client.index(NAMES))
        assert all(item.severity is Severity.OK for item in client.check_index())
        before = [(hit.architecture.id, round(hit.score, 4)) for hit in client.search(NAMES[0])]

    settings = {"NAR_WEIGHTS": str(renamed_weights(tmp_path / "other")), "NAR_OTHER_WEIGHTS": json.dumps([old])}
    with LocalStack(home, ports="free", settings=settings) as stack, Client(stack.address) as client:
        (finding,) = [item for item in client.check_index() if item.subject == "model version"]
        assert finding.severity is Severity.WARNING
        assert "other-1" in finding.message
        # The old index answers by graph until the new one is there, because the embedder serves both.
        assert client.search(model=NAMES[0]).neighbours[0].architecture.id == NAMES[0]
        # Nothing else may write vectors that cannot be compared with those of the index.
        job = finished(client, client.index("torchvision/vgg11"))
        assert [failure.reason for failure in client.list_failures(job.id) if "--rebuild" not in failure.reason] == []
        assert job.failed == 1
        done = finished(client, client.rebuild_index())
        assert (done.indexed, done.failed, done.collection) == (4, 0, "*")
        assert all(item.severity is Severity.OK for item in client.check_index())
        after = client.search(NAMES[0])
        assert after.model_version == "other-1"
        assert [(hit.architecture.id, round(hit.score, 4)) for hit in after] == before

    shutil.rmtree(home / "milvus")
    with LocalStack(home, ports="free", settings=settings) as stack, Client(stack.address) as client:
        assert any("0 vectors, 4 records" in item.message for item in client.check_index())
        finished(client, client.rebuild_index())
        assert [(hit.architecture.id, round(hit.score, 4)) for hit in client.search(NAMES[0])] == before
