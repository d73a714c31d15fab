"""Tables of results: as text, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from nar.cli.console import out, table

CUTS = (20, 50, 100)
METRICS = {"mrr": "MRR", "map": "MAP", "ndcg": "nDCG"}
COLUMNS = [(f"{key}@{cut}", f"{name}@{cut}") for key, name in METRICS.items() for cut in CUTS]

TITLES = {
    "methods": "Methods (Table 1)",
    "splits": "Ways to divide graphs into motifs (Table 2), preset `paper`",
    "objectives": "Objectives of stage two (Table 3), preset `paper`",
    "transfer": "Transfer from NAS to real (Table 4), preset `paper`",
    "negatives": "Context graphs that hold the same motif as negatives, preset `paper`",
    "graded": "Graded relevance: same family 2, same block 1",
    "unseen": "Unseen families: five folds, one family in five never learned from",
    "library": "Unseen library: none of its architectures learned from, all of them queries",
    "text": "Text: the source code of the class",
}
"""What each table is called."""

_NAMES = {
    "real": "real architectures",
    "sample": "sample of the real architectures",
    "sourced": "real architectures whose class has its source here",
    "nas": "DARTS networks",
}


@dataclass(frozen=True)
class Row:
    """One row: mean and 95 % interval of each metric at each cut, such as "map@20"."""

    table: str
    data: str
    protocol: str
    label: str
    metrics: dict[str, tuple[float, float, float]]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Which row it is."""
        return self.table, self.data, self.protocol, self.label


def show(rows: Sequence[Row]) -> None:
    """Prints the tables."""
    for title, own in _tables(rows):
        headings = [heading for _, heading in COLUMNS]
        printed = table("", *headings, right=tuple(headings), title=title)
        for row in own:
            printed.add_row(row.label, *(f"{row.metrics[key][0]:.3f}" for key, _ in COLUMNS))
        out.print(printed)
        out.print()


def write(
    rows: Sequence[Row], folder: Path, *, nas_size: int, seed: int, order: Sequence[tuple[str, ...]] = ()
) -> None:
    """Writes results.json, and the part of results.md between its two marks; what was written before stays.

    Args:
        rows: what was computed now.
        folder: where the two files are.
        nas_size: number of DARTS networks.
        seed: of splits and networks.
        order: keys of all rows that there may be, as they shall stand; none keeps the order of `rows`, older ones last.
    """
    merged = {row.key: row for row in (*rows, *_older(rows, folder / "results.json"))}
    every = [merged[key] for key in order if key in merged] if order else list(merged.values())
    every.sort(key=lambda row: list(TITLES).index(row.table))
    packages = {name: version(name) for name in ("torch", "torch-geometric", "scikit-learn", "numpy")}
    content = {"seed": seed, "nas_size": nas_size, "packages": packages, "rows": [asdict(row) for row in every]}
    (folder / "results.json").write_text(json.dumps(content, indent=1) + "\n")
    file = folder / "results.md"
    begin, end = "<!-- tables -->\n", "<!-- end of tables -->"
    before, _, rest = file.read_text().partition(begin)
    file.write_text(f"{before}{begin}\n{markdown(every)}\n{end}{rest.partition(end)[2]}")


def _older(rows: Sequence[Row], file: Path) -> list[Row]:
    """The rows that were written before and are not computed now."""
    if not file.exists():
        return []
    now = {row.key for row in rows}
    return [own for content in json.loads(file.read_text())["rows"] if (own := Row(**content)).key not in now]


def markdown(rows: Sequence[Row]) -> str:
    """The tables in Markdown: means, and half the width of the 95 % interval at 20."""
    lines = []
    for title, own in _tables(rows):
        lines += [f"### {title}", "", "| | " + " | ".join(heading for _, heading in COLUMNS) + " |"]
        lines.append("|---" + "|---:" * len(COLUMNS) + "|")
        for row in own:
            lines.append(f"| {row.label} | " + " | ".join(_cell(key, row.metrics[key]) for key, _ in COLUMNS) + " |")
        lines.append("")
    return "\n".join(lines)


def _cell(key: str, values: tuple[float, float, float]) -> str:
    mean, low, high = values
    return f"{mean:.3f} ±{(high - low) / 2:.3f}" if key.endswith("@20") else f"{mean:.3f}"


def _tables(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Rows of one table, one data set and one protocol, with their title."""
    for (name, data, protocol), own in groupby(rows, lambda row: (row.table, row.data, row.protocol)):
        yield f"{TITLES[name]}: {_subject(name, data, protocol)}", list(own)


def _subject(table: str, data: str, protocol: str) -> str:
    """What a table's title says beside the table's name."""
    library = protocol.partition(":")[2]
    folds = ", unseen families" if protocol == "unseen" and table != "unseen" else ""
    return library or f"{_NAMES[data]}{folds}"
