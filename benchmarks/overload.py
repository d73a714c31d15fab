"""What the front door does under five times its load: `python -m benchmarks.overload [--seconds 60] [--json]`.

Open loop: requests are sent at a fixed rate, whether or not the last ones were answered. First at half of what the
system can do, then at five times, then at half again, by vectors that are all different. The memory is that of the
search server's process. There is no peer: a system either keeps its promises under overload or does not.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from nar.client import AsyncClient, RetryPolicy
from nar.errors import NarError
from nar.local import LocalStack

_TOP, _DIMENSIONS = 20, 256
_CONNECTIONS = 16
_CAPACITY_SECONDS, _CAPACITY_CLIENTS = 5.0, 64


@dataclass(frozen=True)
class Phase:
    """One load and what became of it; `answered` and `refused` per second, memory at its end."""

    load: str
    offered: float
    answered: float
    refused: float
    other_errors: int
    p50_ms: float
    p99_ms: float
    memory_mib: float


class Load:
    """Sends queries over several connections, without repeating any that is refused."""

    def __init__(self, clients: Sequence[AsyncClient], pid: int) -> None:
        self._clients = clients
        self._pid = pid
        self._numbers = itertools.count()
        self._rng = np.random.default_rng(0)

    async def capacity(self) -> float:
        """Queries per second of clients that wait for each answer."""
        end = time.perf_counter() + _CAPACITY_SECONDS
        count = 0

        async def loop() -> None:
            nonlocal count
            while time.perf_counter() < end:
                await self._ask()
                count += 1

        await asyncio.gather(*(loop() for _ in range(_CAPACITY_CLIENTS)))
        return count / _CAPACITY_SECONDS

    async def phase(self, name: str, rate: float, seconds: float) -> Phase:
        """Offers `rate` queries a second."""
        times: list[float] = []
        errors: Counter[str] = Counter()
        sent: set[asyncio.Task[None]] = set()
        started = time.perf_counter()

        async def one() -> None:
            begin = time.perf_counter()
            try:
                await self._ask()
                times.append(time.perf_counter() - begin)
            except NarError as error:
                errors[type(error).__name__] += 1

        for number in range(int(rate * seconds)):
            delay = started + number / rate - time.perf_counter()
            # Of a schedule that has fallen behind only the loop's turn is given up.
            await asyncio.sleep(max(delay, 0))
            task = asyncio.create_task(one())
            sent.add(task)
            task.add_done_callback(sent.discard)
        took = time.perf_counter() - started
        await asyncio.gather(*sent)
        p50, p99 = np.quantile(times, [0.5, 0.99]) * 1e3
        refused = errors.pop("Overloaded", 0)
        offered, answered = int(rate * seconds) / took, len(times) / took
        figures = (refused / took, sum(errors.values()), float(p50), float(p99), resident_mib(self._pid))
        return Phase(name, offered, answered, *figures)

    async def _ask(self) -> None:
        client = self._clients[next(self._numbers) % len(self._clients)]
        vector = self._rng.normal(size=_DIMENSIONS)
        await client.search(vector=(vector / np.linalg.norm(vector)).tolist(), top_k=_TOP, motifs=False)


def resident_mib(pid: int) -> float:
    """Memory of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


async def measure(stack: LocalStack, seconds: float) -> list[Phase]:
    """The phases, one after the other."""
    policy = RetryPolicy(attempts=1)
    clients = [AsyncClient(stack.address, retry=policy, timeout=30) for _ in range(_CONNECTIONS)]
    load = Load(clients, stack.pids()["search-server"])
    await load.capacity()
    most = await load.capacity()
    phases = [
        await load.phase("half", most / 2, seconds / 3),
        await load.phase("five times", most * 5, seconds),
    ]
    await asyncio.sleep(5)
    phases.append(await load.phase("half, 5 s later", most / 2, seconds / 3))
    for client in clients:
        await client.close()
    return phases


def table(phases: Sequence[Phase]) -> Table:
    """One row a load."""
    result = Table("load", "offered/s", "answered/s", "refused/s", "other errors", "p50 ms", "p99 ms", "memory MiB")
    for own in phases:
        rates = (f"{own.offered:.0f}", f"{own.answered:.0f}", f"{own.refused:.0f}", str(own.other_errors))
        result.add_row(own.load, *rates, f"{own.p50_ms:.1f}", f"{own.p99_ms:.1f}", f"{own.memory_mib:.0f}")
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the overload")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, LocalStack(Path(folder), ports="free", starter=True) as stack:
        phases = asyncio.run(measure(stack, options.seconds))
    if options.json:
        print(json.dumps([asdict(own) for own in phases]))
    else:
        Console().print(table(phases))


if __name__ == "__main__":
    main()
