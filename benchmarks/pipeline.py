"""Architectures per second from name to searchable: `python -m benchmarks.pipeline [--models 300] [--json]`.

The peer is extraction alone: the same models through the same sandbox, as many at a time. Then a local system indexes
them, with one worker a stage and with two; its processes' CPU time is what the kernel counts for them and their
children. What the stages after extraction, the queue and Milvus cost together is the share that is not extraction.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import hub_estimate
from benchmarks.processes import with_descendants
from nar import capture
from nar.client import Client
from nar.local import LocalStack
from nar.local.programs import process_environment, programs

_TICKS = os.sysconf("SC_CLK_TCK")
_EXTRACTION = ("extractor-server", "extractor-worker")


@dataclass(frozen=True)
class Measurement:
    """What one way took. `cpu` are seconds of CPU time by process, without those before the job."""

    method: str
    models: int
    seconds: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        """Architectures per second."""
        return self.models / self.seconds

    @property
    def other_share(self) -> float:
        """Share of the CPU time that is not extraction."""
        total = sum(self.cpu.values())
        return 1 - sum(self.cpu.get(name, 0.0) for name in _EXTRACTION) / total if total else 0.0


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, its living descendants, and those that they have waited for."""
    ticks = 0
    for own in with_descendants(pid):
        try:
            fields = Path(f"/proc/{own}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / _TICKS


def extraction(names: Sequence[str]) -> Measurement:
    """The peer."""
    started = time.perf_counter()
    found = capture.measure(names, lambda each: None)
    return Measurement("extraction alone", sum(not each.reason for each in found), time.perf_counter() - started, {})


def indexing(names: Sequence[str], workers: int) -> Measurement:
    """A whole system, with so many workers a stage."""
    with tempfile.TemporaryDirectory() as folder, LocalStack(Path(folder), ports="free") as stack:
        more = [
            subprocess.Popen(program.command, env=process_environment(program), stderr=subprocess.DEVNULL)  # noqa: S603
            for program in programs(stack.home, stack.ports, {})
            if program.name.endswith("-worker")
            for _ in range(workers - 1)
        ]
        time.sleep(8 if more else 3)
        pids = stack.pids()
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        with Client(stack.address) as client:
            started = time.perf_counter()
            job = client.index(list(names))
            last = list(client.watch_job(job.id))[-1]
            seconds = time.perf_counter() - started
        cpu = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
        for process in more:
            process.terminate()
        for process in more:
            process.wait()
    return Measurement(f"indexing, {workers} worker(s) a stage", last.indexed, seconds, cpu)


def tables(measurements: Sequence[Measurement]) -> list[Table]:
    """The rates, and where the CPU time went with one worker a stage."""
    rates = Table("method", "architectures", "seconds", "per second", "times extraction", "CPU outside extraction")
    for own in measurements:
        share = f"{own.other_share:.0%}" if own.cpu and "1 worker" in own.method else ""
        ratio = own.rate / measurements[0].rate
        figures = (f"{own.models:,}", f"{own.seconds:.1f}", f"{own.rate:.2f}", f"{ratio:.2f}", share)
        rates.add_row(own.method, *figures)
    shares = Table("process", "CPU seconds", "share")
    cpu = next(own.cpu for own in measurements if own.cpu)
    for name, seconds in sorted(cpu.items(), key=lambda item: -item[1]):
        shares.add_row(name, f"{seconds:.1f}", f"{seconds / sum(cpu.values()):.1%}")
    return [rates, shares, hub_estimate.table(cpu, measurements[1].models)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the tables, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=300, help="models of timm and torchvision, a fixed random choice")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    options = parser.parse_args(arguments)
    names = capture.names(["timm/*", "torchvision/*"], options.models)
    found = [extraction(names), indexing(names, 1), indexing(names, 2)]
    if options.json:
        print(json.dumps([asdict(own) for own in found]))
    else:
        for table in tables(found):
            Console().print(table)


if __name__ == "__main__":
    main()
