"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from nar.errors import InvalidInput

Address = Annotated[
    str | None,
    typer.Option("--address", help="HOST:PORT of the search service. Default: NAR_ADDRESS, else that of `nar up`."),
]
Collection = Annotated[str, typer.Option("--collection", "-c", help="The named set of architectures.")]
Filter = Annotated[
    str, typer.Option("--filter", "-f", help="""Conditions, such as 'library = "timm" AND params < 30M'.""")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Labels = Annotated[
    list[str] | None, typer.Option("--label", "-l", help="KEY=VALUE to keep with each architecture; may be repeated.")
]


def parse_labels(texts: list[str] | None) -> dict[str, str]:
    """Labels given as KEY=VALUE.

    Raises:
        InvalidInput: one has no "=" or no key.

    """
    labels = {}
    for text in texts or ():
        key, separator, value = text.partition("=")
        if not separator or not key:
            raise InvalidInput(f"label {text!r} is not of the form KEY=VALUE", "labels")
        labels[key] = value
    return labels
