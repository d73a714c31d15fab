"""Runs each extraction in a child process of its own, forked from a warm one and confined before it reads anything."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import cast

import structlog

from nar.errors import ExtractionFailed, LimitExceeded, NarError, Overloaded, Unavailable
from services.extractor.confinement import Limits, confine

log = structlog.get_logger()

WARM_UP = "services.extractor.warm_up"
"""Module that the fork server imports, so that its children have everything at hand."""

PROBE = "services.extractor.sandbox:probe"

_OUT_OF_MEMORY = 77


class Sandbox:
    """Child processes with limits, a bounded number at a time. Bytes go in and bytes come out, never pickles."""

    def __init__(self, limits: Limits, *, concurrency: int, queue: int) -> None:
        self._limits = limits
        self._slots = asyncio.Semaphore(concurrency)
        self._most = concurrency + queue
        self._load = 0
        self._ready = False
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([WARM_UP])
        # The bookkeeping of multiprocessing wants one thread; each conversation blocks one of the others.
        self._starter = ThreadPoolExecutor(1, "sandbox-start")
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
        self._starter.shutdown(wait=False, cancel_futures=True)
        self._talkers.shutdown(wait=False, cancel_futures=True)

    async def _run(self, entry: str, payload: bytes, label: str) -> bytes:
        loop = asyncio.get_running_loop()
        starting = loop.run_in_executor(self._starter, self._fork, entry)
        try:
            process, connection = await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(self._end_unwanted)
            raise
        except (OSError, EOFError) as error:
            self._ready = False
            raise Unavailable(f"no child process could be started: {error!r}", retry_after=2.0) from error
        self._ready = True
        try:
            async with asyncio.timeout(self._limits.seconds):
                limit = self._limits.result_bytes
                return await loop.run_in_executor(self._talkers, _converse, connection, payload, limit)
        except TimeoutError as error:
            raise LimitExceeded(f"{label}: extraction took more than {self._limits.seconds:g} s") from error
        except (EOFError, OSError) as error:
            code = await loop.run_in_executor(self._starter, _exit_code, process)
            raise self._explain(code, label) from error
        finally:
            self._end(process, connection)

    def _fork(self, entry: str) -> tuple[ForkServerProcess, Connection]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=child, args=(theirs, entry, self._limits), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _end(self, process: ForkServerProcess, connection: Connection) -> None:
        """Kills the child, if it still runs, and forgets it; a thread that talks to it gets its end of file."""
        if process.pid is not None and process.is_alive():
            process.kill()
        self._starter.submit(_forget, process, connection)

    def _end_unwanted(self, starting: asyncio.Future[tuple[ForkServerProcess, Connection]]) -> None:
        if not starting.cancelled() and starting.exception() is None:
            self._end(*starting.result())

    def _explain(self, code: int | None, label: str) -> LimitExceeded | ExtractionFailed:
        """The error behind the exit code of a child that gave no answer."""
        if code is None:
            return LimitExceeded(f"{label}: its graph takes more than {self._limits.result_bytes >> 20} MiB")
        if code == -signal.SIGXCPU:
            return LimitExceeded(f"{label}: extraction used more than {self._limits.cpu_seconds} s of CPU time")
        if code in (_OUT_OF_MEMORY, -signal.SIGKILL):
            return LimitExceeded(f"{label}: extraction needs more than {self._limits.memory_bytes >> 20} MiB of memory")
        if code < 0:
            name = signal.Signals(-code).name
            return ExtractionFailed(f"{label}: extraction crashed ({name}): the file is damaged, or too large for it")
        return ExtractionFailed(f"{label}: the extractor failed (exit code {code}); its log has the reason")


def child(connection: Connection, entry: str, limits: Limits) -> None:
    """Main function of a child: confines itself, then answers one payload."""
    isolated = confine(limits)
    module, _, name = entry.partition(":")
    try:
        function = cast(Callable[[bytes], bytes], getattr(importlib.import_module(module), name))
        payload = connection.recv_bytes()
        connection.send_bytes(b"isolated" if entry == PROBE and isolated else function(payload))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)


def probe(payload: bytes) -> bytes:
    """Entry that does nothing; the child answers for it whether it is off the network."""
    return payload


def _converse(connection: Connection, payload: bytes, limit: int) -> bytes:
    """Sends the payload and waits for the answer; EOFError or OSError when the child ends instead."""
    connection.send_bytes(payload)
    return connection.recv_bytes(limit)


def _exit_code(process: ForkServerProcess) -> int | None:
    """How the child ended; None when it is still there, because its answer was not taken."""
    process.join(1.0)
    return process.exitcode


def _forget(process: ForkServerProcess, connection: Connection) -> None:
    process.join(5.0)
    connection.close()
    if process.exitcode is not None:
        process.close()
