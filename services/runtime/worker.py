"""The main part of every worker process."""

from __future__ import annotations

import asyncio

from services.runtime.server import stopping_on_signals
from services.runtime.settings import ServiceSettings
from services.runtime.stage import Handler, run_stage
from services.runtime.telemetry import configure_logging


async def run_worker(
    stage: str, handler: Handler, settings: ServiceSettings, *, batch: int = 1, concurrency: int = 1
) -> None:
    """Works on `stage` until SIGTERM or SIGINT, then finishes the tasks in hand and returns; see `run_stage`.

    SIGKILL is safe at any moment: what the worker had in hand goes to another one after `reclaim_idle_seconds`.
    """
    configure_logging(f"{stage}-worker", settings.log_level, settings.log_format)
    stop = asyncio.Event()
    with stopping_on_signals(stop):
        await run_stage(stage, handler, settings, batch=batch, concurrency=concurrency, stop=stop)
