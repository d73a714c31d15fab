"""How long the queues are, as Redis sees it."""

from __future__ import annotations

from collections.abc import Iterable

from redis.exceptions import ResponseError

from services.runtime import metrics
from services.runtime.redis_connection import Client, translated
from services.runtime.tasks import DEAD_LETTERS, GROUP, STAGES, stream


async def observe_stage(redis: Client, stage: str) -> None:
    """Sets lag and pending tasks of a stage; raises Unavailable when Redis does not answer."""
    try:
        with translated():
            groups = await redis.xinfo_groups(stream(stage))
    except ResponseError:
        # The stream is made with its first task, its group with its first worker.
        groups = []
    found = {row["name"]: row for row in groups}.get(GROUP, {"lag": None, "pending": 0})
    lag = found["lag"]
    if lag is None:
        # No group, or a deletion has made it unknown: the length is an upper bound.
        with translated():
            lag = max(await redis.xlen(stream(stage)) - found["pending"], 0)
    metrics.QUEUE_LAG.labels(stage).set(lag)
    metrics.QUEUE_PENDING.labels(stage).set(found["pending"])


async def observe_queues(redis: Client, stages: Iterable[str] = STAGES) -> None:
    """Sets the numbers of all stages, be there workers or not, and of the dead letters."""
    for stage in stages:
        await observe_stage(redis, stage)
    with translated():
        metrics.QUEUE_DEAD.set(await redis.xlen(DEAD_LETTERS))
