"""All commands in one place."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from nar.cli import (
    architectures,
    capture_rate,
    corpus,
    demo,
    doctor,
    evaluate,
    index,
    jobs,
    models,
    search,
    token,
    train,
    up,
)
from nar.cli.console import report
from nar.errors import NarError

EXIT_ERROR = 2

app = typer.Typer(
    help="Which known neural architectures are built like this one, and why?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nar {version('nar')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of the program itself."""


app.command("up")(up.up)
app.command("index")(index.index)
app.command("search")(search.search)
app.command("show")(architectures.show)
app.command("list")(architectures.list_)
app.command("collections")(architectures.collections)
app.command("models")(models.models)
app.command("delete")(architectures.delete)
app.command("jobs")(jobs.jobs)
app.command("doctor")(doctor.doctor)
app.command("train")(train.train)
app.command("capture-rate")(capture_rate.capture_rate)
app.command("evaluate")(evaluate.evaluate)
app.add_typer(token.token, name="token")
app.add_typer(corpus.corpus, name="corpus")
app.command("demo")(demo.demo)


def main() -> None:
    """Runs the command line; errors are one line on stderr and exit code 2."""
    try:
        app()
    except NarError as error:
        report(error)
        sys.exit(EXIT_ERROR)
