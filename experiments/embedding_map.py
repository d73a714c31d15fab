"""A picture like the paper's Figure 5: the vectors of all architectures in the plane, by t-SNE.

    python -m experiments.embedding_map docs/images/embedding_map.png

Above the real architectures, coloured by block (attention green, CNN red, other blue), below the DARTS networks,
coloured by class; a column for each method. The vectors are those of the table "methods": run
`python -m experiments.tables methods` before, or they are learned now.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray
from rich.console import Console
from sklearn.manifold import TSNE

from experiments.experiment import Experiment, vectors
from experiments.sources import SAMPLED, Sources
from services.embedder.config import PRESETS

METHODS = ("gcn", "gat", "paper", "nar")
BLOCKS = {"attention": "tab:green", "cnn": "tab:red", "other": "tab:blue", "": "tab:gray"}


def plane(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, D) vectors -> (N, 2), near where their cosine similarity is high."""
    made: NDArray[np.float32] = TSNE(metric="cosine", init="random", random_state=0).fit_transform(points)
    return made


def draw(axes: Axes, points: NDArray[np.float32], colours: list[str], title: str) -> None:
    """One panel."""
    axes.scatter(points[:, 0], points[:, 1], c=colours, s=2, linewidths=0)
    axes.set_title(title, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


def main() -> None:
    """Draws and saves all panels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path, help="PNG file to write")
    parser.add_argument("--data", type=Path, default=Path("data/corpus.parquet"), help="the real data set")
    parser.add_argument("--nas-size", type=int, default=2_000, help="number of DARTS networks")
    parser.add_argument("--seed", type=int, default=1, help="of splits and networks")
    parser.add_argument("--work", type=Path, default=Path("build/tables"), help="folder of what is computed already")
    parser.add_argument("--set", default="real", choices=("real", SAMPLED), help="the real architectures, or a sample")
    parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS, help="columns; default: all")
    arguments = parser.parse_args()
    sources = Sources(arguments.data, arguments.nas_size, arguments.seed)
    classes = sorted(set(sources.labels("nas").family))
    palette = {name: f"C{index}" for index, name in enumerate(classes)}
    figure, panels = plt.subplots(2, len(arguments.methods), figsize=(3 * len(arguments.methods), 6), squeeze=False)
    with Console(stderr=True).status("") as status:
        for column, method in enumerate(arguments.methods):
            for row, data in enumerate((arguments.set, "nas")):
                status.update(f"{method}, {data}")
                labels = sources.labels(data)
                experiment = Experiment(data, "seen", method, config=PRESETS[method])
                points = plane(vectors(experiment, sources, arguments.work))
                colours = [BLOCKS[block] for block in labels.block] if data != "nas" else []
                draw(
                    panels[row, column],
                    points,
                    colours or [palette[name] for name in labels.family],
                    f"{method}, {data}",
                )
    figure.tight_layout()
    arguments.picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(arguments.picture, dpi=110)


if __name__ == "__main__":
    main()
