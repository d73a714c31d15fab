"""`nar capture-rate`: how many models of each library become graphs, and why the others do not."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from nar import capture
from nar.cli.console import MODEL_COLUMNS, err, out, print_json, table
from nar.cli.options import Json


def capture_rate(
    library: Annotated[
        list[str] | None, typer.Option("--library", help="Only this library; may be repeated. Default: all.")
    ] = None,
    pattern: Annotated[
        list[str] | None, typer.Option("--pattern", help="Only models of this pattern, such as 'timm/resnet*'.")
    ] = None,
    sample: Annotated[int, typer.Option("--sample", help="Only so many of them, a fixed random choice; 0: all.")] = 0,
    json: Json = False,
) -> None:
    """Extract every model of the installed libraries; print a table and each failure's reason."""
    patterns = [*(pattern or ()), *(f"{name}/*" for name in library or ())]
    models = capture.names(patterns or ["*"], sample)
    captures = _measure(models)
    failures = [each for each in captures if each.reason]
    if json:
        print_json({"libraries": capture.summarise(captures), "failures": failures})
        return
    _print_summaries(capture.summarise(captures))
    if failures:
        _print_failures(failures)


def _measure(models: list[str]) -> list[capture.Capture]:
    with Progress(*MODEL_COLUMNS, console=err, transient=True) as progress:
        bar = progress.add_task("", total=len(models), name="")

        def show(latest: capture.Capture) -> None:
            progress.update(bar, advance=1, name=escape(latest.name))

        return capture.measure(models, show)


def _print_summaries(summaries: list[capture.LibrarySummary]) -> None:
    headings = ("library", "models", "lack a library", "captured", "rate", "median s", "most ops")
    rows = table(*headings, right=headings[1:])
    for each in summaries:
        counts = (f"{count:,}" for count in (each.models, each.unavailable, each.captured))
        rate, seconds = f"{each.rate:.2%}", f"{each.median_seconds:.2f}"
        rows.add_row(escape(each.library), *counts, rate, seconds, f"{each.most_ops:,}")
    out.print(rows)


def _print_failures(failures: list[capture.Capture]) -> None:
    rows = table("not captured", "reason")
    for failure in failures:
        rows.add_row(escape(failure.name), escape(failure.reason))
    out.print()
    out.print(rows)
