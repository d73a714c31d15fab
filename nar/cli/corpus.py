"""`nar corpus`: data sets of real and of sampled architectures."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from nar import capture
from nar.cli.console import MODEL_COLUMNS, err, out, print_json, table
from nar.cli.options import Json
from nar.errors import InvalidInput
from nar.extras import require

if TYPE_CHECKING:
    from nar.architecture import Architecture
    from nar.corpus.collection import Outcome

corpus = typer.Typer(help="Data sets of architectures.", no_args_is_help=True, rich_markup_mode=None)


@corpus.command("build")
def build(
    file: Annotated[Path, typer.Argument(metavar="OUT", help="Parquet file to write.")],
    patterns: Annotated[
        list[str] | None, typer.Argument(metavar="[PATTERN...]", help="Models, such as 'timm/*'. Default: all.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option("--work", help="Folder of what is captured so far. Default: OUT without its ending.")
    ] = None,
    known: Annotated[
        Path | None, typer.Option("--known", help="Earlier data set, whose models are not captured again.")
    ] = None,
    only_captured: Annotated[
        bool, typer.Option("--only-captured", help="Capture nothing more: write what the folder holds of the models.")
    ] = False,
    failures: Annotated[bool, typer.Option("--failures", help="List every failure with its reason.")] = False,
    json: Json = False,
) -> None:
    """Capture models of installed libraries and write them as a data set. What was interrupted goes on where it was."""
    require("corpus", "a data set")
    from nar.corpus import collection, parquet

    _check_folder(file)
    folder = work or file.with_suffix("")
    if known is not None:
        collection.restore(folder, parquet.read(known))
    chosen = tuple(patterns or ["*"])
    outcomes = _known(folder, chosen) if only_captured else _collect(folder, chosen)
    architectures: list[Architecture] = []

    def records() -> parquet.Records:
        for record in collection.read(folder, outcomes):
            architectures.append(record[0])
            yield record

    parquet.write(file, records())
    _report(outcomes, architectures, json=json, failures=failures)
    if not json:
        size = file.stat().st_size / 1e6
        out.print(
            f"\nwrote {len(architectures):,} architectures to {escape(str(file))} ({size:.1f} MB)", soft_wrap=True
        )


@corpus.command("embed")
def embed(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Data set that `nar corpus build` wrote.")],
    file: Annotated[Path, typer.Argument(metavar="OUT", help="Parquet file to write.")],
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Folder of weights. Default: those that ship.")
    ] = None,
) -> None:
    """Embed a data set for a starter index: `nar up` makes it searchable without embedding anything."""
    require("corpus", "a data set")
    require("embedder", "embedding")
    from nar.corpus import parquet, starter
    from nar.corpus.division import divide
    from services.embedder.embedder import Embedder
    from services.embedder.settings import SHIPPED_WEIGHTS

    if data.resolve() == file.resolve():
        raise InvalidInput(f"{file} is the data set itself: name another file", "OUT")
    _check_folder(file)
    embedder = Embedder.load(weights or SHIPPED_WEIGHTS)
    records = list(parquet.read(data))
    with Progress(*MODEL_COLUMNS, console=err, transient=True) as progress:
        bar = progress.add_task("", total=len(records), name="")
        parts = progress.track(divide([graph for _, graph, _ in records]), task_id=bar, total=len(records))
        vectors = embedder.embed(list(parts))
    exact = [architecture.fingerprint.exact for architecture, _, _ in records]
    starter.write(file, starter.StarterVectors(embedder.model_version, exact, vectors))
    out.print(f"wrote {len(records):,} vectors of {embedder.model_version} to {escape(str(file))}", soft_wrap=True)


@corpus.command("nas")
def nas(
    file: Annotated[Path, typer.Argument(metavar="OUT", help="Parquet file to write.")],
    size: Annotated[int, typer.Option("--size", min=10, help="Number of architectures.")] = 20_000,
    classes: Annotated[int, typer.Option("--classes", min=2, help="Classes, each around a centre.")] = 10,
    cells: Annotated[int, typer.Option("--cells", min=1, help="Cells of each network.")] = 8,
    seed: Annotated[int, typer.Option("--seed", help="Of all random choices.")] = 0,
) -> None:
    """Sample architectures of the DARTS search space (Pei et al., appendix A.4) and write them as a data set."""
    require("corpus", "a data set")
    from nar.corpus import parquet
    from nar.corpus.darts_records import records

    _check_folder(file)
    with Progress(*MODEL_COLUMNS, console=err, transient=True) as progress:
        bar = progress.add_task("", total=size, name="")
        made = progress.track(records(size, classes=classes, cells=cells, seed=seed), task_id=bar, total=size)
        parquet.write(file, made, {"seed": str(seed), "classes": str(classes), "cells": str(cells)})
    out.print(f"wrote {size:,} architectures to {escape(str(file))}", soft_wrap=True)


def _check_folder(file: Path) -> None:
    """Hours of work must not end in a file that cannot be written."""
    if not file.parent.is_dir():
        raise InvalidInput(f"there is no folder {file.parent}: make it, or name another file", "OUT")


def _known(folder: Path, patterns: tuple[str, ...]) -> list[Outcome]:
    """What became of the models that were tried so far."""
    from nar.corpus import collection

    found = collection.captured(folder)
    return [outcome for outcome in found if any(fnmatchcase(outcome.name, pattern) for pattern in patterns)]


def _collect(folder: Path, patterns: tuple[str, ...]) -> list[Outcome]:
    """What is installed here first, then each environment, which is installed when its turn comes."""
    from nar.corpus import collection, environments

    separate = environments.matching(patterns)
    outcomes: list[Outcome] = []
    with Progress(*MODEL_COLUMNS, console=err, transient=True) as progress:

        def follow(name: str, count: int, part: Iterable[Outcome]) -> None:
            bar = progress.add_task("", total=count, name=name)
            for outcome in part:
                outcomes.append(outcome)
                progress.update(bar, advance=1, name=escape(outcome.name))

        names = capture.names(patterns, optional=bool(separate))
        follow("", len(names), collection.collect(folder, names))
        for name in separate:
            environment = environments.prepare(name, folder / "environments")
            names = environment.names(patterns)
            follow(name, len(names), environment.collect(folder, patterns))
    return outcomes


def _report(outcomes: list[Outcome], architectures: list[Architecture], *, json: bool, failures: bool) -> None:
    """The funnel by library, and what there is by task, block and family."""
    from nar.corpus import funnel

    rows = funnel.by_library(outcomes, architectures)
    failed = [outcome for outcome in outcomes if outcome.reason]
    if json:
        print_json({"libraries": rows, "failures": failed})
        return
    headings = ("library", "named", "built", "captured", "distinct", "topologies", "families")
    printed = table(*headings, right=headings[1:])
    for row in rows:
        numbers = (row.named, row.built, row.captured, row.exact, row.topologies, row.families)
        printed.add_row(escape(row.library), *(f"{number:,}" for number in numbers))
    out.print(printed)
    for name, counts in (
        ("task", funnel.count_by(architectures, lambda item: item.task)),
        ("block", funnel.count_by(architectures, lambda item: item.block.value)),
    ):
        out.print(f"\nby {name}: " + ", ".join(f"{escape(key)} {count:,}" for key, count in counts), soft_wrap=True)
    if failures:
        listed = table("not captured", "reason")
        for outcome in failed:
            listed.add_row(escape(outcome.name), escape(outcome.reason))
        out.print(listed)
    elif failed:
        out.print(f"\n{len(failed):,} were not captured; --failures lists why")
