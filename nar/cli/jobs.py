"""`nar jobs`: index jobs, one of them with its failures, or its end."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from nar.cli.console import out, print_json, table
from nar.cli.job_progress import print_job, watch
from nar.cli.options import Address, Json
from nar.client import Client, IndexJob


def jobs(
    identifier: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this job and its failures.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel the job.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the job has finished.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", help="Largest number of jobs.")] = 20,
    json: Json = False,
    address: Address = None,
) -> None:
    """List the index jobs, newest first, or show one."""
    with Client(address) as client:
        if identifier is None:
            _print_jobs(list(islice(client.list_jobs(), limit)), json=json)
            return
        job = client.cancel_job(identifier) if cancel else client.get_job(identifier)
        if wait and not job.is_finished:
            job = watch(client, job)
        failures = list(client.list_failures(identifier))
    if json:
        print_json({"job": job, "failures": failures})
    else:
        print_job(job, failures)


def _print_jobs(found: list[IndexJob], *, json: bool) -> None:
    if json:
        print_json(found)
        return
    headings = ("job", "collection", "state", "total", "indexed", "failed", "duplicates", "created (UTC)")
    rows = table(*headings, right=("total", "indexed", "failed", "duplicates"))
    for job in found:
        numbers = (job.total, job.indexed, job.failed, job.duplicates)
        created = f"{job.created_at:%Y-%m-%d %H:%M:%S}" if job.created_at else ""
        rows.add_row(job.id, job.collection, job.state.value, *map(str, numbers), created)
    out.print(rows)
