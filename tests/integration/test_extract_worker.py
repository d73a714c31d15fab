"""The extract stage as its own process: every kind of source, and a SIGKILL in the middle of a job."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import onnx
import pytest

from nar.codec import graph_from_proto, graph_to_proto
from nar.fingerprint import fingerprint
from nar.graph import Graph
from nar.v1 import architecture_pb2, graph_pb2
from services.runtime.blobs import BlobStore
from services.runtime.jobs import JobStore
from services.runtime.queue import StageQueue
from services.runtime.redis_connection import connect
from services.runtime.settings import ServiceSettings
from services.runtime.tasks import Task

LIGHT_RESNET50 = Path(onnx.__file__).parent / "backend/test/data/light/light_resnet50.onnx"


@pytest.fixture
def settings(redis_url: str, blob_url: str) -> ServiceSettings:
    return ServiceSettings(redis_url=redis_url, blob_url=blob_url, reclaim_idle_seconds=2.0)


@asynccontextmanager
async def worker(settings: ServiceSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    flags = ["--redis-url", settings.redis_url, "--blob-url", settings.blob_url, "--log-level", "error"]
    flags += ["--reclaim-idle-seconds", str(settings.reclaim_idle_seconds)]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.extractor.worker", *flags)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 60)


async def run_job(settings: ServiceSettings, sources: list[dict[str, str]], *, kill_at: int | None = None) -> str:
    """Extracts `sources` as one job; kills the worker once `kill_at` items are extracted, and starts another one."""
    redis = connect(settings.redis_url)
    jobs, queue = JobStore(redis), StageQueue(redis, "extract")
    await queue.create()
    job = (await jobs.create("zoo"))[0].id
    await jobs.accept(job, len(sources))
    await queue.publish([Task(job, item, fields) for item, fields in enumerate(sources)])
    async with asyncio.timeout(120):
        if kill_at is not None:
            async with worker(settings) as process:
                while (await jobs.get(job)).extracted < kill_at:
                    await asyncio.sleep(0.01)
                os.kill(process.pid, signal.SIGKILL)
        async with worker(settings):
            while (state := await jobs.get(job)).extracted + state.failed < len(sources):
                await asyncio.sleep(0.05)
    await redis.aclose()
    return job


async def forwarded(settings: ServiceSettings) -> dict[int, dict[str, str]]:
    """Fields of the mine stage's tasks by item."""
    redis = connect(settings.redis_url)
    tasks = [Task.from_entry(entry) for _, entry in await redis.xrange("nar:mine")]
    await redis.aclose()
    assert len(tasks) == len({task.item for task in tasks})
    return {task.item: dict(task.fields) for task in tasks}


async def test_every_kind_of_source_becomes_a_graph_and_an_architecture(settings: ServiceSettings) -> None:
    blobs = BlobStore(settings.blob_url)
    graph = Graph.from_ops(["input", "conv", "relu"], [(0, 1), (1, 2)], name="tiny")
    uploads = {"onnx": LIGHT_RESNET50.read_bytes(), "graph": graph_to_proto(graph).SerializeToString()}
    keys = {kind: f"sources/{hashlib.sha256(data).hexdigest()}" for kind, data in uploads.items()}
    for kind, data in uploads.items():
        await blobs.put(keys[kind], data)
    labels = {"labels": json.dumps({"owner": "vision"}), "family": "mine", "task": "guessing", "id": "my/net"}
    sources = [
        {"kind": "name", "source": "timm/resnet18", "collection": "zoo"},
        {"kind": "onnx", "source": keys["onnx"], "collection": "zoo", **labels},
        {"kind": "graph", "source": keys["graph"], "collection": "zoo"},
        {"kind": "name", "source": "timm/no_such_model", "collection": "zoo"},
        {"kind": "onnx", "source": "sources/gone", "collection": "zoo"},
        {"kind": "graph", "source": keys["onnx"], "collection": "zoo"},
        {"kind": "tarot", "source": "x", "collection": "zoo"},
    ]
    job = await run_job(settings, sources)
    tasks = await forwarded(settings)
    assert set(tasks) == {0, 1, 2}
    found = {}
    for item, fields in tasks.items():
        architecture = architecture_pb2.Architecture.FromString(await blobs.get(f"items/{job}/{item}.pb"))
        stored = graph_from_proto(graph_pb2.Graph.FromString(await blobs.get(f"graphs/{fields['exact']}.pb")))
        assert fingerprint(stored).exact == fields["exact"] == architecture.fingerprint.exact
        assert (fields["id"], fields["collection"], fields["source"]) == (
            architecture.id,
            architecture.collection,
            sources[item]["source"],
        )
        found[item] = architecture
    assert (found[0].id, found[0].collection, found[0].family) == ("timm/resnet18", "zoo", "resnet")
    assert (found[1].id, found[1].family, found[1].task) == ("my/net", "mine", "guessing")
    assert dict(found[1].labels) == {"owner": "vision"}
    assert (found[2].name, found[2].library) == ("tiny", "graph")
    redis = connect(settings.redis_url)
    failures = {failure.item: failure.reason for failure in await JobStore(redis).failures(job)}
    await redis.aclose()
    assert set(failures) == {3, 4, 5, 6}
    assert "timm/resnet" in failures[3] or "no model" in failures[3]
    assert "not in the blob store any more" in failures[4]
    assert "tarot" in failures[6]


async def test_a_killed_worker_loses_and_doubles_nothing(settings: ServiceSettings) -> None:
    names = ["timm/resnet18", "timm/resnet34", "torchvision/alexnet", "torchvision/vgg11", "timm/vit_tiny_patch16_224"]
    sources = [{"kind": "name", "source": name, "collection": "zoo"} for name in names * 4]
    job = await run_job(settings, sources, kill_at=6)
    assert set(await forwarded(settings)) == set(range(len(sources)))
    redis = connect(settings.redis_url)
    state = await JobStore(redis).get(job)
    await redis.aclose()
    assert (state.extracted, state.failed) == (len(sources), 0)
