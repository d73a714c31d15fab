"""IndexService: translates the protocol to index jobs and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from nar.errors import NotFound
from nar.v1 import index_pb2, index_pb2_grpc
from services.runtime.blobs import BlobStore
from services.runtime.interceptor import Context
from services.runtime.jobs import JobState, JobStore
from services.search import page_token, validation
from services.search.catalogue import Catalogue
from services.search.index_check import IndexCheck, Severity
from services.search.index_version import IndexVersion
from services.search.rebuilding import Rebuilding
from services.search.record_keys import record_key
from services.search.submission import Submission

_WATCH_SECONDS = 0.2

_STATES = {
    "running": index_pb2.IndexJob.STATE_RUNNING,
    "succeeded": index_pb2.IndexJob.STATE_SUCCEEDED,
    "cancelled": index_pb2.IndexJob.STATE_CANCELLED,
}

_SEVERITIES = {
    Severity.OK: index_pb2.Finding.SEVERITY_OK,
    Severity.WARNING: index_pb2.Finding.SEVERITY_WARNING,
    Severity.ERROR: index_pb2.Finding.SEVERITY_ERROR,
}


class IndexServicer(index_pb2_grpc.IndexServiceServicer):
    """Index jobs, and the removal of architectures.

    Args:
        jobs: state of the jobs.
        new_submission: makes what takes a stream.
        rebuilding: makes jobs that write the index anew.
        check: compares what the parts of the system hold.
        catalogue: the index.
        blobs: what belongs to a removed architecture is removed there too.
        index_version: is raised by every write.
    """

    def __init__(
        self,
        jobs: JobStore,
        new_submission: Callable[[], Submission],
        rebuilding: Rebuilding,
        check: IndexCheck,
        catalogue: Catalogue,
        blobs: BlobStore,
        index_version: IndexVersion,
    ) -> None:
        self._jobs = jobs
        self._new_submission = new_submission
        self._rebuilding = rebuilding
        self._check = check
        self._catalogue = catalogue
        self._blobs = blobs
        self._index_version = index_version

    async def CreateIndexJob(
        self, request_iterator: AsyncIterator[index_pb2.CreateIndexJobRequest], context: Context
    ) -> index_pb2.CreateIndexJobResponse:
        """Creates a job from a stream."""
        submission = self._new_submission()
        job = await submission.accept(request_iterator)
        return index_pb2.CreateIndexJobResponse(job=job_to_proto(job), skipped=submission.skipped)

    async def RebuildIndex(
        self, request: index_pb2.RebuildIndexRequest, context: Context
    ) -> index_pb2.RebuildIndexResponse:
        """Makes a job that writes the index anew."""
        return index_pb2.RebuildIndexResponse(job=job_to_proto(await self._rebuilding.start()))

    async def CheckIndex(self, request: index_pb2.CheckIndexRequest, context: Context) -> index_pb2.CheckIndexResponse:
        """Says what is wrong, and what to do."""
        findings = [
            index_pb2.Finding(
                subject=item.subject, severity=_SEVERITIES[item.severity], message=item.message, advice=item.advice
            )
            for item in await self._check.run()
        ]
        return index_pb2.CheckIndexResponse(findings=findings)

    async def GetIndexJob(
        self, request: index_pb2.GetIndexJobRequest, context: Context
    ) -> index_pb2.GetIndexJobResponse:
        """Returns a job."""
        return index_pb2.GetIndexJobResponse(job=job_to_proto(await self._jobs.get(request.id)))

    async def WatchIndexJob(
        self, request: index_pb2.WatchIndexJobRequest, context: Context
    ) -> AsyncIterator[index_pb2.WatchIndexJobResponse]:
        """Streams a job's state at each change until it is terminal."""
        last: JobState | None = None
        while last is None or not last.is_terminal:
            job = await self._jobs.get(request.id)
            if job != last:
                yield index_pb2.WatchIndexJobResponse(job=job_to_proto(job))
            last = job
            await asyncio.sleep(0 if job.is_terminal else _WATCH_SECONDS)

    async def CancelIndexJob(
        self, request: index_pb2.CancelIndexJobRequest, context: Context
    ) -> index_pb2.CancelIndexJobResponse:
        """Cancels a job."""
        return index_pb2.CancelIndexJobResponse(job=job_to_proto(await self._jobs.cancel(request.id)))

    async def ListIndexJobs(
        self, request: index_pb2.ListIndexJobsRequest, context: Context
    ) -> index_pb2.ListIndexJobsResponse:
        """Lists the jobs, newest first."""
        limit = validation.page_size(request.page_size, 20, 1_000)
        offset = int(page_token.decode(request.page_token, b"jobs") or 0)
        jobs = await self._jobs.page(offset, limit + 1)
        token = page_token.encode(str(offset + limit), b"jobs") if len(jobs) > limit else ""
        return index_pb2.ListIndexJobsResponse(jobs=[job_to_proto(job) for job in jobs[:limit]], next_page_token=token)

    async def ListIndexJobFailures(
        self, request: index_pb2.ListIndexJobFailuresRequest, context: Context
    ) -> index_pb2.ListIndexJobFailuresResponse:
        """Lists what a job could not index."""
        limit = validation.page_size(request.page_size, 100, 1_000)
        offset = int(page_token.decode(request.page_token, request.id.encode()) or 0)
        found = await self._jobs.failures(request.id, offset, limit + 1)
        token = page_token.encode(str(offset + limit), request.id.encode()) if len(found) > limit else ""
        failures = [
            index_pb2.IndexFailure(item=item.item, source=item.source, stage=item.stage, reason=item.reason)
            for item in found[:limit]
        ]
        return index_pb2.ListIndexJobFailuresResponse(failures=failures, next_page_token=token)

    async def DeleteArchitecture(
        self, request: index_pb2.DeleteArchitectureRequest, context: Context
    ) -> index_pb2.DeleteArchitectureResponse:
        """Removes one architecture."""
        collection = validation.collection_name(request.collection)
        identity = validation.architecture_id(request.id)
        if await self._catalogue.get(collection, identity) is None:
            raise NotFound(f"collection {collection!r} has no architecture {identity!r}")
        await self._catalogue.delete(collection, identity)
        await self._blobs.delete(record_key(collection, identity))
        await self._index_version.bump()
        return index_pb2.DeleteArchitectureResponse()


def job_to_proto(job: JobState) -> index_pb2.IndexJob:
    """The message of a job."""
    message = index_pb2.IndexJob(
        id=job.id,
        collection=job.collection,
        state=_STATES[job.state],
        total=job.total,
        extracted=job.extracted,
        mined=job.mined,
        embedded=job.embedded,
        indexed=job.indexed,
        failed=job.failed,
        duplicates=job.duplicates,
    )
    message.created_at.FromMilliseconds(int(job.created_at * 1000))
    if job.finished_at:
        message.finished_at.FromMilliseconds(int(job.finished_at * 1000))
    return message
