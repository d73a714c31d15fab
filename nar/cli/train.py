"""`nar train`: weights for the embedder, from a data set or from models of installed libraries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from nar import capture
from nar.cli import loss_plot
from nar.cli.console import err, out
from nar.errors import FailedPrecondition, InvalidInput
from nar.extras import require

if TYPE_CHECKING:
    from nar.architecture import Architecture
    from nar.graph import Graph
    from services.embedder.epochs import Progress as Step
    from services.embedder.views import TrainingGraph

_DEFAULT_PATTERNS = ("timm/*", "torchvision/*", "transformers/*")
_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def train(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for model.safetensors and config.json.")],
    patterns: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATTERN...]",
            help="Models to capture and train on. Default: all of timm, torchvision, transformers.",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="A data set that `nar corpus build` wrote, instead of capturing models."),
    ] = None,
    preset: Annotated[
        str, typer.Option("--preset", help="What is trained, and how: nar is what ships, paper as published.")
    ] = "nar",
) -> None:
    """Train the embedder. What was interrupted goes on where it was."""
    require("embedder", "training")
    from services.embedder.config import PRESETS
    from services.embedder.training import train as train_on

    if preset not in PRESETS:
        raise InvalidInput(f"there is no preset {preset!r}: choose one of {', '.join(sorted(PRESETS))}", "preset")
    if data and patterns:
        raise InvalidInput("give either --data or patterns of models, not both", "data")
    records = _read(data) if data else _collect(folder / "corpus", tuple(patterns or _DEFAULT_PATTERNS))
    graphs = _divide(records, whole=not PRESETS[preset].macro)
    with Progress(*_COLUMNS, TextColumn("loss {task.fields[loss]:.4f}"), console=err) as progress:
        bars = {
            name: progress.add_task(f"{name}s  ", total=stage.epochs, loss=0.0)
            for name, stage in PRESETS[preset].stages.items()
        }

        def show(step: Step) -> None:
            progress.update(bars[step.stage], completed=step.epoch + 1, total=step.epochs, loss=step.loss)

        version = train_on(graphs, PRESETS[preset], folder, show)
    picture = folder / "losses.svg"
    # Of the whole training, also where it was interrupted.
    loss_plot.write(picture, json.loads((folder / "config.json").read_text())["record"]["losses"])
    out.print(f"losses: {escape(str(picture))}", soft_wrap=True)
    out.print(f"wrote {escape(version)} to {escape(str(folder))}", soft_wrap=True)
    if PRESETS[preset].macro:
        out.print(f"serve it with NAR_WEIGHTS={escape(str(folder))} nar up --home ANOTHER_FOLDER", soft_wrap=True)


def _read(data: Path) -> list[tuple[Architecture, Graph]]:
    require("corpus", "a data set")
    from nar.corpus import parquet

    return [(architecture, graph) for architecture, graph, _ in parquet.read(data)]


def _collect(folder: Path, patterns: tuple[str, ...]) -> list[tuple[Architecture, Graph]]:
    """Captures the models, or what of them is missing; says which failed."""
    from nar.corpus import collection

    names = capture.names(patterns)
    outcomes = []
    with Progress(*_COLUMNS, console=err) as progress:
        bar = progress.add_task("models  ", total=len(names))
        for outcome in collection.collect(folder, names):
            outcomes.append(outcome)
            progress.advance(bar)
    failures = [outcome for outcome in outcomes if outcome.reason]
    for outcome in failures:
        err.print(f"[dim]left out {escape(outcome.name)}: {escape(outcome.reason)}[/]", soft_wrap=True)
    graphs = [(architecture, graph) for architecture, graph, _ in collection.read(folder, outcomes)]
    if not graphs:
        raise FailedPrecondition(f"none of {len(names)} models could be captured: there is nothing to train on")
    out.print(f"{len(names)} models, {len(failures)} left out, {len(graphs)} distinct graphs in {escape(str(folder))}")
    return graphs


def _divide(records: list[tuple[Architecture, Graph]], *, whole: bool) -> list[TrainingGraph]:
    """The graphs, divided into motifs, or each as its only one."""
    from nar.corpus.division import divide
    from services.embedder.undivided import undivided
    from services.embedder.views import TrainingGraph

    graphs = [graph for _, graph in records]
    with Progress(*_COLUMNS, console=err) as progress:
        made = map(undivided, graphs) if whole else divide(graphs)
        parts = progress.track(made, total=len(graphs), description="division")
        return [
            TrainingGraph(architecture.id, architecture.family or "unknown", part)
            for (architecture, _), part in zip(records, parts, strict=True)
        ]
