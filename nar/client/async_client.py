"""The client, for asyncio programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import grpc

from nar.architecture import Architecture
from nar.client import calls
from nar.client.address import find_address
from nar.client.calls import Answer, Call, Page
from nar.client.channel import DEFAULT_TIMEOUT, open_async_channel, translate
from nar.client.job_stream import JobStream, Sources, Unreadable
from nar.client.queries import Query, QueryForms, SearchOptions, VectorLike
from nar.client.results import Collection, Finding, IndexedArchitecture, IndexFailure, IndexJob, SearchResult
from nar.client.retry import WATCHING, Attempts, RetryPolicy
from nar.client.server_status import ServerStatus
from nar.client.trace_context import call_span, current_trace
from nar.errors import NarError, NotFound, Unavailable
from nar.graph import Graph
from nar.security.bearer import Bearer
from nar.security.tls import TLS
from nar.v1 import index_pb2

Entry = TypeVar("Entry")


class AsyncClient:
    """As `nar.Client`, with coroutines and asynchronous iterators. Belongs to one event loop."""

    def __init__(
        self,
        address: str | None = None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = None,
        tls: TLS | None = None,
        token: str | Path | None = None,
    ) -> None:
        self.address = find_address(address)
        self._timeout = timeout
        self._retry = retry or RetryPolicy()
        self._tls = tls or TLS.from_environment()
        self._bearer = Bearer.of(token)
        self._bearer.check(self.address, encrypted=self._tls is not None)
        self._opened: grpc.aio.Channel | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connection."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    async def search(
        self,
        query: Query | None = None,
        *,
        id: str | None = None,
        vector: VectorLike | None = None,
        graph: Graph | None = None,
        onnx: str | Path | bytes | None = None,
        config: str | Path | None = None,
        model: str | None = None,
        top_k: int = 10,
        filter: str = "",
        collection: str = "default",
        page_token: str = "",
        motifs: bool = True,
        timeout: float | None = None,
    ) -> SearchResult:
        """Finds the nearest architectures; see `nar.Client.search`."""
        forms = QueryForms(query=query, id=id, vector=vector, graph=graph, onnx=onnx, config=config, model=model)
        options = SearchOptions(top_k=top_k, filter=filter, collection=collection, page_token=page_token, motifs=motifs)
        *others, last = await asyncio.to_thread(calls.search, forms, options)
        for call in others:
            try:
                return await self._run(call, timeout)
            except NotFound:
                continue
        return await self._run(last, timeout)

    async def get_architecture(
        self, id: str, *, collection: str = "default", graph: bool = False, vector: bool = False
    ) -> IndexedArchitecture:
        """One indexed architecture with its motifs and, where asked for, its graph and its vector."""
        return await self._run(calls.get_architecture(id, collection, graph=graph, vector=vector))

    def list_architectures(self, *, collection: str = "default", filter: str = "") -> AsyncIterator[Architecture]:
        """The indexed architectures in the order of their ids, fetched page by page."""
        return self._entries(lambda token: calls.list_architectures(collection, filter, token))

    async def list_collections(self) -> tuple[Collection, ...]:
        """The collections with their sizes."""
        return await self._run(calls.list_collections())

    async def index(
        self,
        sources: Sources,
        *,
        collection: str = "default",
        labels: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        unreadable: Unreadable | None = None,
        skip_known: bool = False,
        shard: tuple[int, int] = (0, 1),
        timeout: float | None = None,
    ) -> IndexJob:
        """Starts an index job and returns it as soon as every item is queued; see `nar.Client.index`."""
        stream = JobStream(
            sources,
            collection=collection,
            labels=labels or {},
            idempotency_key=idempotency_key,
            unreadable=unreadable,
            skip_known=skip_known,
            shard=shard,
        )
        return await self._send(stream, timeout)

    async def get_job(self, id: str) -> IndexJob:
        """An index job."""
        return await self._run(calls.get_job(id))

    def list_jobs(self) -> AsyncIterator[IndexJob]:
        """The index jobs, newest first, fetched page by page."""
        return self._entries(calls.list_jobs)

    async def watch_job(self, id: str) -> AsyncIterator[IndexJob]:
        """The states of an index job as they change; the last one is terminal. Survives a restart of the service."""
        call = calls.watch_job(id)
        watch: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = self._channel.unary_stream(call.method.path)
        request = call.request.SerializeToString()
        attempts = Attempts(WATCHING, None, is_read=True)
        while True:
            try:
                async for data in watch(request, metadata=(*self._bearer.metadata(), *current_trace())):
                    job = call.decode(data)
                    attempts = Attempts(WATCHING, None, is_read=True)
                    yield job
                    if job.is_finished:
                        return
                interruption: NarError = Unavailable(f"{self.address} stopped reporting on job {id}")
            except grpc.RpcError as error:
                interruption = translate(error, self.address)
            await asyncio.sleep(attempts.delay_after(interruption))

    async def rebuild_index(self) -> IndexJob:
        """Starts a job that writes the index anew, with vectors of the model version that the embedder serves.

        It is built beside the live index, which its end switches to; searches go on meanwhile.
        """
        return await self._run(calls.rebuild_index())

    async def check_index(self) -> tuple[Finding, ...]:
        """Compares what queue, vectors, records and embedder say, and what to do where they disagree."""
        return await self._run(calls.check_index())

    async def cancel_job(self, id: str) -> IndexJob:
        """Cancels an index job: what is not yet extracted is dropped, what is indexed stays."""
        return await self._run(calls.cancel_job(id))

    def list_failures(self, id: str) -> AsyncIterator[IndexFailure]:
        """What an index job could not index, fetched page by page."""
        return self._entries(lambda token: calls.list_failures(id, token))

    async def delete_architecture(self, id: str, *, collection: str = "default") -> None:
        """Removes one architecture from the index."""
        await self._run(calls.delete_architecture(id, collection))

    @property
    def _channel(self) -> grpc.aio.Channel:
        """The connection; it binds to the running event loop when it is first used."""
        if self._opened is None:
            self._opened = open_async_channel(self.address, self._tls)
        return self._opened

    async def _run(self, call: Call[Answer], timeout: float | None = None) -> Answer:
        """Sends `call` until it is answered or must not be repeated."""
        attempts = Attempts(self._retry, timeout or self._timeout, is_read=call.method.is_read)
        send: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(call.method.path)
        request = call.request.SerializeToString()
        with call_span(call.method.path) as trace:
            while True:
                try:
                    metadata = (*self._bearer.metadata(), *trace)
                    return call.decode(await send(request, timeout=attempts.remaining(), metadata=metadata))
                except grpc.RpcError as error:
                    await asyncio.sleep(attempts.delay_after(translate(error, self.address)))

    async def _entries(self, page_call: Callable[[str], Call[Page[Entry]]]) -> AsyncIterator[Entry]:
        """The entries of all pages."""
        token = ""
        while True:
            page = await self._run(page_call(token))
            for entry in page.entries:
                yield entry
            token = page.next_token
            if not token:
                return

    async def _send(self, stream: JobStream, timeout: float | None) -> IndexJob:
        """Sends the messages of a job; files are read in a thread."""

        async def messages() -> AsyncIterator[index_pb2.CreateIndexJobRequest]:
            pending = stream.messages()
            while (message := await asyncio.to_thread(next, pending, None)) is not None:
                yield message

        send: grpc.aio.StreamUnaryMultiCallable[index_pb2.CreateIndexJobRequest, bytes] = self._channel.stream_unary(
            calls.CREATE_INDEX_JOB.path, request_serializer=index_pb2.CreateIndexJobRequest.SerializeToString
        )
        try:
            with call_span(calls.CREATE_INDEX_JOB.path) as trace:
                metadata = (*self._bearer.metadata(), *trace)
                call = send(messages(), timeout=timeout, metadata=metadata)
                status = ServerStatus(call)
                return calls.created_job(await call)
        except (grpc.RpcError, asyncio.CancelledError) as error:
            # gRPC cancels the call when reading a file fails.
            if stream.error is not None:
                raise stream.error from None
            if isinstance(error, grpc.RpcError):
                raise translate(status.behind(error), self.address) from error
            raise
