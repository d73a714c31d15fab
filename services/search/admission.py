"""Who may search now: so many at once, so many wait, and whoever asks most waits longest."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nar.errors import Overloaded

_SMOOTHING = 0.1
_LEAST_DELAY, _LONGEST_DELAY = 0.1, 5.0


class Admission:
    """Clients take turns, each in the order of its own requests; a full queue sheds what its longest line got last.

    Args:
        concurrent: requests that run at once.
        waiting: requests that wait.
    """

    def __init__(self, concurrent: int, waiting: int) -> None:
        self._free = concurrent
        self._concurrent = concurrent
        self._most = waiting
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}
        self._seconds = 0.01

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        return sum(map(len, self._lines.values()))

    @asynccontextmanager
    async def admitted(self, client: str) -> AsyncIterator[None]:
        """Waits for a turn of `client`, and holds it.

        Raises:
            Overloaded: too many wait; with the time after which it may be worth another try.
        """
        await self._enter(client)
        started = time.monotonic()
        try:
            yield
        finally:
            self._seconds += _SMOOTHING * (time.monotonic() - started - self._seconds)
            self._leave()

    async def _enter(self, client: str) -> None:
        if self._free > 0:
            self._free -= 1
            return
        if self.waiting >= self._most:
            self._shed(client)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            # Whoever has gone gives back its turn, or its place in the line.
            if turn.done() and not turn.cancelled():
                self._leave()
            else:
                self._remove(client, turn)
            raise

    def _leave(self) -> None:
        """Gives the turn to the client that has waited longest for one; one that was served goes to the end."""
        while self._lines:
            client, line = next(iter(self._lines.items()))
            del self._lines[client]
            turn = line.popleft()
            if line:
                self._lines[client] = line
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _shed(self, client: str) -> None:
        """Refuses `client`, unless another has a longer line, which then loses its last place.

        Raises:
            Overloaded: it is `client` itself.
        """
        longest = max(self._lines, key=lambda name: len(self._lines[name]), default=client)
        own = len(self._lines.get(client, ()))
        if longest == client or len(self._lines[longest]) <= own + 1:
            raise self._overloaded()
        turn = self._lines[longest][-1]
        self._remove(longest, turn)
        if not turn.done():
            turn.set_exception(self._overloaded())

    def _remove(self, client: str, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(client, deque())
        if turn in line:
            line.remove(turn)
            if not line:
                del self._lines[client]

    def _overloaded(self) -> Overloaded:
        """With the time that the queue needs now."""
        waiting = self.waiting
        delay = waiting * self._seconds / self._concurrent
        return Overloaded(f"{waiting} searches are waiting already", min(max(delay, _LEAST_DELAY), _LONGEST_DELAY))
