"""`nar show`, `nar list`, `nar collections`, `nar delete`: what is in the index."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from nar import graph_json
from nar.architecture import Architecture
from nar.cli.console import err, out, print_json, table
from nar.cli.numbers import short
from nar.cli.options import Address, Collection, Filter, Json
from nar.client import Client, MotifCount

Identifier = Annotated[str, typer.Argument(metavar="ID", help="Id of an indexed architecture.")]


def show(
    identifier: Identifier,
    graph: Annotated[Path | None, typer.Option("--graph", help="Write the computational graph to this file.")] = None,
    vector: Annotated[bool, typer.Option("--vector", help="With --json: print the embedding too.")] = False,
    collection: Collection = "default",
    json: Json = False,
    address: Address = None,
) -> None:
    """Show an indexed architecture and its motifs."""
    with Client(address) as client:
        found = client.get_architecture(identifier, collection=collection, graph=graph is not None, vector=vector)
    if graph is not None and found.graph is not None:
        graph.write_text(graph_json.dumps(found.graph))
        err.print(f"wrote {len(found.graph)} ops to {escape(str(graph))}; `nar search {escape(str(graph))}` reads it")
    if json:
        print_json(found)
        return
    _print_metadata(found.architecture)
    _print_motifs(found.motifs)


def _print_metadata(architecture: Architecture) -> None:
    """One line for each thing that is known."""
    lines = {
        "id": architecture.id,
        "name": architecture.name,
        "library": f"{architecture.library} {architecture.library_version}".strip(),
        "family": architecture.family,
        "block": architecture.block.value,
        "task": architecture.task,
        "params": f"{short(architecture.params)} ({architecture.params:,})",
        "FLOPs": f"{short(architecture.flops)} ({architecture.flops:,})",
        "ops, edges": f"{architecture.ops:,}, {architecture.edges:,}",
        "topology": architecture.fingerprint.topology,
        "exact": architecture.fingerprint.exact,
        "unknown ops": ", ".join(f"{name} ×{count}" for name, count in sorted(architecture.unknown_ops.items())),
        "indexed at": f"{architecture.indexed_at:%Y-%m-%d %H:%M:%S} UTC" if architecture.indexed_at else "",
        **{f"label {key}": value for key, value in sorted(architecture.labels.items())},
    }
    rows = table("", "")
    rows.show_header = False
    for name, value in lines.items():
        if value:
            rows.add_row(name, escape(value))
    out.print(rows)


def _print_motifs(motifs: tuple[MotifCount, ...]) -> None:
    rows = table("motif", "count", "ops", "fingerprint", right=("count", "ops"))
    for motif in motifs:
        rows.add_row(escape(motif.name), str(motif.count), str(motif.ops), motif.fingerprint[:12])
    out.print()
    out.print(rows)


def list_(
    filter: Filter = "",
    collection: Collection = "default",
    limit: Annotated[int, typer.Option("--limit", "-n", help="Largest number of rows; 0: all.")] = 0,
    json: Json = False,
    address: Address = None,
) -> None:
    """List the indexed architectures."""
    with Client(address) as client:
        every = client.list_architectures(collection=collection, filter=filter)
        found = list(islice(every, limit or None))
    if json:
        print_json(found)
        return
    headings = ("id", "family", "block", "task", "params", "FLOPs", "ops", "labels")
    rows = table(*headings, right=("params", "FLOPs", "ops"))
    for architecture in found:
        labels = ", ".join(f"{key}={value}" for key, value in sorted(architecture.labels.items()))
        sizes = (short(architecture.params), short(architecture.flops), str(architecture.ops))
        kinds = (architecture.family, architecture.block.value, architecture.task)
        rows.add_row(*map(escape, (architecture.id, *kinds, *sizes, labels)))
    out.print(rows)
    err.print(f"[dim]{len(found)} architectures[/]")


def collections(json: Json = False, address: Address = None) -> None:
    """List the collections with their sizes."""
    with Client(address) as client:
        found = client.list_collections()
    if json:
        print_json(found)
        return
    rows = table("collection", "architectures", right=("architectures",))
    for collection in found:
        rows.add_row(escape(collection.name), str(collection.architectures))
    out.print(rows)


def delete(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of indexed architectures.")],
    collection: Collection = "default",
    address: Address = None,
) -> None:
    """Remove architectures from the index."""
    with Client(address) as client:
        for identifier in identifiers:
            client.delete_architecture(identifier, collection=collection)
            out.print(f"deleted {escape(identifier)}")
