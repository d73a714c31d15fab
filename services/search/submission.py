"""Takes the stream that makes an index job: checks every message, stores uploads, queues tasks."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from nar.errors import InvalidInput, NarError, Unavailable
from nar.sharding import shard_of
from nar.v1 import architecture_pb2, index_pb2
from services.runtime.blobs import BlobStore
from services.runtime.jobs import INTAKE_SECONDS, JobState, JobStore
from services.runtime.queue import StageQueue
from services.runtime.tasks import Task
from services.search import validation
from services.search.backends import GrpcBackends
from services.search.milvus_catalogue import MilvusCatalogue

_BATCH = 100
_MAX_SELECTORS = 100
_MAX_SHARDS = 10_000
_CANCELLATION_SECONDS = 0.1


class Submission:
    """One job in the making."""

    def __init__(
        self,
        jobs: JobStore,
        queue: StageQueue,
        blobs: BlobStore,
        backends: GrpcBackends,
        catalogue: MilvusCatalogue,
        patience: float,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._blobs = blobs
        self._backends = backends
        self._catalogue = catalogue
        self.skipped = 0
        """Models that were left out because the collection has them."""
        self._patience = patience
        self._waiting: list[dict[str, str]] = []

    async def accept(self, messages: AsyncIterator[index_pb2.CreateIndexJobRequest]) -> JobState:
        """Makes the job and queues its items; a malformed message, or a stream that breaks off, cancels it.

        Raises:
            InvalidInput: a message is malformed; its number stands in the field.
            Overloaded: the queue stayed full.
        """
        header = await self._header(messages)
        job, is_new = await self._jobs.create(header.collection, header.idempotency_key)
        if not is_new:
            return job
        renewal = asyncio.create_task(self._keep_open(job.id))
        try:
            await self._take_in(job.id, header, messages)
        except (NarError, asyncio.CancelledError):
            # The second is a client that has gone, or a server that ends.
            await self._jobs.cancel(job.id)
            raise
        finally:
            renewal.cancel()
        await self._jobs.close(job.id)
        return await self._jobs.get(job.id)

    async def _take_in(
        self, job: str, header: index_pb2.IndexJobHeader, messages: AsyncIterator[index_pb2.CreateIndexJobRequest]
    ) -> None:
        for name in await self._selected(header):
            await self._add(job, header, index_pb2.IndexItem(source=architecture_pb2.ModelSource(name=name)))
        number = 0
        async for message in messages:
            number += 1
            if message.WhichOneof("message") != "item":
                raise InvalidInput(f"message {number} of the stream is no item", f"message[{number}]")
            await self._add(job, header, _checked(message.item, number))
        # A stream that the client breaks off looks like one that ends, until the cancellation comes just after; here,
        # because the Redis client may swallow it.
        await asyncio.sleep(_CANCELLATION_SECONDS)
        await self._flush(job, header)

    async def _keep_open(self, job: str) -> None:
        """Renews the intake of a job while the client is slow or the queue full."""
        while True:
            await asyncio.sleep(INTAKE_SECONDS / 4)
            with suppress(Unavailable):
                await self._jobs.keep_open(job)

    async def _header(self, messages: AsyncIterator[index_pb2.CreateIndexJobRequest]) -> index_pb2.IndexJobHeader:
        first = await anext(messages, None)
        if first is None or first.WhichOneof("message") != "header":
            raise InvalidInput("the first message of the stream must be a header", "message[0].header")
        header = first.header
        header.collection = validation.collection_name(header.collection, "header.collection")
        validation.labels(header.labels, "header.labels")
        if len(header.selectors) > _MAX_SELECTORS:
            raise InvalidInput(f"{len(header.selectors)} selectors; at most {_MAX_SELECTORS}", "header.selectors")
        if header.shard_count > _MAX_SHARDS:
            raise InvalidInput(f"{header.shard_count} shards; at most {_MAX_SHARDS}", "header.shard_count")
        if header.shard_index >= max(header.shard_count, 1):
            raise InvalidInput(f"there is no shard {header.shard_index} of {header.shard_count}", "header.shard_index")
        if len(header.idempotency_key.encode()) > 128:
            raise InvalidInput("the idempotency key is longer than 128 bytes", "header.idempotency_key")
        return header

    async def _selected(self, header: index_pb2.IndexJobHeader) -> list[str]:
        """Names that the selectors match and that belong to the shard; one that several match counts once."""
        found = [await self._backends.model_names(pattern) for pattern in header.selectors]
        names = dict.fromkeys(name for names in found for name in names)
        count = header.shard_count or 1
        return [name for name in names if shard_of(name, count) == header.shard_index]

    async def _add(self, job: str, header: index_pb2.IndexJobHeader, item: index_pb2.IndexItem) -> None:
        kind = item.source.WhichOneof("model")
        assert kind is not None
        reference = item.source.name if kind == "name" else await self._store(item.source, kind)
        name = item.id or (item.source.name if kind == "name" else reference.rpartition("/")[2][:16])
        self._waiting.append(
            {
                "kind": kind,
                "source": reference,
                "name": name,
                "id": item.id,
                "collection": header.collection,
                "family": item.family,
                "task": item.task,
                "labels": json.dumps({**header.labels, **item.labels}),
            }
        )
        if len(self._waiting) >= _BATCH:
            await self._flush(job, header)

    async def _store(self, source: architecture_pb2.ModelSource, kind: str) -> str:
        """Writes an upload to the blob store; its key."""
        if kind == "graph":
            data = source.graph.SerializeToString(deterministic=True)
        else:
            data = source.onnx if kind == "onnx" else source.config_json.encode()
        key = f"sources/{hashlib.sha256(data).hexdigest()}"
        if not await self._blobs.exists(key):
            await self._blobs.put(key, data)
        return key

    async def _flush(self, job: str, header: index_pb2.IndexJobHeader) -> None:
        """Queues what waits, without the models of libraries that the collection has, where those are not wanted."""
        if header.skip_known:
            await self._leave_out_known(header.collection)
        if self._waiting:
            first = await self._jobs.accept(job, len(self._waiting))
            tasks = [Task(job, first + index, fields) for index, fields in enumerate(self._waiting)]
            await self._queue.publish(tasks, self._patience)
            self._waiting = []

    async def _leave_out_known(self, collection: str) -> None:
        ids = [fields["id"] or fields["name"] for fields in self._waiting if fields["kind"] == "name"]
        known = await self._catalogue.known(collection, ids) if ids else set()
        wanted = [
            fields
            for fields in self._waiting
            if fields["kind"] != "name" or (fields["id"] or fields["name"]) not in known
        ]
        self.skipped += len(self._waiting) - len(wanted)
        self._waiting = wanted


def _checked(item: index_pb2.IndexItem, number: int) -> index_pb2.IndexItem:
    """`item`; raises InvalidInput naming the field."""
    field = f"message[{number}].item"
    if item.source.WhichOneof("model") is None:
        raise InvalidInput(f"item {number} has no model source", f"{field}.source")
    validation.architecture_id(item.id, f"{field}.id", required=False)
    validation.labels(item.labels, f"{field}.labels")
    return item
