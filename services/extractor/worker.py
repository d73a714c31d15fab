"""The extract stage of index jobs: `python -m services.extractor.worker`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

from google.protobuf.message import DecodeError

from nar.errors import InvalidInput, NarError, NotFound
from nar.v1 import architecture_pb2, graph_pb2
from services.extractor.sandbox import Sandbox
from services.extractor.server import make_sandbox, run_extraction
from services.extractor.settings import ExtractorSettings
from services.runtime.blobs import BlobStore
from services.runtime.tasks import Outcome, Task
from services.runtime.worker import run_stage, run_worker


class ExtractWorker:
    """Extracts the model of a task, and leaves graph and metadata in the blob store."""

    def __init__(self, sandbox: Sandbox, blobs: BlobStore, settings: ExtractorSettings) -> None:
        self._sandbox = sandbox
        self._blobs = blobs
        self._settings = settings

    async def handle(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        """Fields of the mine stage's tasks: id, collection, source, and the exact fingerprint of the graph."""
        return await asyncio.gather(*(self._handle(task) for task in tasks))

    async def _handle(self, task: Task) -> Outcome:
        try:
            source = await self._source(task.fields)
            response = await run_extraction(self._sandbox, source, self._settings)
            exact = response.architecture.fingerprint.exact
            complete(response.architecture, task.fields)
            await self._blobs.put(f"graphs/{exact}.pb", response.graph.SerializeToString())
            await self._blobs.put(f"items/{task.job}/{task.item}.pb", response.architecture.SerializeToString())
        except NarError as error:
            return error
        found = response.architecture
        kept = {key: task.fields[key] for key in ("name", "source") if key in task.fields}
        return {"exact": exact, "id": found.id, "collection": found.collection, **kept}

    async def _source(self, fields: Mapping[str, str]) -> architecture_pb2.ModelSource:
        """The model source of a task: a name, or an upload in the blob store."""
        kind, reference = fields.get("kind", ""), fields.get("source", "")
        if kind == "name":
            return architecture_pb2.ModelSource(name=reference)
        if kind not in ("onnx", "config", "config_json", "graph"):
            raise InvalidInput(f"there is no kind of source {kind!r}", "source")
        try:
            data = await self._blobs.get(reference)
        except NotFound as error:
            raise NotFound(f"the upload {reference!r} is not in the blob store any more; index it again") from error
        return _upload(kind, data)


def _upload(kind: str, data: bytes) -> architecture_pb2.ModelSource:
    try:
        if kind == "graph":
            return architecture_pb2.ModelSource(graph=graph_pb2.Graph.FromString(data))
        if kind.startswith("config"):
            return architecture_pb2.ModelSource(config_json=data.decode())
    except (DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the uploaded {kind} is damaged: {error}", "source") from error
    return architecture_pb2.ModelSource(onnx=data)


def complete(architecture: architecture_pb2.Architecture, fields: Mapping[str, str]) -> None:
    """Fills in what the client wants of the architecture: id, collection, labels; family and task where given."""
    architecture.id = fields.get("id") or architecture.id
    architecture.collection = fields.get("collection") or "default"
    architecture.family = fields.get("family") or architecture.family
    architecture.task = fields.get("task") or architecture.task
    architecture.labels.update(json.loads(fields.get("labels") or "{}"))


async def main(settings: ExtractorSettings) -> None:
    """Warms up, then works until SIGTERM."""
    sandbox = make_sandbox(settings)
    await sandbox.start()
    worker = ExtractWorker(sandbox, BlobStore(settings.blob_url), settings)
    await run_stage("extract", worker.handle, settings, concurrency=settings.extract_concurrency)
    sandbox.close()


if __name__ == "__main__":
    run_worker("extractor", main, ExtractorSettings.parse())
