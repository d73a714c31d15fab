"""`nar train`: weights for the embedder, from models of installed libraries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from nar import capture, training_set
from nar.cli.console import err, out
from nar.errors import FailedPrecondition, InvalidInput
from nar.extras import require

if TYPE_CHECKING:
    from services.embedder.training import Progress as Step
    from services.embedder.training import TrainingGraph

_DEFAULT_PATTERNS = ("timm/*", "torchvision/*", "transformers/*")
_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def train(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for model.safetensors and config.json.")],
    patterns: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATTERN...]", help="Models to train on. Default: all of timm, torchvision, transformers."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Folder of the training set, kept for the next time. Default: OUT/data."),
    ] = None,
    preset: Annotated[str, typer.Option("--preset", help="Hyper-parameters; paper has those of the paper.")] = "paper",
) -> None:
    """Train the embedder. What was interrupted goes on where it was."""
    require("embedder", "training")
    from services.embedder.config import PRESETS
    from services.embedder.training import train as train_on

    if preset not in PRESETS:
        raise InvalidInput(f"there is no preset {preset!r}: choose one of {', '.join(sorted(PRESETS))}", "preset")
    graphs = _collect(data or folder / "data", tuple(patterns or _DEFAULT_PATTERNS))
    with Progress(*_COLUMNS, TextColumn("loss {task.fields[loss]:.4f}"), console=err) as progress:
        bars = {
            "motif": progress.add_task("motifs  ", total=PRESETS[preset].motif.epochs, loss=0.0),
            "graph": progress.add_task("graphs  ", total=PRESETS[preset].graph.epochs, loss=0.0),
        }

        def show(step: Step) -> None:
            progress.update(bars[step.stage], completed=step.epoch + 1, total=step.epochs, loss=step.loss)

        version = train_on(graphs, PRESETS[preset], folder, show)
    out.print(
        f"wrote {escape(version)} to {escape(str(folder))}; serve it with NAR_WEIGHTS={escape(str(folder))} nar up"
    )


def _collect(data: Path, patterns: tuple[str, ...]) -> list[TrainingGraph]:
    """Makes the training set, or completes it; says which models failed."""
    from services.embedder.training import TrainingGraph

    names = capture.names(patterns)
    failures: list[tuple[str, str]] = []
    with Progress(*_COLUMNS, console=err) as progress:
        bar = progress.add_task("models  ", total=len(names))
        for name, reason in training_set.collect(data, names):
            progress.advance(bar)
            if reason:
                failures.append((name, reason))
    for name, reason in sorted(failures):
        err.print(f"[dim]left out {escape(name)}: {escape(reason)}[/]", soft_wrap=True)
    graphs = [
        TrainingGraph(architecture.id, architecture.family or "unknown", decomposition)
        for architecture, decomposition in training_set.read(data)
    ]
    if not graphs:
        raise FailedPrecondition(f"none of {len(names)} models could be captured: there is nothing to train on")
    out.print(f"{len(names)} models, {len(failures)} left out, {len(graphs)} distinct graphs in {escape(str(data))}")
    return graphs
