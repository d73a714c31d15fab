"""What the front door does under five times its load: `python -m benchmarks.overload [--seconds 60] [--json]`.

Open loop: requests are sent at a fixed rate, whether or not the last ones were answered. First at half of what the
system can do, then at five times, then at half again, by vectors that are all different. They are made beforehand and
sent as they are, so that the sender, which has the same cores, takes little of them; `late` is how far it fell behind,
which is part of the times. The memory is that of the search server's process. There is no peer: a system either keeps
its promises under overload or does not.
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

import grpc
import numpy as np
from rich.console import Console
from rich.table import Table

from nar.local import LocalStack
from nar.v1 import search_pb2

_TOP, _DIMENSIONS = 20, 256
_CONNECTIONS = 16
_REQUESTS = 20_000
_DEADLINE = 30
_METHOD = "/nar.v1.SearchService/Search"
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
    late_p99_ms: float
    memory_mib: float


class Load:
    """Sends queries over several connections, without repeating any that is refused."""

    def __init__(self, channels: Sequence[grpc.aio.Channel], pid: int) -> None:
        self._searches = [channel.unary_unary(_METHOD) for channel in channels]
        self._pid = pid
        self._numbers = itertools.count()
        rng = np.random.default_rng(0)
        self._requests = [_request(rng.normal(size=_DIMENSIONS)) for _ in range(_REQUESTS)]

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
        late: list[float] = []
        errors: Counter[str] = Counter()
        sent: set[asyncio.Task[None]] = set()
        started = time.perf_counter()

        async def one(due: float) -> None:
            try:
                await self._ask()
                times.append(time.perf_counter() - due)
            except grpc.aio.AioRpcError as error:
                errors[error.code().name] += 1

        for number in range(int(rate * seconds)):
            due = started + number / rate
            # Of a schedule that has fallen behind only the loop's turn is given up.
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            late.append(time.perf_counter() - due)
            task = asyncio.create_task(one(due))
            sent.add(task)
            task.add_done_callback(sent.discard)
        took = time.perf_counter() - started
        await asyncio.gather(*sent)
        p50, p99 = np.quantile(times, [0.5, 0.99]) * 1e3
        refused = errors.pop("RESOURCE_EXHAUSTED", 0)
        offered, answered = int(rate * seconds) / took, len(times) / took
        times_ms = (float(p50), float(p99), float(np.quantile(late, 0.99)) * 1e3)
        return Phase(name, offered, answered, refused / took, errors.total(), *times_ms, resident_mib(self._pid))

    async def _ask(self) -> None:
        number = next(self._numbers)
        send = self._searches[number % len(self._searches)]
        await send(self._requests[number % len(self._requests)], timeout=_DEADLINE)


def _request(direction: np.ndarray) -> bytes:
    vector = search_pb2.Vector(values=(direction / np.linalg.norm(direction)).tolist())
    return search_pb2.SearchRequest(vector=vector, page_size=_TOP, omit_motifs=True).SerializeToString()


def resident_mib(pid: int) -> float:
    """Memory of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


async def measure(stack: LocalStack, seconds: float) -> list[Phase]:
    """The phases, one after the other."""
    # Without an own pool they would share one connection.
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(stack.address, options) for _ in range(_CONNECTIONS)]
    load = Load(channels, stack.pids()["search-server"])
    await load.capacity()
    most = await load.capacity()
    phases = [
        await load.phase("half", most / 2, seconds / 3),
        await load.phase("five times", most * 5, seconds),
    ]
    await asyncio.sleep(5)
    phases.append(await load.phase("half, 5 s later", most / 2, seconds / 3))
    for channel in channels:
        await channel.close()
    return phases


def table(phases: Sequence[Phase]) -> Table:
    """One row a load."""
    result = Table("load", "offered/s", "answered/s", "refused/s", "errors", "p50 ms", "p99 ms", "late", "MiB")
    for own in phases:
        rates = (f"{own.offered:.0f}", f"{own.answered:.0f}", f"{own.refused:.0f}", str(own.other_errors))
        times = (f"{own.p50_ms:.0f}", f"{own.p99_ms:.0f}", f"{own.late_p99_ms:.0f}")
        result.add_row(own.load, *rates, *times, f"{own.memory_mib:.0f}")
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
