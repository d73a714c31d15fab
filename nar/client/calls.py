"""Every call of the front door as a value: which method, with what request, and how its answer is read.

Nothing here sends: `Client` and `AsyncClient` run the same calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message

from nar import codec
from nar.architecture import Architecture
from nar.client import answers, results
from nar.client.queries import QueryForms, SearchOptions, search_requests
from nar.v1 import index_pb2, search_pb2

Answer = TypeVar("Answer")
Entry = TypeVar("Entry")

_SEARCH: ServiceDescriptor = search_pb2.DESCRIPTOR.services_by_name["SearchService"]
_INDEX: ServiceDescriptor = index_pb2.DESCRIPTOR.services_by_name["IndexService"]
_PAGE_SIZE = 1000


@dataclass(frozen=True)
class Method:
    """A method of a service: its path on the wire, and whether it only reads (and so may be repeated)."""

    path: str
    is_read: bool


@dataclass(frozen=True)
class Call(Generic[Answer]):
    """One call with one request; `decode` reads the bytes of a response."""

    method: Method
    request: Message
    decode: Callable[[bytes], Answer]


@dataclass(frozen=True)
class Page(Generic[Entry]):
    """One page of a list, and the token of the next one ("" on the last)."""

    entries: tuple[Entry, ...]
    next_token: str


def method(service: ServiceDescriptor, name: str) -> Method:
    """The method `name`; the proto says which ones only read."""
    descriptor = service.methods_by_name[name]
    is_read = descriptor.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
    return Method(f"/{service.full_name}/{name}", is_read)


CREATE_INDEX_JOB = method(_INDEX, "CreateIndexJob")


def search(forms: QueryForms, options: SearchOptions) -> tuple[Call[results.SearchResult], ...]:
    """The calls to try, in this order, until one does not fail with NotFound."""
    return tuple(
        Call(
            method(_SEARCH, "Search"),
            request,
            lambda data: answers.search_result(search_pb2.SearchResponse.FromString(data)),
        )
        for request in search_requests(forms, options)
    )


def get_architecture(
    identifier: str, collection: str, *, graph: bool, vector: bool
) -> Call[results.IndexedArchitecture]:
    """Reads one architecture."""
    return Call(
        method(_SEARCH, "GetArchitecture"),
        search_pb2.GetArchitectureRequest(
            id=identifier, collection=collection, include_graph=graph, include_vector=vector
        ),
        lambda data: answers.indexed_architecture(search_pb2.GetArchitectureResponse.FromString(data)),
    )


def list_architectures(collection: str, condition: str, page_token: str) -> Call[Page[Architecture]]:
    """Reads one page of architectures."""

    def decode(data: bytes) -> Page[Architecture]:
        message = search_pb2.ListArchitecturesResponse.FromString(data)
        return Page(tuple(map(codec.architecture_from_proto, message.architectures)), message.next_page_token)

    request = search_pb2.ListArchitecturesRequest(
        collection=collection, filter=condition, page_size=_PAGE_SIZE, page_token=page_token
    )
    return Call(method(_SEARCH, "ListArchitectures"), request, decode)


def list_collections() -> Call[tuple[results.Collection, ...]]:
    """Reads the collections."""
    return Call(
        method(_SEARCH, "ListCollections"),
        search_pb2.ListCollectionsRequest(),
        lambda data: answers.collections(search_pb2.ListCollectionsResponse.FromString(data)),
    )


def get_job(identifier: str) -> Call[results.IndexJob]:
    """Reads one index job."""
    return Call(
        method(_INDEX, "GetIndexJob"),
        index_pb2.GetIndexJobRequest(id=identifier),
        lambda data: answers.index_job(index_pb2.GetIndexJobResponse.FromString(data).job),
    )


def watch_job(identifier: str) -> Call[results.IndexJob]:
    """Streams one index job until it is finished."""
    return Call(
        method(_INDEX, "WatchIndexJob"),
        index_pb2.WatchIndexJobRequest(id=identifier),
        lambda data: answers.index_job(index_pb2.WatchIndexJobResponse.FromString(data).job),
    )


def cancel_job(identifier: str) -> Call[results.IndexJob]:
    """Cancels one index job."""
    return Call(
        method(_INDEX, "CancelIndexJob"),
        index_pb2.CancelIndexJobRequest(id=identifier),
        lambda data: answers.index_job(index_pb2.CancelIndexJobResponse.FromString(data).job),
    )


def list_jobs(page_token: str) -> Call[Page[results.IndexJob]]:
    """Reads one page of index jobs."""

    def decode(data: bytes) -> Page[results.IndexJob]:
        message = index_pb2.ListIndexJobsResponse.FromString(data)
        return Page(tuple(map(answers.index_job, message.jobs)), message.next_page_token)

    request = index_pb2.ListIndexJobsRequest(page_size=_PAGE_SIZE, page_token=page_token)
    return Call(method(_INDEX, "ListIndexJobs"), request, decode)


def list_failures(identifier: str, page_token: str) -> Call[Page[results.IndexFailure]]:
    """Reads one page of a job's failures."""

    def decode(data: bytes) -> Page[results.IndexFailure]:
        message = index_pb2.ListIndexJobFailuresResponse.FromString(data)
        return Page(tuple(map(answers.index_failure, message.failures)), message.next_page_token)

    request = index_pb2.ListIndexJobFailuresRequest(id=identifier, page_size=_PAGE_SIZE, page_token=page_token)
    return Call(method(_INDEX, "ListIndexJobFailures"), request, decode)


def delete_architecture(identifier: str, collection: str) -> Call[None]:
    """Removes one architecture."""
    return Call(
        method(_INDEX, "DeleteArchitecture"),
        index_pb2.DeleteArchitectureRequest(id=identifier, collection=collection),
        lambda _: None,
    )


def rebuild_index() -> Call[results.IndexJob]:
    """Starts a job that writes the index anew."""
    return Call(
        method(_INDEX, "RebuildIndex"),
        index_pb2.RebuildIndexRequest(),
        lambda data: answers.index_job(index_pb2.RebuildIndexResponse.FromString(data).job),
    )


def check_index() -> Call[tuple[results.Finding, ...]]:
    """Asks what is wrong."""
    return Call(
        method(_INDEX, "CheckIndex"),
        index_pb2.CheckIndexRequest(),
        lambda data: answers.findings(index_pb2.CheckIndexResponse.FromString(data)),
    )


def job_header(
    selectors: tuple[str, ...],
    collection: str,
    labels: Mapping[str, str],
    idempotency_key: str,
    *,
    skip_known: bool = False,
    shard: tuple[int, int] = (0, 1),
) -> index_pb2.CreateIndexJobRequest:
    """The first message of the stream that makes an index job."""
    header = index_pb2.IndexJobHeader(
        collection=collection,
        selectors=selectors,
        labels=labels,
        idempotency_key=idempotency_key,
        skip_known=skip_known,
        shard_index=shard[0],
        shard_count=shard[1],
    )
    return index_pb2.CreateIndexJobRequest(header=header)


def created_job(data: bytes) -> results.IndexJob:
    """The job that a CreateIndexJobResponse holds."""
    response = index_pb2.CreateIndexJobResponse.FromString(data)
    return replace(answers.index_job(response.job), skipped=response.skipped)
