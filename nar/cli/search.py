"""`nar search`: the nearest architectures, with the shared motifs as evidence."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from nar.architecture import Architecture
from nar.cli.console import out, print_json, table
from nar.cli.numbers import short
from nar.cli.options import Address, Collection, Filter, Json
from nar.client import Client, SearchResult, SharedMotif

SHOWN_MOTIFS = 3


def search(
    query: Annotated[
        str,
        typer.Argument(
            help="An ONNX file, a config.json, a graph in JSON, the id of an indexed architecture, or a model's name."
        ),
    ],
    top_k: Annotated[int, typer.Option("--top-k", "-k", help="Number of neighbours, from 1 to 1,000.")] = 10,
    filter: Filter = "",
    collection: Collection = "default",
    motifs: Annotated[int, typer.Option("--motifs", help="Shared motifs to show of each neighbour.")] = SHOWN_MOTIFS,
    json: Json = False,
    address: Address = None,
) -> None:
    """Find the architectures that are built like QUERY."""
    with Client(address) as client:
        result = client.search(query, top_k=top_k, filter=filter, collection=collection, motifs=motifs > 0)
    if json:
        print_json(result)
    else:
        print_result(result, motifs)


def print_result(result: SearchResult, motifs: int = SHOWN_MOTIFS) -> None:
    """Prints what the query is, the neighbours as a table, and the versions."""
    if result.query is not None:
        out.print(f"query: {escape(describe(result.query))}\n")
    if not result.neighbours:
        out.print("no neighbours: nothing in this collection fits")
    else:
        _print_neighbours(result, motifs)
    out.print(f"\n[dim]model {escape(result.model_version)}, index version {result.index_version}[/]")


def _print_neighbours(result: SearchResult, motifs: int) -> None:
    headings = ("#", "score", "id", "family", "params", "FLOPs", "shared motifs (×query/×neighbour)")
    rows = table(*headings, right=("#", "score", "params", "FLOPs"))
    for rank, neighbour in enumerate(result.neighbours, 1):
        found = neighbour.architecture
        cells = (
            str(rank),
            f"{neighbour.score:.3f}",
            found.id,
            found.family,
            short(found.params),
            short(found.flops),
            evidence(neighbour.shared_motifs, motifs),
        )
        rows.add_row(*map(escape, cells))
    out.print(rows)


def describe(architecture: Architecture) -> str:
    """One line about an architecture."""
    kind = " ".join(part for part in (architecture.family, architecture.block.value) if part)
    size = f"{short(architecture.params)} params, {short(architecture.flops)} FLOPs, {architecture.ops} ops"
    # An upload's id says nothing to people.
    is_upload = architecture.id.startswith("sha256:") and architecture.name
    title = architecture.name if is_upload else architecture.id or architecture.name or "unnamed"
    return f"{title} ({kind + ', ' if kind else ''}{size})"


def evidence(motifs: tuple[SharedMotif, ...], shown: int) -> str:
    """The first shared motifs, one a line, with their number on both sides."""
    lines = [f"{_cut(motif.name)} ×{motif.query_count}/×{motif.neighbour_count}" for motif in motifs[:shown]]
    if len(motifs) > shown > 0:
        lines[-1] += f" (+{len(motifs) - shown} more)"
    return "\n".join(lines)


def _cut(name: str, length: int = 44) -> str:
    """A motif's name, short enough for a cell; its beginning and its end tell most."""
    return name if len(name) <= length else f"{name[: length - 15]}…{name[-14:]}"
