"""What the tests of all packages use: a real Valkey server, and a folder for blobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import structlog
from valkey_process import ValkeyProcess

# As services log: the default would render every local variable of a traceback, which takes seconds.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ],
    cache_logger_on_first_use=False,
)


@pytest.fixture(scope="session")
def valkey_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyProcess]:
    """One server for the whole run; tests use `redis_url`."""
    server = ValkeyProcess(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis_url(valkey_session: ValkeyProcess) -> str:
    """URL of a real server that holds nothing."""
    with redis.Redis.from_url(valkey_session.url) as client:
        client.flushall()
    return valkey_session.url


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyProcess]:
    """A server of the test's own, which it may kill and start again."""
    folder = tmp_path / "valkey"
    folder.mkdir()
    server = ValkeyProcess(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def blob_url(tmp_path: Path) -> str:
    """URL of an empty blob store."""
    return f"file://{tmp_path / 'blobs'}"
