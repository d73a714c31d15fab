"""Child processes of the sandbox: forked from a warm one, one ahead of time, so that no run waits for a fork."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import cast

from services.extractor.confinement import Limits, confine

WARM_UP = "services.extractor.warm_up"
"""Module that the fork server imports, so that its children have everything at hand."""

PROBE = "services.extractor.sandbox:probe"
"""Entry that does nothing; the child answers for it whether it is off the network."""

OUT_OF_MEMORY = 77
"""Exit code of a child that came to the limit of its memory."""


@dataclass(frozen=True)
class Child:
    """A process, and our end of the pipe to it."""

    process: ForkServerProcess
    connection: Connection


class Children:
    """Starts and ends children, each for one run.

    Args:
        limits: that a child puts on itself.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([WARM_UP])
        # The bookkeeping of multiprocessing wants one thread.
        self._thread = ThreadPoolExecutor(1, "sandbox-start")
        self._spare: Future[Child] | None = None

    async def take(self) -> Child:
        """A child that waits for its entry; the next one is being forked meanwhile.

        Raises:
            OSError, EOFError: none can be started.
        """
        spare, self._spare = self._spare, None
        child = await self._living(spare) if spare is not None else None
        if child is None:
            child = await self._started(self._thread.submit(self._fork))
        if self._spare is None:
            self._spare = self._thread.submit(self._fork)
        return child

    def end(self, child: Child) -> None:
        """Kills a child, if it still runs, and forgets it; a thread that talks to it gets its end of file."""
        if child.process.pid is not None and child.process.is_alive():
            child.process.kill()
        self._thread.submit(_forget, child)

    async def exit_code(self, child: Child) -> int | None:
        """How a child ended; None when it is still there, because its answer was not taken."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _exit_code, child)

    def close(self) -> None:
        """Ends the spare child and the thread."""
        if self._spare is not None:
            self._spare.add_done_callback(_dismiss)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _living(self, spare: Future[Child]) -> Child | None:
        """The spare, unless it could not be started or has died."""
        try:
            child = await self._started(spare)
        except (OSError, EOFError):
            return None
        if child.process.is_alive():
            return child
        self.end(child)
        return None

    async def _started(self, starting: Future[Child]) -> Child:
        try:
            return await asyncio.shield(asyncio.wrap_future(starting))
        except asyncio.CancelledError:
            starting.add_done_callback(_dismiss)
            raise

    def _fork(self) -> Child:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=answer_one, args=(theirs, self._limits), daemon=True)
        process.start()
        theirs.close()
        return Child(process, ours)


def answer_one(connection: Connection, limits: Limits) -> None:
    """Main function of a child: confines itself, then waits for an entry and answers one payload."""
    isolated = confine(limits)
    try:
        entry = connection.recv_bytes().decode()
    except (EOFError, OSError):
        # A spare one that nobody wanted.
        os._exit(0)
    module, _, name = entry.partition(":")
    try:
        function = cast(Callable[[bytes], bytes], getattr(importlib.import_module(module), name))
        payload = connection.recv_bytes()
        connection.send_bytes(b"isolated" if entry == PROBE and isolated else function(payload))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _dismiss(starting: Future[Child]) -> None:
    """Lets a child end that nobody will talk to: it gets its end of file."""
    if not starting.cancelled() and starting.exception() is None:
        starting.result().connection.close()


def _exit_code(child: Child) -> int | None:
    child.process.join(1.0)
    return child.process.exitcode


def _forget(child: Child) -> None:
    child.process.join(5.0)
    child.connection.close()
    if child.process.exitcode is not None:
        child.process.close()
