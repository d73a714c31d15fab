"""`nar models`: what can be indexed and searched by name."""

from __future__ import annotations

from typing import Annotated

import typer

from nar import capture
from nar.cli.console import print_json
from nar.cli.options import Json


def models(
    pattern: Annotated[
        str, typer.Argument(metavar="[PATTERN]", help="A library, or a pattern such as 'timm/resnet*'. Default: all.")
    ] = "*",
    json: Json = False,
) -> None:
    """List the models of the libraries that are installed here."""
    names = capture.names([pattern if "/" in pattern or pattern == "*" else f"{pattern}/*"])
    if json:
        print_json(names)
    else:
        typer.echo("\n".join(names))
