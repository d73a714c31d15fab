"""Extracts many models by name, each in a limited child process, and says which were captured and why others not."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nar.errors import InvalidInput, NarError
from nar.extras import require
from nar.v1 import architecture_pb2

if TYPE_CHECKING:
    from services.extractor.sandbox import Sandbox
    from services.extractor.settings import ExtractorSettings


@dataclass(frozen=True)
class Capture:
    """What became of one model: seconds of building and tracing it, ops of its graph, and why it failed ("" if not)."""

    name: str
    seconds: float
    ops: int = 0
    reason: str = ""

    @property
    def library(self) -> str:
        """The library that defines it."""
        return self.name.partition("/")[0]

    @property
    def lacks_library(self) -> bool:
        """Whether it failed for want of a library that is not installed here."""
        return any(f"{error}: " in self.reason for error in ("ImportError", "ModuleNotFoundError"))


@dataclass(frozen=True)
class LibrarySummary:
    """How many models of one library were captured, and how fast.

    Attributes:
        unavailable: models that want a library which is not installed here.
        rate: captured models divided by all that could be, from 0 to 1.
        median_seconds: of the captured ones.
        most_ops: of the largest captured graph.

    """

    library: str
    models: int
    unavailable: int
    captured: int
    rate: float
    median_seconds: float
    most_ops: int


def names(patterns: Sequence[str], sample: int = 0, *, optional: bool = False) -> list[str]:
    """Names of the models that shell-style `patterns` match, sorted; a fixed random `sample` of them unless it is 0.

    Raises:
        InvalidInput: none matches, unless that is `optional`.

    """
    require("zoo", "a list of models")
    from services.extractor import libraries

    found = sorted({name for pattern in patterns for name in libraries.names(pattern)})
    if not found and not optional:
        raise InvalidInput(f"no model of an installed library matches {', '.join(patterns)}", "patterns")
    chosen = np.random.default_rng(0).permutation(len(found))[: sample or len(found)]
    return [found[index] for index in sorted(chosen.tolist())]


def measure(models: Sequence[str], on_capture: Callable[[Capture], None]) -> list[Capture]:
    """Extracts `models`, one process a core at a time; `on_capture` is told as they come. In the order of the names."""
    require("zoo", "extraction")
    return sorted(asyncio.run(_measure(models, on_capture)), key=lambda capture: capture.name)


def summarise(captures: Sequence[Capture]) -> list[LibrarySummary]:
    """One summary a library, in alphabetical order."""
    return [
        _summary(library, [capture for capture in captures if capture.library == library])
        for library in sorted({capture.library for capture in captures})
    ]


def _summary(library: str, captures: Sequence[Capture]) -> LibrarySummary:
    good = [capture for capture in captures if not capture.reason]
    unavailable = sum(capture.lacks_library for capture in captures)
    return LibrarySummary(
        library,
        len(captures),
        unavailable,
        len(good),
        len(good) / max(len(captures) - unavailable, 1),
        statistics.median(capture.seconds for capture in good) if good else 0.0,
        max((capture.ops for capture in good), default=0),
    )


async def _measure(models: Sequence[str], on_capture: Callable[[Capture], None]) -> list[Capture]:
    from services.extractor.server import make_sandbox
    from services.extractor.settings import ExtractorSettings

    settings = ExtractorSettings.parse([])
    sandbox = make_sandbox(settings)
    await sandbox.start()
    captures: list[Capture] = []
    waiting = iter(models)

    async def work(waiting: Iterator[str]) -> None:
        for name in waiting:
            captures.append(await _capture(sandbox, settings, name))
            on_capture(captures[-1])

    await asyncio.gather(*(work(waiting) for _ in range(settings.extract_concurrency)))
    sandbox.close()
    return captures


async def _capture(sandbox: Sandbox, settings: ExtractorSettings, name: str) -> Capture:
    from services.extractor.server import run_extraction

    started = time.perf_counter()
    try:
        found = await run_extraction(sandbox, architecture_pb2.ModelSource(name=name), settings)
    except NarError as error:
        return Capture(name, time.perf_counter() - started, reason=str(error))
    return Capture(name, time.perf_counter() - started, found.architecture.ops)
