"""One connection to Milvus: made with the first call, and made anew after one that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from nar.errors import Unavailable
from services.search.milvus_schema import ALIAS

# pymilvus does so in its first search, and two first searches in two threads break each other's import.
with suppress(ImportError):
    import scipy.sparse  # noqa: F401

T = TypeVar("T")


class MilvusConnection:
    """Runs the blocking calls of pymilvus in threads.

    Args:
        uri: of the server.
        token: for the server, "" for none.
        timeout: seconds that one call gets.
    """

    def __init__(self, uri: str, token: str, timeout: float) -> None:
        self._uri, self._token, self._timeout = uri, token, timeout
        self._client: MilvusClient | None = None

    async def call(self, function: Callable[[MilvusClient], T]) -> T:
        """What `function` makes of the client.

        Raises:
            Unavailable: Milvus does not answer, or refuses.
        """
        try:
            return await asyncio.to_thread(self._connected, function)
        except MilvusException as error:
            self._client = None
            raise Unavailable(f"Milvus at {self._uri} failed: {error.message}", retry_after=1.0) from error

    def _connected(self, function: Callable[[MilvusClient], T]) -> T:
        if self._client is None:
            client = MilvusClient(uri=self._uri, token=self._token, timeout=self._timeout)
            if client.has_collection(ALIAS):
                # A server that was restarted has it on disk only.
                client.load_collection(ALIAS)
            self._client = client
        return function(self._client)
