"""The paper's Tables 1 to 4, and our own protocols, on the real data set and on sampled DARTS networks.

    python -m experiments.tables                        all of them
    python -m experiments.tables methods splits         some of them
    python -m experiments.tables --write docs           docs/results.md and docs/results.json too

What was computed before with the same data, seed and configuration is read from the folder --work.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from experiments import results
from experiments.experiment import Experiment, Metrics, is_known, scores
from experiments.rows import experiments
from experiments.sources import Sources
from services.embedder.epochs import Progress as Step


def compute(chosen: Mapping[str, Sequence[Experiment]], sources: Sources, work: Path) -> Iterator[results.Row]:
    """The rows of the chosen tables, as they are found."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=sum(map(len, chosen.values())))
        for table, rows in chosen.items():
            for row in rows:
                name = f"{table}, {row.data}, {row.protocol}, {row.label}"
                progress.update(bar, description=name)

                def show(step: Step, name: str = name) -> None:
                    progress.update(bar, description=f"{name}: {step.stage} epoch {step.epoch + 1} of {step.epochs}")

                found: Metrics = scores(row, sources, work, show)
                progress.advance(bar)
                yield results.Row(table, row.data, row.protocol, row.label, found)


def main() -> None:
    """Computes what is missing, prints all, and writes the document."""
    every = experiments()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(every)}; default: all")
    parser.add_argument("--data", type=Path, default=Path("data/corpus.parquet"), help="the real data set")
    parser.add_argument("--nas-size", type=int, default=2_000, help="number of DARTS networks")
    parser.add_argument("--sample-size", type=int, default=2_000, help="architectures of the sample, about")
    parser.add_argument("--seed", type=int, default=1, help="of splits and networks")
    parser.add_argument("--work", type=Path, default=Path("build/tables"), help="folder of what is computed already")
    parser.add_argument("--rows", nargs="+", metavar="LABEL", help="only rows that are called so")
    parser.add_argument(
        "--sets", nargs="+", metavar="SET", help="only rows of these data sets: real, sample, sourced, nas"
    )
    parser.add_argument("--known", action="store_true", help="only rows that need no training any more")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="also write results.md and results.json there")
    arguments = parser.parse_args()
    if unknown := set(arguments.tables) - set(every):
        parser.error(f"there is no table {unknown.pop()!r}: choose among {', '.join(every)}")
    sources = Sources(arguments.data, arguments.nas_size, arguments.seed, arguments.sample_size)
    chosen = {name: every[name] for name in arguments.tables or every}
    if arguments.rows:
        chosen = {name: [row for row in rows if row.label in arguments.rows] for name, rows in chosen.items()}
    if arguments.sets:
        chosen = {name: [row for row in rows if row.data in arguments.sets] for name, rows in chosen.items()}
    if arguments.known:
        chosen = {
            name: [row for row in rows if is_known(row, sources, arguments.work)] for name, rows in chosen.items()
        }
    rows = list(compute(chosen, sources, arguments.work))
    results.show(rows)
    if arguments.write:
        order = [(name, row.data, row.protocol, row.label) for name, own in every.items() for row in own]
        results.write(rows, arguments.write, nas_size=arguments.nas_size, seed=arguments.seed, order=order)


if __name__ == "__main__":
    main()
