"""How an index job is shown: bars while it runs, and what became of it."""

from __future__ import annotations

from collections import Counter

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as RemainingColumn

from nar.cli.console import err, out, table
from nar.client import Client, IndexFailure, IndexJob

_STAGES = ("extracted", "mined", "embedded", "indexed")
_LISTED = 50
"""Failures that are listed one by one; beyond, their reasons are counted."""


def watch(client: Client, job: IndexJob) -> IndexJob:
    """Shows for each stage how far it is, its rate, its backlog and the time left, until the job has finished."""
    columns = (
        TextColumn("{task.description:>9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:>9}"),
        TextColumn("{task.fields[backlog]}"),
        TimeElapsedColumn(),
        RemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        bars = {stage: progress.add_task(stage, total=job.total or None, rate="", backlog="") for stage in _STAGES}
        failed = progress.add_task("failed", total=None, visible=False, rate="", backlog="")
        last = job
        for last in client.watch_job(job.id):
            _show(progress, bars, last)
            progress.update(failed, completed=last.failed, total=last.total, visible=last.failed > 0)
    return last


def _show(progress: Progress, bars: dict[str, TaskID], job: IndexJob) -> None:
    """A stage's backlog is what the stage before has finished and it has not."""
    before = job.total
    for stage, bar in bars.items():
        done = getattr(job, stage)
        speed = progress.tasks[bar].speed
        progress.update(
            bar,
            completed=done,
            total=job.total - job.failed,
            rate=f"{speed:.1f}/s" if speed else "",
            backlog=f"{max(before - done, 0):,} waiting",
        )
        before = done


def print_job(job: IndexJob, failures: list[IndexFailure], skipped: int = 0) -> None:
    """Prints one line about a job, and what could not be indexed: each with its reason, or the reasons counted."""
    parts = [f"job {job.id} {job.state.value}", f"{job.indexed:,} of {job.total:,} indexed"]
    if skipped:
        parts.append(f"{skipped:,} left out because they are indexed already")
    if job.duplicates:
        parts.append(f"{job.duplicates:,} equal to an architecture that was there")
    if failures:
        parts.append(f"{len(failures):,} failed")
    if job.finished_at and job.created_at and job.indexed:
        parts.append(f"{job.indexed / max((job.finished_at - job.created_at).total_seconds(), 0.001):.1f} a second")
    out.print(escape(", ".join(parts)))
    if failures:
        out.print()
        out.print(_listed(failures) if len(failures) <= _LISTED else _counted(failures))


def _listed(failures: list[IndexFailure]) -> object:
    rows = table("source", "stage", "reason")
    for failure in failures:
        rows.add_row(escape(failure.source), failure.stage, escape(failure.reason))
    return rows


def _counted(failures: list[IndexFailure]) -> object:
    """The reasons, the most frequent first; --json has every failure."""
    counts = Counter((failure.stage, _kind(failure)) for failure in failures)
    rows = table("failed", "stage", "reason", right=("failed",))
    for (stage, reason), count in counts.most_common(_LISTED):
        rows.add_row(f"{count:,}", stage, escape(reason))
    return rows


def _kind(failure: IndexFailure) -> str:
    """A reason without the model's own name, so that equal ones are counted together."""
    return failure.reason.replace(failure.source, "...")
