"""Keeps child processes running: one that dies is started again, with backoff."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from nar.errors import Unavailable
from nar.local.child import Child
from nar.local.programs import Program
from nar.local.readiness import is_ready

_POLL_SECONDS = 0.1
_FIRST_DELAY = 0.2
_LONGEST_DELAY = 30.0
_STEADY_SECONDS = 30.0
_STOP_SECONDS = 15.0


class Supervisor:
    """The child processes of one local system, by name."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: dict[str, Child] = {}
        self._delays: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._started: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="nar-supervisor", daemon=True)

    def start(self, program: Program) -> None:
        """Starts a program."""
        with self._lock:
            self._start(program)

    def wait_until_ready(self, programs: Sequence[Program], seconds: float) -> None:
        """Waits until all of `programs` are ready.

        Raises:
            Unavailable: one exited, or is not ready after `seconds`; the message holds the end of its log.

        """
        deadline = time.monotonic() + seconds
        waiting = list(programs)
        while waiting:
            for program in waiting:
                if self._children[program.name].exit_code is not None:
                    raise self._failure(program, f"exited with code {self._children[program.name].exit_code}")
            waiting = [program for program in waiting if not is_ready(program)]
            if waiting and time.monotonic() > deadline:
                raise self._failure(waiting[0], f"is not ready after {seconds:.0f} seconds")
            if waiting:
                time.sleep(_POLL_SECONDS)

    def run(self, program: Program, seconds: float) -> str:
        """Runs a program to its end; what it wrote.

        Raises:
            Unavailable: it failed, or has not ended after `seconds`; the message holds the end of its log.

        """
        with self._lock:
            self._start(program)
            child = self._children[program.name]
        deadline = time.monotonic() + seconds
        while child.exit_code is None and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        if child.exit_code != 0:
            what = "has not ended" if child.exit_code is None else f"exited with code {child.exit_code}"
            raise self._failure(program, what)
        child.kill_group()
        with self._lock:
            del self._children[program.name]
        return child.last_lines(50)

    def watch(self) -> None:
        """From now on, starts again what dies."""
        self._watcher.start()

    def pids(self) -> dict[str, int]:
        """Process ids by program name."""
        with self._lock:
            return {name: child.pid for name, child in self._children.items()}

    def stop(self) -> None:
        """Stops all, those of the highest level first; returns when none is left."""
        self._stopping.set()
        with self._lock:
            levels = sorted({child.program.level for child in self._children.values()}, reverse=True)
            for level in levels:
                _stop([child for child in self._children.values() if child.program.level == level])
            self._children.clear()
        # The watcher ends last: the kernel ties a child to the thread that started it.
        self._stopped.set()
        if self._watcher.ident is not None:
            self._watcher.join()

    def _start(self, program: Program) -> None:
        self._children[program.name] = Child(program, self._logs / f"{program.name}.log")
        self._started[program.name] = time.monotonic()

    def _failure(self, program: Program, what: str) -> Unavailable:
        child = self._children[program.name]
        return Unavailable(f"{program.name} {what}; the end of {child.log}:\n{child.last_lines()}")

    def _watch(self) -> None:
        while not self._stopping.wait(_POLL_SECONDS):
            with self._lock:
                if not self._stopping.is_set():
                    self._restart_dead()
        self._stopped.wait()

    def _restart_dead(self) -> None:
        """Starts again what has died and whose delay is over."""
        now = time.monotonic()
        for name, child in list(self._children.items()):
            if child.exit_code is None:
                if now - self._started[name] > _STEADY_SECONDS:
                    self._delays.pop(name, None)
            elif name not in self._due:
                child.kill_group()
                delay = self._delays.get(name, _FIRST_DELAY)
                self._delays[name] = min(delay * 2, _LONGEST_DELAY)
                self._due[name] = now + delay
            elif now >= self._due[name]:
                del self._due[name]
                self._start(child.program)


def _stop(children: Sequence[Child]) -> None:
    """Stops several at once."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for child in children:
        child.wait(max(deadline - time.monotonic(), 0.1))
