"""Searches take turns by client; too many are refused, those of the greediest client first."""

import asyncio

import pytest

from nar.errors import Overloaded
from services.search.admission import Admission


class Crowd:
    """Requests of clients, held until they are let go; notes the order in which they got in."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.served: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._go: dict[str, asyncio.Event] = {}

    async def come(self, *names: str) -> None:
        """One request each, in this order: "a1" is the first of client "a"."""
        for name in names:
            self._go[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._request(name))
            await asyncio.sleep(0)

    async def go(self, *names: str) -> None:
        """Lets requests that are in end."""
        for name in names:
            self._go[name].set()
            await self.tasks[name]
            await asyncio.sleep(0)

    async def _request(self, name: str) -> None:
        async with self.admission.admitted(name[0]):
            self.served.append(name)
            await self._go[name].wait()


async def test_clients_take_turns() -> None:
    crowd = Crowd(Admission(1, 10))
    await crowd.come("a1", "a2", "a3", "a4", "b1", "c1", "b2")
    assert crowd.served == ["a1"]
    await crowd.go("a1", "a2", "b1", "c1", "a3", "b2", "a4")
    assert crowd.served == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]
    assert crowd.admission.waiting == 0
    await crowd.come("d1")
    assert crowd.served[-1] == "d1"
    await crowd.go("d1")


async def test_the_longest_line_loses_its_last_request() -> None:
    crowd = Crowd(Admission(1, 3))
    await crowd.come("a1", "a2", "a3", "a4")
    with pytest.raises(Overloaded, match="3 searches are waiting") as refused:
        async with crowd.admission.admitted("a"):
            pass
    assert 0 < refused.value.retry_after <= 5
    await crowd.come("b1")
    with pytest.raises(Overloaded):
        await crowd.tasks["a4"]
    await crowd.go("a1", "a2", "b1", "a3")
    assert crowd.served == ["a1", "a2", "b1", "a3"]


async def test_who_has_gone_gives_back_its_place_or_its_turn() -> None:
    crowd = Crowd(Admission(1, 2))
    await crowd.come("a1", "a2", "b1")
    crowd.tasks["a2"].cancel()
    await asyncio.sleep(0)
    assert crowd.admission.waiting == 1
    await crowd.come("c1")
    # Its turn comes in the very moment in which it goes.
    crowd._go["a1"].set()
    await crowd.tasks["a1"]
    crowd.tasks["b1"].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await crowd.go("c1")
    assert crowd.served in (["a1", "b1", "c1"], ["a1", "c1"])
    await crowd.come("d1")
    assert crowd.served[-1] == "d1"
    await crowd.go("d1")


async def test_nobody_waits_where_nobody_may() -> None:
    crowd = Crowd(Admission(2, 0))
    await crowd.come("a1", "a2")
    with pytest.raises(Overloaded):
        async with crowd.admission.admitted("b"):
            pass
    await crowd.go("a1", "a2")
