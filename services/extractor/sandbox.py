"""Runs each extraction in a child process of its own, forked from a warm one and confined before it reads anything."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

import structlog

from nar.errors import ExtractionFailed, LimitExceeded, NarError, Overloaded, Unavailable
from services.extractor.children import OUT_OF_MEMORY, PROBE, Children
from services.extractor.confinement import Limits

log = structlog.get_logger()


class Sandbox:
    """Child processes with limits, a bounded number at a time. Bytes go in and bytes come out, never pickles."""

    def __init__(self, limits: Limits, *, concurrency: int, queue: int) -> None:
        self._limits = limits
        self._slots = asyncio.Semaphore(concurrency)
        self._most = concurrency + queue
        self._load = 0
        self._ready = False
        self._children = Children(limits)
        self._talkers = ThreadPoolExecutor(2 * concurrency, "sandbox-talk")

    async def start(self) -> None:
        """Starts and warms up the fork server, and says plainly when children cannot be kept off the network.

        Raises:
            Unavailable: the fork server does not start.

        """
        if await self._run(PROBE, b"", "the probe") != b"isolated":
            log.warning(
                "extractions are not kept off the network: neither network namespaces nor seccomp are permitted"
            )

    async def is_ready(self) -> bool:
        """Whether children can be started; where the last one could not, it tries again."""
        if not self._ready:
            try:
                await self._run(PROBE, b"", "the probe")
            except NarError as error:
                log.warning("the sandbox is not ready", reason=str(error))
        return self._ready

    async def run(self, entry: str, payload: bytes, label: str) -> bytes:
        """What the function `entry` ("package.module:function", bytes to bytes) makes of `payload`.

        Args:
            entry: the function; errors that it expects are part of what it returns.
            payload: its input.
            label: names the input in messages.

        Raises:
            LimitExceeded: it took too much time or memory.
            ExtractionFailed: it crashed.
            Overloaded: too many runs wait already.
            Unavailable: no child could be started.

        """
        if self._load >= self._most:
            raise Overloaded(f"{self._load} extractions run or wait already; try again later", retry_after=2.0)
        self._load += 1
        try:
            async with self._slots:
                return await self._run(entry, payload, label)
        finally:
            self._load -= 1

    def close(self) -> None:
        """Ends the threads; running children have been killed by whoever cancelled their runs."""
        self._children.close()
        self._talkers.shutdown(wait=False, cancel_futures=True)

    async def _run(self, entry: str, payload: bytes, label: str) -> bytes:
        try:
            child = await self._children.take()
        except (OSError, EOFError) as error:
            self._ready = False
            raise Unavailable(f"no child process could be started: {error!r}", retry_after=2.0) from error
        self._ready = True
        talk = (child.connection, entry, payload, self._limits.result_bytes)
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await asyncio.get_running_loop().run_in_executor(self._talkers, _converse, *talk)
        except TimeoutError as error:
            raise LimitExceeded(f"{label}: extraction took more than {self._limits.seconds:g} s") from error
        except (EOFError, OSError) as error:
            raise self._explain(await self._children.exit_code(child), label) from error
        finally:
            self._children.end(child)

    def _explain(self, code: int | None, label: str) -> LimitExceeded | ExtractionFailed:
        """The error behind the exit code of a child that gave no answer."""
        if code is None:
            return LimitExceeded(f"{label}: its graph takes more than {self._limits.result_bytes >> 20} MiB")
        if code == -signal.SIGXCPU:
            return LimitExceeded(f"{label}: extraction used more than {self._limits.cpu_seconds} s of CPU time")
        if code in (OUT_OF_MEMORY, -signal.SIGKILL):
            return LimitExceeded(f"{label}: extraction needs more than {self._limits.memory_bytes >> 20} MiB of memory")
        if code < 0:
            name = signal.Signals(-code).name
            return ExtractionFailed(f"{label}: extraction crashed ({name}): the file is damaged, or too large for it")
        return ExtractionFailed(f"{label}: the extractor failed (exit code {code}); its log has the reason")


def probe(payload: bytes) -> bytes:
    """See PROBE."""
    return payload


def _converse(connection: Connection, entry: str, payload: bytes, limit: int) -> bytes:
    """Sends entry and payload and waits for the answer; EOFError or OSError when the child ends instead."""
    connection.send_bytes(entry.encode())
    connection.send_bytes(payload)
    return connection.recv_bytes(limit)
