"""Connections to Redis that outlive its restarts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import BusyLoadingError, ReadOnlyError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from nar.errors import Unavailable

# redis-py types each answer as the union over protocols and decodings; ours are fixed by `connect`.
Client = Any

_TRANSIENT = (RedisConnectionError, RedisTimeoutError, BusyLoadingError, ReadOnlyError)


def connect(url: str, *, retries: int = 6) -> Client:
    """A client of the Redis at `url` that answers texts. It connects on first use and again after each break.

    A command is tried `retries` times more, over about 5 seconds, before its error shows; commands may therefore run
    twice, which every script of this package allows for.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=5.0,
        socket_timeout=15.0,
        health_check_interval=30,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=2.0), retries, supported_errors=_TRANSIENT),
        retry_on_error=list(_TRANSIENT),
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turns a lost connection into Unavailable."""
    try:
        yield
    except _TRANSIENT as error:
        raise Unavailable(f"Redis does not answer ({error}); trying again may help", retry_after=1.0) from error


async def answers(client: Client) -> bool:
    """Whether the server behind `client` answers."""
    try:
        return bool(await client.ping())
    except RedisError:
        return False
