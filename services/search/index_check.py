"""Looks at all parts of the system, and says what is wrong and what to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from nar.errors import NarError
from services.runtime.blobs import BlobStore
from services.runtime.queue import StageQueue, dead_letters
from services.runtime.redis_connection import Client
from services.search.backends import GrpcBackends
from services.search.milvus_catalogue import MilvusCatalogue
from services.search.rebuilding import RECORDS


class Severity(Enum):
    """How bad a finding is; see protos/nar/v1/index.proto."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    severity: Severity
    message: str
    advice: str = ""


class IndexCheck:
    """Reads only; every part is looked at, also where another does not answer."""

    def __init__(
        self,
        catalogue: MilvusCatalogue,
        blobs: BlobStore,
        backends: GrpcBackends,
        queues: Mapping[str, StageQueue],
        redis: Client,
    ) -> None:
        self._catalogue = catalogue
        self._blobs = blobs
        self._backends = backends
        self._queues = queues
        self._redis = redis

    async def run(self) -> list[Finding]:
        """All findings."""
        parts = {
            "services": self._services(),
            "model version": self._model_version(),
            "queue": self._queue(),
            "index": self._collections(),
        }
        found = await asyncio.gather(*parts.values(), return_exceptions=True)
        findings: list[Finding] = []
        for subject, part in zip(parts, found, strict=True):
            if isinstance(part, NarError):
                findings.append(Finding(subject, Severity.ERROR, str(part), "see that it runs and can be reached"))
            elif isinstance(part, BaseException):
                raise part
            else:
                findings += part
        return findings

    async def _services(self) -> list[Finding]:
        return [
            Finding(name, Severity.OK, "is serving")
            if up
            else Finding(name, Severity.ERROR, "is not serving", "its log says why")
            for name, up in (await self._backends.health()).items()
        ]

    async def _model_version(self) -> list[Finding]:
        """Whether vectors of the index and of the embedder can be compared."""
        subject = "model version"
        live, served = await self._catalogue.model_version(), await self._backends.model()
        if live in ("", served.model_version):
            return [Finding(subject, Severity.OK, f"index and embedder have {served.model_version}")]
        message = f"the index holds vectors of {live}, the embedder makes those of {served.model_version}"
        advice = "`nar index --rebuild` makes the index anew"
        if live in served.others:
            return [Finding(subject, Severity.WARNING, f"{message}, and of {live} for searches", advice)]
        return [Finding(subject, Severity.ERROR, message, f"{advice}, or start the embedder with the old weights")]

    async def _queue(self) -> list[Finding]:
        """Tasks that nobody works on, and those that were given up."""
        findings = []
        for stage, queue in self._queues.items():
            backlog, workers = await queue.backlog(), await queue.workers()
            message = f"{backlog:,} tasks, {workers} workers"
            if workers:
                findings.append(Finding(f"queue {stage}", Severity.OK, message))
            else:
                severity = Severity.ERROR if backlog else Severity.WARNING
                findings.append(Finding(f"queue {stage}", severity, message, f"start a worker of the stage {stage}"))
        count = await dead_letters(self._redis)
        if count:
            advice = "the stream nar:dead holds each with its reason; mend the cause and index them again"
            findings.append(Finding("dead letters", Severity.WARNING, f"{count:,} tasks were given up", advice))
        return findings

    async def _collections(self) -> list[Finding]:
        """Whether the vector store has what the records say."""
        rows = await self._catalogue.collections()
        records = Counter(key.split("/")[1] for key in await self._blobs.keys(RECORDS))
        findings = []
        for name in sorted({*rows, *records}):
            message = f"{rows.get(name, 0):,} vectors, {records[name]:,} records"
            if rows.get(name, 0) == records[name]:
                findings.append(Finding(f"collection {name}", Severity.OK, message))
            else:
                advice = "a job may be running; otherwise `nar index --rebuild` makes the vectors anew from the records"
                findings.append(Finding(f"collection {name}", Severity.WARNING, message, advice))
        live = await self._catalogue.model_version()
        kept = [version for version in await self._catalogue.versions() if version != live]
        if kept:
            message = f"vectors of {', '.join(sorted(kept))} are kept beside {live}"
            findings.append(Finding("other versions", Severity.OK, message))
        return findings or [Finding("index", Severity.OK, "it is empty")]
