"""Searches that wait share calls; none gets another's answer, and none waits for one that has gone."""

import asyncio
from collections.abc import Sequence

from nar.architecture import Architecture, Fingerprint
from nar.errors import Unavailable
from services.search.catalogue import Hit, Vector
from services.search.coalescing import Coalescer, Place
from services.search.filters import parse

HERE: Place = ("default", ())


class Index:
    """An index that answers when it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[float], Place, int]] = []
        self.open = asyncio.Event()
        self.failure: Exception | None = None

    async def find(self, vectors: Sequence[Vector], place: Place, top: int) -> list[list[Hit]]:
        self.calls.append(([vector[0] for vector in vectors], place, top))
        await self.open.wait()
        if self.failure:
            raise self.failure
        return [[hit(vector[0], rank) for rank in range(top)] for vector in vectors]


def hit(number: float, rank: int) -> Hit:
    fingerprint = Fingerprint("", "")
    name = f"{number:.0f}/{rank}"
    return Hit(
        Architecture(id=name, name=name, library="", fingerprint=fingerprint, params=0, flops=0, ops=0, edges=0), 1
    )


async def ask(coalescer: Coalescer, number: int, place: Place = HERE, limit: int = 2) -> list[str]:
    return [found.architecture.id for found in await coalescer.nearest([float(number)], place, limit)]


async def test_what_waits_while_a_call_runs_goes_into_the_next() -> None:
    index = Index()
    coalescer = Coalescer(index.find, max_batch=3, parallel=1)
    asked = [asyncio.create_task(ask(coalescer, number, limit=number + 1)) for number in range(6)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    index.open.set()
    answers = await asyncio.gather(*asked)
    assert answers == [[f"{number}/{rank}" for rank in range(number + 1)] for number in range(6)]
    assert [numbers for numbers, _, _ in index.calls] == [[0, 1, 2], [3, 4, 5]]
    assert [top for _, _, top in index.calls] == [3, 6]


async def test_a_search_that_comes_alone_is_sent_at_once() -> None:
    index = Index()
    index.open.set()
    coalescer = Coalescer(index.find, max_batch=64, parallel=2)
    assert await ask(coalescer, 7) == ["7/0", "7/1"]
    assert index.calls == [([7.0], HERE, 2)]


async def test_other_collections_and_filters_have_calls_of_their_own() -> None:
    index = Index()
    index.open.set()
    coalescer = Coalescer(index.find, max_batch=64, parallel=1)
    places: list[Place] = [HERE, ("mine", ()), ("default", parse("ops > 3")), HERE]
    await asyncio.gather(*(ask(coalescer, number, place) for number, place in enumerate(places)))
    assert [(numbers, place) for numbers, place, _ in index.calls] == [
        ([0, 3], HERE),
        ([1], places[1]),
        ([2], places[2]),
    ]


async def test_who_has_gone_is_not_asked_for() -> None:
    index = Index()
    coalescer = Coalescer(index.find, max_batch=1, parallel=1)
    asked = [asyncio.create_task(ask(coalescer, number)) for number in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked[1].cancel()
    await asyncio.sleep(0)
    index.open.set()
    assert await asked[2] == ["2/0", "2/1"]
    assert [numbers for numbers, _, _ in index.calls] == [[0], [2]]


async def test_a_failed_call_fails_those_who_were_in_it_and_no_other() -> None:
    index = Index()
    index.failure = Unavailable("down")
    index.open.set()
    coalescer = Coalescer(index.find, max_batch=64, parallel=1)
    answers = await asyncio.gather(ask(coalescer, 1), ask(coalescer, 2), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["down", "down"]
    index.failure = None
    assert await ask(coalescer, 3) == ["3/0", "3/1"]


async def test_at_most_so_many_calls_run_at_the_same_time() -> None:
    index = Index()
    coalescer = Coalescer(index.find, max_batch=1, parallel=2)
    asked = [asyncio.create_task(ask(coalescer, number)) for number in range(5)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(index.calls) == 2
    index.open.set()
    await asyncio.gather(*asked)
    assert len(index.calls) == 5
