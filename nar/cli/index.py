"""`nar index`: models into the index, with progress and the failures at the end."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from nar.cli.console import err, out, print_json, table
from nar.cli.options import Address, Collection, Json, Labels, parse_labels
from nar.client import Client, IndexFailure, IndexJob
from nar.errors import NarError

EXIT_SOME_FAILED = 1

_STAGES = ("extracted", "mined", "embedded", "indexed")


def index(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Model names (timm/resnet50), patterns ('timm/resnet*'), .onnx files, config.json files, or folders.",
        ),
    ],
    collection: Collection = "default",
    label: Labels = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Whether to wait until the job has finished.")] = True,
    key: Annotated[str, typer.Option("--key", help="A second job with the same key is not made.")] = "",
    json: Json = False,
    address: Address = None,
) -> None:
    """Index models. The exit code is 1 when some could not be indexed."""
    unreadable: list[IndexFailure] = []

    def note(source: str, error: NarError) -> None:
        unreadable.append(IndexFailure(len(unreadable), source, "read", str(error)))

    with Client(address) as client:
        job = client.index(
            sources, collection=collection, labels=parse_labels(label), idempotency_key=key, unreadable=note
        )
        if wait:
            job = watch(client, job)
        failures = [*unreadable, *client.list_failures(job.id)]
    if json:
        print_json({"job": job, "failures": failures})
    else:
        print_job(job, failures)
    if failures:
        raise typer.Exit(EXIT_SOME_FAILED)


def watch(client: Client, job: IndexJob) -> IndexJob:
    """Shows a bar for each stage until the job has finished."""
    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        bars = {stage: progress.add_task(stage, total=job.total or None) for stage in _STAGES}
        failed = progress.add_task("failed", total=None, visible=False)
        last = job
        for last in client.watch_job(job.id):
            _show(progress, bars, failed, last)
    return last


def _show(progress: Progress, bars: dict[str, TaskID], failed: TaskID, job: IndexJob) -> None:
    for stage, bar in bars.items():
        progress.update(bar, completed=getattr(job, stage), total=job.total)
    progress.update(failed, completed=job.failed, total=job.total, visible=job.failed > 0)


def print_job(job: IndexJob, failures: list[IndexFailure]) -> None:
    """Prints one line about a job and a table of what could not be indexed."""
    parts = [f"job {job.id} {job.state.value}", f"{job.indexed} of {job.total} indexed"]
    if job.duplicates:
        parts.append(f"{job.duplicates} equal to an architecture that was there")
    if failures:
        parts.append(f"{len(failures)} failed")
    out.print(escape(", ".join(parts)))
    if failures:
        rows = table("source", "stage", "reason")
        for failure in failures:
            rows.add_row(escape(failure.source), failure.stage, escape(failure.reason))
        out.print()
        out.print(rows)
