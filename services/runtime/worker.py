"""The main part of every worker process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import uvloop

from services.runtime.metrics_endpoint import metrics_endpoint
from services.runtime.server import stopping_on_signals
from services.runtime.settings import ServiceSettings
from services.runtime.spans import configure_spans
from services.runtime.stage import work
from services.runtime.tasks import Handler
from services.runtime.telemetry import configure_logs

Settings = TypeVar("Settings", bound=ServiceSettings)


def run_worker(service: str, main: Callable[[Settings], Awaitable[None]], settings: Settings) -> None:
    """Runs `main(settings)` as a worker process of `service`: logs, then the event loop until `main` returns."""
    configure_logs(f"{service}-worker", settings)
    configure_spans()

    async def run() -> None:
        await main(settings)

    uvloop.run(run())


async def run_stage(stage: str, handler: Handler, settings: ServiceSettings, *, concurrency: int = 1) -> None:
    """Works on a stage until SIGTERM or SIGINT, then finishes the tasks in hand and returns.

    A handler's fields become the task of the next stage; the item is counted and the entry acknowledged in the same
    step, so handlers do neither. At the last stage the fields may hold {"duplicate": "1"}. A Retryable error is tried
    again with a growing delay, at most `settings.max_deliveries` times, then the task is a dead letter; any other
    NarError fails the item at once. Tasks of jobs that were cancelled are dropped; finish tasks never are, and are
    tried until they succeed. SIGKILL is safe at any moment: what the worker had in hand goes to another one after
    `settings.reclaim_idle_seconds`.

    Args:
        stage: one of `services.runtime.tasks.STAGES`.
        handler: see `services.runtime.tasks.Handler`; it gets up to `settings.batch_size` tasks in one call.
        settings: where Redis is, and all limits.
        concurrency: calls of the handler at the same time.

    """
    stop = asyncio.Event()
    with stopping_on_signals(stop), metrics_endpoint(settings):
        await work(stage, handler, settings, stop, batch=settings.batch_size, concurrency=concurrency)
