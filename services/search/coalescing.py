"""Questions that wait while others are asked go into one call: an index answers many faster at once than apart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Place = TypeVar("Place", bound=Hashable)

Waiting = list[tuple[Question, asyncio.Future[Answer]]]


class Coalescer(Generic[Question, Place, Answer]):
    """Nothing waits for company: a question that comes alone is asked at once.

    Args:
        ask: answers many questions of one place (what they must have in common), in their order.
        max_batch: questions in one call.
        parallel: calls at the same time.
    """

    def __init__(
        self, ask: Callable[[Sequence[Question], Place], Awaitable[Sequence[Answer]]], max_batch: int, parallel: int
    ) -> None:
        self._ask = ask
        self._max_batch = max_batch
        self._parallel = parallel
        self._waiting: dict[Place, Waiting[Question, Answer]] = {}
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, question: Question, place: Place) -> Answer:
        """The answer; raises what the call raises."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(place, []).append((question, future))
        if self._running < self._parallel:
            self._running += 1
            task = asyncio.create_task(self._drain())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _drain(self) -> None:
        """Sends batch after batch until nothing waits."""
        try:
            while self._waiting:
                # The place that has waited longest: a dict keeps its order, and one that is served goes to the end.
                place = next(iter(self._waiting))
                waiting = self._waiting.pop(place)
                batch, rest = waiting[: self._max_batch], waiting[self._max_batch :]
                if rest:
                    self._waiting[place] = rest
                await self._send(place, [(question, future) for question, future in batch if not future.done()])
        finally:
            # In the same step as the last look: who asks after it must not count on this task, which ends later.
            self._running -= 1

    async def _send(self, place: Place, batch: Waiting[Question, Answer]) -> None:
        """One call; those that have gone meanwhile get nothing."""
        if not batch:
            return
        try:
            answers = await self._ask([question for question, _ in batch], place)
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait, whatever it is
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)
