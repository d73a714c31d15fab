"""From response messages to the client's results."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp

from nar import codec
from nar.client.results import (
    Collection,
    Finding,
    IndexedArchitecture,
    IndexFailure,
    IndexJob,
    JobState,
    MotifCount,
    Neighbour,
    SearchResult,
    Severity,
    SharedMotif,
)
from nar.v1 import index_pb2, search_pb2

_JOB_STATES = {
    index_pb2.IndexJob.STATE_RUNNING: JobState.RUNNING,
    index_pb2.IndexJob.STATE_SUCCEEDED: JobState.SUCCEEDED,
    index_pb2.IndexJob.STATE_CANCELLED: JobState.CANCELLED,
}

_SEVERITIES = {
    index_pb2.Finding.SEVERITY_OK: Severity.OK,
    index_pb2.Finding.SEVERITY_WARNING: Severity.WARNING,
    index_pb2.Finding.SEVERITY_ERROR: Severity.ERROR,
}


def search_result(message: search_pb2.SearchResponse) -> SearchResult:
    """The result of a search."""
    return SearchResult(
        neighbours=tuple(_neighbour(neighbour) for neighbour in message.neighbours),
        query=codec.architecture_from_proto(message.query) if message.HasField("query") else None,
        model_version=message.model_version,
        index_version=message.index_version,
        next_page_token=message.next_page_token,
    )


def _neighbour(message: search_pb2.Neighbour) -> Neighbour:
    return Neighbour(
        architecture=codec.architecture_from_proto(message.architecture),
        score=message.score,
        shared_motifs=tuple(
            SharedMotif(motif.fingerprint, motif.name, motif.query_count, motif.neighbour_count)
            for motif in message.shared_motifs
        ),
    )


def indexed_architecture(message: search_pb2.GetArchitectureResponse) -> IndexedArchitecture:
    """One architecture with what was asked for."""
    return IndexedArchitecture(
        architecture=codec.architecture_from_proto(message.architecture),
        motifs=tuple(MotifCount(motif.fingerprint, motif.name, motif.count, motif.ops) for motif in message.motifs),
        model_version=message.model_version,
        graph=codec.graph_from_proto(message.graph) if message.HasField("graph") else None,
        vector=np.array(message.vector.values, np.float32) if message.HasField("vector") else None,
    )


def collections(message: search_pb2.ListCollectionsResponse) -> tuple[Collection, ...]:
    """The collections in alphabetical order."""
    return tuple(Collection(collection.name, collection.architectures) for collection in message.collections)


def index_job(message: index_pb2.IndexJob) -> IndexJob:
    """One index job."""
    return IndexJob(
        id=message.id,
        collection=message.collection,
        state=_JOB_STATES.get(message.state, JobState.UNKNOWN),
        total=message.total,
        extracted=message.extracted,
        mined=message.mined,
        embedded=message.embedded,
        indexed=message.indexed,
        failed=message.failed,
        duplicates=message.duplicates,
        created_at=_time(message.created_at) if message.HasField("created_at") else None,
        finished_at=_time(message.finished_at) if message.HasField("finished_at") else None,
    )


def index_failure(message: index_pb2.IndexFailure) -> IndexFailure:
    """One failure of an index job."""
    return IndexFailure(message.item, message.source, message.stage, message.reason)


def findings(message: index_pb2.CheckIndexResponse) -> tuple[Finding, ...]:
    """What a check of the index found."""
    return tuple(
        Finding(item.subject, _SEVERITIES.get(item.severity, Severity.UNKNOWN), item.message, item.advice)
        for item in message.findings
    )


def _time(message: Timestamp) -> datetime:
    return message.ToDatetime(tzinfo=UTC)
