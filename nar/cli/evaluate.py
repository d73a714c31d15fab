"""`nar evaluate`: how well methods find the relatives of an architecture in a data set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from nar.cli.console import err, out, print_json, table
from nar.cli.options import Json
from nar.errors import InvalidInput
from nar.extras import require

if TYPE_CHECKING:
    from services.embedder.epochs import Progress as Step
    from services.embedder.evaluation.methods import Dataset
    from services.embedder.evaluation.protocols import Labels, Split

_METRICS = {"mrr": "MRR", "map": "MAP", "ndcg": "nDCG"}


@dataclass(frozen=True)
class Row:
    """One method under one protocol: mean and interval of each metric at each cut, such as "map@20"."""

    protocol: str
    method: str
    metrics: dict[str, tuple[float, float, float]]


def evaluate(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Data set that `nar corpus` wrote.")],
    methods: Annotated[
        list[str] | None, typer.Option("--method", help="Only this method; may be repeated. Default: all.")
    ] = None,
    protocols: Annotated[
        list[str] | None,
        typer.Option("--protocol", help="seen, unseen, graded, library:NAME; may be repeated. Default: seen, unseen."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the splits.")] = 0,
    json: Json = False,
) -> None:
    """Print MRR, MAP and nDCG at 20, 50 and 100 of each method, with 95 % bootstrap intervals over the queries."""
    require("embedder", "evaluation")
    require("corpus", "a data set")
    from services.embedder.evaluation.methods import METHODS
    from services.embedder.evaluation.protocols import protocol_splits

    unknown = [name for name in methods or () if name not in METHODS]
    if unknown:
        raise InvalidInput(f"there is no method {unknown[0]!r}: choose among {', '.join(METHODS)}", "method")
    chosen = methods or METHODS
    dataset, labels = _load(data)
    rows: list[Row] = []
    for protocol in protocols or ("seen", "unseen"):
        splits = protocol_splits(protocol, labels, seed)
        for method in chosen:
            found = _examine(dataset, labels, splits, method, graded=protocol == "graded")
            rows.append(Row(protocol, method, found))
    if json:
        print_json(rows)
    else:
        _print(rows)


def _load(data: Path) -> tuple[Dataset, Labels]:
    """The data set, divided into motifs."""
    from nar.corpus import parquet
    from nar.corpus.division import divide
    from services.embedder.evaluation.methods import Dataset
    from services.embedder.evaluation.protocols import Labels

    records = list(parquet.read(data))
    architectures = [architecture for architecture, _, _ in records]
    graphs = [graph for _, graph, _ in records]
    labels = Labels.of(architectures)
    with Progress(TextColumn("division"), BarColumn(), TimeElapsedColumn(), console=err, transient=True) as progress:
        divided = list(progress.track(divide(graphs), total=len(graphs)))
    dataset = Dataset([architecture.id for architecture in architectures], labels.family, graphs, divided)
    return dataset, labels


def _examine(
    dataset: Dataset, labels: Labels, splits: list[Split], method: str, *, graded: bool
) -> dict[str, tuple[float, float, float]]:
    from services.embedder.evaluation.methods import fit_of
    from services.embedder.evaluation.protocols import examine, summary

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task(method, total=None)

        def show(step: Step) -> None:
            description = f"{method}: {step.stage} epoch {step.epoch + 1} of {step.epochs}, loss {step.loss:.3f}"
            progress.update(bar, description=description)

        return summary(examine(labels, splits, fit_of(method, dataset, show), graded=graded))


def _print(rows: list[Row]) -> None:
    """A table for each cut, means with half the width of their intervals."""
    from services.embedder.evaluation.protocols import CUTS

    for cut in CUTS:
        headings = [f"{name}@{cut}" for name in _METRICS.values()]
        printed = table("protocol", "method", *headings, right=tuple(headings))
        for row in rows:
            cells = (_cell(*row.metrics[f"{name}@{cut}"]) for name in _METRICS)
            printed.add_row(escape(row.protocol), escape(row.method), *cells)
        out.print(printed)
        out.print()


def _cell(mean: float, low: float, high: float) -> str:
    return f"{mean:.3f} ±{(high - low) / 2:.3f}"
