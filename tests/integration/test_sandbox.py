"""Children of the sandbox: what they may not do, and that nothing they do harms the service."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from nar.errors import ExtractionFailed, LimitExceeded, Overloaded
from services.extractor.confinement import Limits
from services.extractor.sandbox import Sandbox


def sandbox_of(
    *, seconds: float = 30, cpu_seconds: int = 20, memory_bytes: int = 1 << 30, concurrency: int = 2, queue: int = 4
) -> Sandbox:
    limits = Limits(seconds, cpu_seconds, memory_bytes, result_bytes=1 << 20)
    return Sandbox(limits, concurrency=concurrency, queue=queue)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = sandbox_of()
    yield made
    made.close()


async def run(sandbox: Sandbox, name: str, payload: bytes = b"") -> bytes:
    return await sandbox.run(f"sandbox_entries:{name}", payload, "model x")


def is_fork_server(pid: int) -> bool:
    try:
        return b"multiprocessing.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def children() -> set[int]:
    """Process ids of all living processes whose parent is a fork server of this process."""
    found: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words[0] != "Z":
            found[int(stat.parent.name)] = int(words[1])

    # A local system of other tests has children of its own, which are no fork servers.
    servers = {pid for pid, parent in found.items() if parent == os.getpid() and is_fork_server(pid)}
    return {pid for pid, parent in found.items() if parent in servers}


async def test_bytes_go_in_and_come_out_each_time_in_a_new_process(sandbox: Sandbox) -> None:
    payload = bytes(range(256)) * 4000
    assert await run(sandbox, "echo", payload) == payload
    pids = {await run(sandbox, "process_id") for _ in range(3)}
    assert len(pids) == 3


@pytest.mark.parametrize(
    ("entry", "error", "message"),
    [
        ("crash", ExtractionFailed, r"model x: extraction crashed \(SIGSEGV\)"),
        ("fail", ExtractionFailed, r"model x: the extractor failed \(exit code 1\)"),
        ("leave", ExtractionFailed, r"model x: the extractor failed \(exit code 0\)"),
        ("allocate", LimitExceeded, "model x: extraction needs more than 1024 MiB of memory"),
    ],
)
async def test_a_child_that_ends_badly_fails_alone(
    sandbox: Sandbox, entry: str, error: type[Exception], message: str
) -> None:
    bad, good = await asyncio.gather(run(sandbox, entry), run(sandbox, "echo", b"good"), return_exceptions=True)
    assert good == b"good"
    with pytest.raises(error, match=message):
        raise bad if isinstance(bad, Exception) else AssertionError(bad)
    assert await run(sandbox, "echo", b"next") == b"next"


async def test_time_is_limited() -> None:
    slow, busy = sandbox_of(seconds=0.3), sandbox_of(cpu_seconds=1)
    with pytest.raises(LimitExceeded, match=r"model x: extraction took more than 0\.3 s"):
        await run(slow, "sleep")
    with pytest.raises(LimitExceeded, match="model x: extraction used more than 1 s of CPU time"):
        await run(busy, "spin")
    slow.close()
    busy.close()


async def test_a_child_can_write_no_file(sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "file"
    assert await run(sandbox, "write", str(target).encode()) == b"OSError"
    assert not target.exists() or target.stat().st_size == 0


async def test_a_child_has_no_network_and_starts_no_program(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1]).encode()
        assert await run(sandbox, "connect", port) == b"PermissionError"
    assert await run(sandbox, "start_program") == b"PermissionError"


async def test_an_answer_that_is_too_long_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(LimitExceeded, match="model x: its graph takes more than 1 MiB"):
        await run(sandbox, "echo", bytes(2 << 20))


async def eventually(count: int) -> set[int]:
    """The children, when there are so many and stay the same for a while: one that has answered is still going."""
    reads: list[set[int]] = []
    async with asyncio.timeout(20):
        while len(reads) < 5 or len(reads[-1]) != count or any(read != reads[-1] for read in reads[-5:]):
            await asyncio.sleep(0.05)
            reads.append(await children())
    return reads[-1]


async def test_a_cancelled_run_takes_its_child_with_it(sandbox: Sandbox) -> None:
    await run(sandbox, "echo")
    (spare,) = await eventually(1)
    running = asyncio.create_task(run(sandbox, "sleep"))
    assert spare in await eventually(2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert spare not in await eventually(1)
    assert await run(sandbox, "echo", b"next") == b"next"


async def test_one_child_is_forked_ahead_and_replaced_when_it_dies(sandbox: Sandbox) -> None:
    await run(sandbox, "echo")
    (spare,) = await eventually(1)
    assert await run(sandbox, "process_id") == str(spare).encode()
    (next_,) = await eventually(1)
    os.kill(next_, signal.SIGKILL)
    await eventually(0)
    assert await run(sandbox, "echo", b"good") == b"good"


async def test_no_child_outlives_its_sandbox() -> None:
    made = sandbox_of()
    await run(made, "echo")
    await eventually(1)
    made.close()
    await eventually(0)


async def test_more_than_the_queue_holds_is_refused() -> None:
    small = sandbox_of(concurrency=1, queue=2)
    running = [asyncio.create_task(run(small, "sleep")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded, match="3 extractions run or wait already"):
        await run(small, "echo")
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert await run(small, "echo", b"next") == b"next"
    small.close()
