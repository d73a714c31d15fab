"""The client, for programs that wait for each answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import grpc

from nar.architecture import Architecture
from nar.client import calls
from nar.client.address import find_address
from nar.client.calls import Answer, Call, Page
from nar.client.channel import DEFAULT_TIMEOUT, open_channel, translate
from nar.client.job_stream import JobStream, Sources, Unreadable
from nar.client.queries import Query, QueryForms, SearchOptions, VectorLike
from nar.client.results import Collection, Finding, IndexedArchitecture, IndexFailure, IndexJob, SearchResult
from nar.client.retry import WATCHING, Attempts, RetryPolicy
from nar.client.trace_context import call_span, current_trace
from nar.errors import NarError, NotFound, Unavailable
from nar.graph import Graph
from nar.security.bearer import Bearer
from nar.security.tls import TLS
from nar.v1 import index_pb2

Entry = TypeVar("Entry")


class Client:
    """Talks to the search service. Threads may share one; needs no torch.

    Every method raises an error of `nar.errors`: `Unavailable` when nothing answers, `DeadlineExceeded` after
    `timeout`, `NotFound` for an unknown id, `InvalidInput` for a malformed request. Calls that only read are repeated
    with backoff while the service is unavailable or overloaded.

    Args:
        address: "host:port" of the search service. Default: NAR_ADDRESS, else the local system that `nar up` started.
        timeout: seconds that a call may take, its repetitions included.
        retry: how often and how fast calls are repeated.
        tls: how the connection is encrypted. Default: as NAR_TLS_CA and its like say, else not at all.
        token: the bearer token, or the path of a file that holds it and may change. Default: NAR_TOKEN, else
            NAR_TOKEN_FILE. It is not sent beyond this machine without TLS: that raises `FailedPrecondition`.

    """

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
        tls = tls or TLS.from_environment()
        self._bearer = Bearer.of(token)
        self._bearer.check(self.address, encrypted=tls is not None)
        self._channel = open_channel(self.address, tls)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def search(
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
        """Finds the nearest architectures.

        Give `query`, or name its form. A `query` that is a text is, in this order: a config.json when it starts with
        "{"; a file when there is one or it ends in .onnx or .json; the id of an indexed architecture; and, where it has
        a "/" and no such id is indexed, the name of a model of a library.

        Args:
            query: a query of any form.
            id: id of an indexed architecture; it is not among its own neighbours.
            vector: (dimensions,) numbers.
            graph: a graph, for instance from `nar.trace`.
            onnx: path or content of an ONNX file; its weights are not sent.
            config: path or content of a Hugging Face config.json.
            model: name of a model of a library, such as "timm/resnet50".
            top_k: neighbours on a page, from 1 to 1,000.
            filter: conditions on the neighbours, such as 'library = "timm" AND params < 30M'.
            collection: the collection to search.
            page_token: `next_page_token` of the page before.
            motifs: whether to return the shared motifs.
            timeout: seconds, instead of the client's.

        """
        forms = QueryForms(query=query, id=id, vector=vector, graph=graph, onnx=onnx, config=config, model=model)
        options = SearchOptions(top_k=top_k, filter=filter, collection=collection, page_token=page_token, motifs=motifs)
        *others, last = calls.search(forms, options)
        for call in others:
            try:
                return self._run(call, timeout)
            except NotFound:
                continue
        return self._run(last, timeout)

    def get_architecture(
        self, id: str, *, collection: str = "default", graph: bool = False, vector: bool = False
    ) -> IndexedArchitecture:
        """One indexed architecture with its motifs and, where asked for, its graph and its vector."""
        return self._run(calls.get_architecture(id, collection, graph=graph, vector=vector))

    def list_architectures(self, *, collection: str = "default", filter: str = "") -> Iterator[Architecture]:
        """The indexed architectures in the order of their ids, fetched page by page."""
        return self._entries(lambda token: calls.list_architectures(collection, filter, token))

    def list_collections(self) -> tuple[Collection, ...]:
        """The collections with their sizes."""
        return self._run(calls.list_collections())

    def index(
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
        """Starts an index job and returns it as soon as every item is queued; `watch_job` follows it.

        Args:
            sources: models: names ("timm/resnet50"), patterns over names ("timm/resnet*"), paths of ONNX files,
                config.json files or folders of both, contents of such files, graphs, or an `Item` for more detail.
            collection: where to put them; it is made when it does not exist.
            labels: what to keep with each of them.
            idempotency_key: a second job with the same key is not made, the first is returned.
            unreadable: told about files that cannot be read, which are then left out. Default: such a file is an error.
            skip_known: whether to leave out models of libraries that the collection has under the live model version.
            shard: number of a part of the models, from 0, and of how many parts; a model's part never changes.
            timeout: seconds. Default: none, because the service slows the stream down when its queue is full.

        """
        stream = JobStream(
            sources,
            collection=collection,
            labels=labels or {},
            idempotency_key=idempotency_key,
            unreadable=unreadable,
            skip_known=skip_known,
            shard=shard,
        )
        return self._send(stream, timeout)

    def get_job(self, id: str) -> IndexJob:
        """An index job."""
        return self._run(calls.get_job(id))

    def list_jobs(self) -> Iterator[IndexJob]:
        """The index jobs, newest first, fetched page by page."""
        return self._entries(calls.list_jobs)

    def watch_job(self, id: str) -> Iterator[IndexJob]:
        """The states of an index job as they change; the last one is terminal. Survives a restart of the service."""
        call = calls.watch_job(id)
        watch: grpc.UnaryStreamMultiCallable[bytes, bytes] = self._channel.unary_stream(call.method.path)
        request = call.request.SerializeToString()
        attempts = Attempts(WATCHING, None, is_read=True)
        while True:
            try:
                for data in watch(request, metadata=(*self._bearer.metadata(), *current_trace())):
                    job = call.decode(data)
                    attempts = Attempts(WATCHING, None, is_read=True)
                    yield job
                    if job.is_finished:
                        return
                interruption: NarError = Unavailable(f"{self.address} stopped reporting on job {id}")
            except grpc.RpcError as error:
                interruption = translate(error, self.address)
            time.sleep(attempts.delay_after(interruption))

    def rebuild_index(self) -> IndexJob:
        """Starts a job that writes the index anew, with vectors of the model version that the embedder serves.

        It is built beside the live index, which its end switches to; searches go on meanwhile.
        """
        return self._run(calls.rebuild_index())

    def check_index(self) -> tuple[Finding, ...]:
        """Compares what queue, vectors, records and embedder say, and what to do where they disagree."""
        return self._run(calls.check_index())

    def cancel_job(self, id: str) -> IndexJob:
        """Cancels an index job: what is not yet extracted is dropped, what is indexed stays."""
        return self._run(calls.cancel_job(id))

    def list_failures(self, id: str) -> Iterator[IndexFailure]:
        """What an index job could not index, fetched page by page."""
        return self._entries(lambda token: calls.list_failures(id, token))

    def delete_architecture(self, id: str, *, collection: str = "default") -> None:
        """Removes one architecture from the index."""
        self._run(calls.delete_architecture(id, collection))

    def _run(self, call: Call[Answer], timeout: float | None = None) -> Answer:
        """Sends `call` until it is answered or must not be repeated."""
        attempts = Attempts(self._retry, timeout or self._timeout, is_read=call.method.is_read)
        send: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(call.method.path)
        request = call.request.SerializeToString()
        with call_span(call.method.path) as trace:
            while True:
                try:
                    metadata = (*self._bearer.metadata(), *trace)
                    return call.decode(send(request, timeout=attempts.remaining(), metadata=metadata))
                except grpc.RpcError as error:
                    time.sleep(attempts.delay_after(translate(error, self.address)))

    def _entries(self, page_call: Callable[[str], Call[Page[Entry]]]) -> Iterator[Entry]:
        """The entries of all pages."""
        token = ""
        while True:
            page = self._run(page_call(token))
            yield from page.entries
            token = page.next_token
            if not token:
                return

    def _send(self, stream: JobStream, timeout: float | None) -> IndexJob:
        """Sends the messages of a job. gRPC pulls them in a thread of its own."""
        started = threading.Event()

        def messages() -> Iterator[index_pb2.CreateIndexJobRequest]:
            try:
                yield from stream.messages()
            except NarError:
                # Cancelled before the stream ends: the service must not take what was sent for the whole job.
                started.wait()
                running.cancel()

        send: grpc.StreamUnaryMultiCallable[index_pb2.CreateIndexJobRequest, bytes] = self._channel.stream_unary(
            calls.CREATE_INDEX_JOB.path, request_serializer=index_pb2.CreateIndexJobRequest.SerializeToString
        )
        try:
            with call_span(calls.CREATE_INDEX_JOB.path) as trace:
                running = send.future(messages(), timeout=timeout, metadata=(*self._bearer.metadata(), *trace))
                started.set()
                return calls.created_job(running.result())
        except (grpc.RpcError, grpc.FutureCancelledError) as error:
            if stream.error is not None:
                raise stream.error from None
            if isinstance(error, grpc.RpcError):
                raise translate(error, self.address) from error
            raise
