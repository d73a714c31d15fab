"""Questions that wait share calls; none gets another's answer, and none is asked for one that has gone."""

import asyncio
from collections.abc import Sequence

from nar.errors import Unavailable
from services.search.coalescing import Coalescer


class Index:
    """Answers when it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[int], str]] = []
        self.open = asyncio.Event()
        self.failure: Exception | None = None

    async def ask(self, numbers: Sequence[int], place: str) -> list[str]:
        self.calls.append((list(numbers), place))
        await self.open.wait()
        if self.failure:
            raise self.failure
        return [f"{place} {number}" for number in numbers]


async def test_what_waits_while_a_call_runs_goes_into_the_next() -> None:
    index = Index()
    coalescer = Coalescer(index.ask, max_batch=3, parallel=1)
    asked = [asyncio.create_task(coalescer.answer(number, "here")) for number in range(7)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    index.open.set()
    assert await asyncio.gather(*asked) == [f"here {number}" for number in range(7)]
    assert [numbers for numbers, _ in index.calls] == [[0, 1, 2], [3, 4, 5], [6]]


async def test_a_question_that_comes_alone_is_asked_at_once() -> None:
    index = Index()
    index.open.set()
    assert await Coalescer(index.ask, max_batch=64, parallel=2).answer(7, "here") == "here 7"
    assert index.calls == [([7], "here")]


async def test_other_places_have_calls_of_their_own() -> None:
    index = Index()
    index.open.set()
    coalescer = Coalescer(index.ask, max_batch=64, parallel=1)
    answers = await asyncio.gather(*(coalescer.answer(number, place) for number, place in enumerate("abca")))
    assert answers == ["a 0", "b 1", "c 2", "a 3"]
    assert index.calls == [([0, 3], "a"), ([1], "b"), ([2], "c")]


async def test_who_has_gone_is_not_asked_for() -> None:
    index = Index()
    coalescer = Coalescer(index.ask, max_batch=1, parallel=1)
    asked = [asyncio.create_task(coalescer.answer(number, "here")) for number in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked[1].cancel()
    await asyncio.sleep(0)
    index.open.set()
    assert await asked[2] == "here 2"
    assert [numbers for numbers, _ in index.calls] == [[0], [2]]


async def test_a_failed_call_fails_those_who_were_in_it_and_no_other() -> None:
    index = Index()
    index.failure = Unavailable("down")
    index.open.set()
    coalescer = Coalescer(index.ask, max_batch=64, parallel=1)
    answers = await asyncio.gather(*(coalescer.answer(number, "here") for number in (1, 2)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["down", "down"]
    index.failure = None
    assert await coalescer.answer(3, "here") == "here 3"


async def test_at_most_so_many_calls_run_at_the_same_time() -> None:
    index = Index()
    coalescer = Coalescer(index.ask, max_batch=1, parallel=2)
    asked = [asyncio.create_task(coalescer.answer(number, "here")) for number in range(5)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(index.calls) == 2
    index.open.set()
    await asyncio.gather(*asked)
    assert len(index.calls) == 5


async def test_who_asks_in_the_moment_in_which_a_call_ends_is_answered() -> None:
    async def ask(questions: Sequence[int], place: str) -> list[int]:
        return list(questions)

    coalescer = Coalescer(ask, 10, 1)
    async with asyncio.timeout(5):
        assert [await coalescer.answer(number, "p") for number in range(3)] == [0, 1, 2]
