"""`nar index`: models into the index, with progress and the failures at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from nar.cli.console import print_json
from nar.cli.job_progress import print_job, watch
from nar.cli.options import Address, Collection, Json, Labels, parse_labels
from nar.client import Client, IndexFailure, IndexJob
from nar.client.sources import is_pattern
from nar.errors import InvalidInput, NarError

EXIT_SOME_FAILED = 1


def index(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE...]",
            help="Model names (timm/resnet50), patterns ('timm/resnet*'), .onnx or config.json files, folders or URLs "
            "of folders, .txt files that list such, or repositories of the Hugging Face Hub (hf:org/name).",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Sources are libraries, such as timm: all their models, but for known ones.")
    ] = False,
    collection: Collection = "default",
    label: Labels = None,
    skip_known: Annotated[
        bool, typer.Option("--skip-known", help="Leave out models whose id the collection has already.")
    ] = False,
    shard: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="Only part I, from 0, of N parts of the models.")
    ] = "0/1",
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Write the whole index anew from its records, beside the live one.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Whether to wait until the job has finished.")] = True,
    key: Annotated[str, typer.Option("--key", help="A second job with the same key is not made.")] = "",
    json: Json = False,
    address: Address = None,
) -> None:
    """Index models. The exit code is 1 when some could not be indexed."""
    if rebuild == bool(sources):
        raise InvalidInput("name at least one source, or --rebuild and no source", "source")
    unreadable: list[IndexFailure] = []

    def note(source: str, error: NarError) -> None:
        unreadable.append(IndexFailure(len(unreadable), source, "read", str(error)))

    with Client(address) as client:
        if rebuild:
            job = client.rebuild_index()
        else:
            job = client.index(
                [f"{source}/*" if every and _is_library(source) else source for source in sources or ()],
                collection=collection,
                labels=parse_labels(label),
                idempotency_key=key,
                unreadable=note,
                skip_known=skip_known or every,
                shard=_parse_shard(shard),
            )
        skipped = job.skipped
        if wait:
            job = watch(client, job)
        failures = [*unreadable, *client.list_failures(job.id)]
    _print(job, failures, skipped, json=json)
    if failures:
        raise typer.Exit(EXIT_SOME_FAILED)


def _print(job: IndexJob, failures: list[IndexFailure], skipped: int, *, json: bool) -> None:
    if json:
        print_json({"job": job, "skipped": skipped, "failures": failures})
    else:
        print_job(job, failures, skipped)


def _is_library(source: str) -> bool:
    """Whether a source of --all is the name of a library rather than a file, a folder or a pattern."""
    return not is_pattern(source) and "/" not in source and "." not in source and not Path(source).exists()


def _parse_shard(text: str) -> tuple[int, int]:
    number, separator, count = text.partition("/")
    if not separator or not number.isdecimal() or not count.isdecimal() or not int(number) < int(count):
        raise InvalidInput(f"--shard {escape(text)}: it must be I/N with I from 0 to N - 1, such as 0/4", "shard")
    return int(number), int(count)
