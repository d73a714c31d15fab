"""Are motifs the real blocks? `python -m experiments.motif_quality [--json] [--half development|held-out]`.

For one model of each family: boundary F1 and adjusted Rand index between motif instances and the blocks that the module
paths name, the same for the published code's rule, and how many times fewer nodes the macro graph has. The miner was
tuned on the development half alone (`motif_families.py`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import mean, median

from rich.console import Console
from rich.table import Table

from experiments import bigram_rule
from experiments.motif_families import HALVES
from nar.errors import NarError
from nar.graph import Graph
from services.motif_miner import DEFAULT, MiningOptions, mine
from services.motif_miner.quality import Agreement, agreement, true_blocks


@dataclass(frozen=True)
class Row:
    """What was measured of one model. `blocks` counts the parts of the ground truth, stem and head among them."""

    half: str
    name: str
    ops: int
    blocks: int
    instances: int
    motifs: int
    mined: Agreement
    published_rule: Agreement

    @property
    def compression(self) -> float:
        """How many times fewer nodes the macro graph has."""
        return self.ops / self.instances


def measure(name: str, half: str, graph: Graph, options: MiningOptions = DEFAULT) -> Row | None:
    """Compares the motif instances of `graph` with its blocks; None where its module paths name no repeated blocks."""
    blocks = true_blocks(graph)
    if blocks is None:
        return None
    mined = mine(graph, options)
    return Row(
        half=half,
        name=name,
        ops=len(graph),
        blocks=len(set(blocks.tolist())),
        instances=len(mined.instance_motif),
        motifs=len(mined.motifs),
        mined=agreement(mined.op_instance, blocks),
        published_rule=agreement(bigram_rule.divide(graph), blocks),
    )


def load(name: str) -> Graph:
    """The canonical graph of a library's model; raises NarError where it cannot be captured."""
    from services.extractor.canonical import canonicalise
    from services.extractor.libraries import load as load_model

    return canonicalise(load_model(name).raw).graph


def table(rows: Sequence[Row]) -> Table:
    """One row a family, and the mean of each half."""
    result = Table("", "family", "ops", "blocks", "instances", "motifs", "F1", "ARI", "fewer", "rule F1", "rule ARI")
    for half in HALVES:
        own = [row for row in rows if row.half == half]
        for row in own:
            counts = (str(count) for count in (row.ops, row.blocks, row.instances, row.motifs))
            result.add_row(half, row.name, *counts, *_figures([row]))
        if own:
            result.add_row(half, f"mean of {len(own)} families", "", "", "", "", *_figures(own), style="bold")
    return result


def _figures(rows: Sequence[Row]) -> list[str]:
    return [
        f"{mean(row.mined.boundary_f1 for row in rows):.2f}",
        f"{mean(row.mined.rand_index for row in rows):.2f}",
        f"{median(row.compression for row in rows):.1f}x",
        f"{mean(row.published_rule.boundary_f1 for row in rows):.2f}",
        f"{mean(row.published_rule.rand_index for row in rows):.2f}",
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, or one JSON object a family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=list(HALVES), help="only these families; default: both halves")
    parser.add_argument("--json", action="store_true", help="JSON lines instead of a table")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    left_out: list[str] = []
    for half in [options.half] if options.half else HALVES:
        for name in HALVES[half]:
            try:
                row = measure(name, half, load(name))
            except NarError as error:
                left_out.append(f"{name}: {error}")
                continue
            if row is None:
                left_out.append(f"{name}: its module paths name no repeated blocks")
            else:
                rows.append(row)
    console = Console(width=None if Console().is_terminal else 140)
    if options.json:
        print("\n".join(json.dumps({**asdict(row), "compression": row.compression}) for row in rows))
        return
    console.print(table(rows))
    for reason in left_out:
        console.print(f"left out {reason}", style="dim", markup=False)


if __name__ == "__main__":
    main()
