"""The whole system on one machine: Valkey, Milvus Lite, the four services and their four workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

from nar.client.address import home as default_home
from nar.local.home import Home
from nar.local.ports import Ports
from nar.local.programs import MILVUS_URI, Program, programs, starter_index
from nar.local.supervisor import Supervisor

START_SECONDS = 120.0

# As services.search.starter has it, which this package does not import.
_NOTE = "note: "

Progress = Callable[[str], None]
"""Told what is being waited for."""


class LocalStack:
    """Starts the whole system and stops it; a context manager.

    A process that dies is started again. All processes end with this one, even when it is killed.

    Args:
        home: the folder of its data, logs and addresses; it is made when it does not exist. Default: NAR_HOME, else
            ~/.local/share/nar.
        ports: "default" for those of `Ports`, or "free" for any.
        settings: NAR_* variables for the services, over the stack's own; with NAR_MILVUS_URI that Milvus is used, and
            none is started.
        starter: whether the architectures that ship are in the index from the start on.
        ray: whether the embedder runs on Ray Serve instead of in one process.

    """

    def __init__(
        self,
        home: Path | None = None,
        *,
        ports: Literal["default", "free"] = "default",
        settings: Mapping[str, str] | None = None,
        starter: bool = False,
        ray: bool = False,
    ) -> None:
        self.home = Home(home or default_home())
        self.ports = Ports.free() if ports == "free" else Ports()
        self._settings = dict(settings or {})
        self._starter = starter
        self._ray = ray
        self.starter_note = ""
        """What became of the starter index."""
        self._supervisor = Supervisor(self.home.logs)

    @property
    def address(self) -> str:
        """The search service, for `nar.Client`."""
        return self.addresses()["search"]

    def addresses(self) -> dict[str, str]:
        """The parts that listen as "host:port"."""
        addresses = self.ports.addresses()
        if MILVUS_URI in self._settings:
            addresses["milvus"] = urlsplit(self._settings[MILVUS_URI]).netloc
        return addresses

    def start(self, progress: Progress | None = None) -> None:
        """Starts all and returns when all are healthy.

        Raises:
            FailedPrecondition: another one runs in this home, a port is taken, or something is not installed.
            Unavailable: a process failed to start; what had started is stopped.

        """
        chosen = programs(self.home, self.ports, self._settings, ray=self._ray)
        self.home.acquire()
        with self._stopping_on_failure():
            self.ports.check_free()
            for _, group in groupby(sorted(chosen, key=_level), key=_level):
                self._start(tuple(group), progress or _silent)
            if self._starter:
                (progress or _silent)("the starter index")
                program = starter_index(self.home, self.ports, self._settings)
                self.starter_note = _note(self._supervisor.run(program, START_SECONDS))
            self._supervisor.watch()
            self.home.write_addresses(self.addresses())

    def stop(self) -> None:
        """Stops all in the reverse order; returns when no process is left. Does nothing the second time."""
        self._supervisor.stop()
        self.home.release()

    def pids(self) -> dict[str, int]:
        """Process ids by program, such as "redis", "search-server" or "search-worker"."""
        return self._supervisor.pids()

    def worker_pids(self) -> dict[str, int]:
        """Process ids of the workers by service: "extractor", "motif_miner", "embedder" and "search"."""
        return {name.removesuffix("-worker"): pid for name, pid in self.pids().items() if name.endswith("-worker")}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, group: tuple[Program, ...], progress: Progress) -> None:
        progress(", ".join(program.name for program in group))
        for program in group:
            self._supervisor.start(program)
        self._supervisor.wait_until_ready(group, START_SECONDS)

    @contextmanager
    def _stopping_on_failure(self) -> Iterator[None]:
        started = False
        try:
            yield
            started = True
        finally:
            if not started:
                self.stop()


def _note(written: str) -> str:
    """What the loader of the starter index says of its work."""
    notes = [line.removeprefix(_NOTE) for line in written.splitlines() if line.startswith(_NOTE)]
    return notes[-1] if notes else ""


def _level(program: Program) -> int:
    return program.level


def _silent(text: str) -> None:
    """Progress that nobody wants to see."""
