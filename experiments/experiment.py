"""One row of a table: which data, what is learned from, which method; and its scores, computed once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import splits
from experiments.graph2vec import graph2vec
from nar.corpus import darts_records, parquet
from nar.graph import Ints
from services.embedder.config import PRESETS, Config
from services.embedder.epochs import Progress
from services.embedder.evaluation.methods import Dataset, trained, untrained
from services.embedder.evaluation.protocols import Fit, Labels, examine, protocol_splits, summary
from services.embedder.training import train
from services.embedder.views import TrainingGraph

Metrics = dict[str, tuple[float, float, float]]
"""Mean and 95 % interval of each metric at each cut, such as "map@20"."""

_CODE = (
    "services/embedder/**/*.py",
    "services/motif_miner/*.py",
    "experiments/splits.py",
    "experiments/bigram_rule.py",
    "nar/corpus/darts*.py",
    "nar/fingerprint.py",
)

UNTRAINED: dict[str, Callable[[Dataset], Any]] = {
    **untrained(),
    "graph2vec": lambda data: graph2vec(data.graphs),
}
"""Methods that see no labels, by name."""

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Experiment:
    """One row.

    Attributes:
        data: "real" or "nas".
        protocol: see `protocol_splits`.
        label: what the row is called.
        method: an untrained baseline's name, or "" for a trained one.
        config: of a trained one.
        split: how graphs are divided, one of `splits.SPLITS`.
        pretrained: whether training begins with weights from the NAS networks.
    """

    data: str
    protocol: str
    label: str
    method: str = ""
    config: Config = field(default_factory=lambda: PRESETS["paper"])
    split: str = "ours"
    pretrained: bool = False

    def key(self, sources: Sources) -> str:
        """A name that changes with everything that the vectors depend on; graded relevance looks at those of "seen"."""
        content = {**asdict(self), "label": "", "sources": sources.digest}
        content["protocol"] = self.protocol.replace("graded", "seen")
        if self.method:
            content["config"] = None
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


class Sources:
    """The two data sets, read and divided when they are needed.

    Args:
        file: the real data set.
        nas_size: number of DARTS networks.
        seed: of the networks and of all splits.
    """

    def __init__(self, file: Path, nas_size: int, seed: int) -> None:
        self._file = file
        self._nas_size = nas_size
        self.seed = seed
        self._divided: dict[tuple[str, str], Dataset] = {}
        self._untrained: dict[tuple[str, str], Any] = {}

    @cached_property
    def digest(self) -> str:
        """Changes with the data, the seed, and the code that makes vectors of graphs."""
        digest = hashlib.sha256(f"{self._nas_size} {self.seed}".encode())
        for file in (self._file, *sorted(path for pattern in _CODE for path in Path().glob(pattern))):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    @cached_property
    def _records(self) -> dict[str, list[parquet.Record]]:
        nas = darts_records.records(self._nas_size, seed=self.seed)
        return {"real": list(parquet.read(self._file)), "nas": list(nas)}

    def labels(self, data: str) -> Labels:
        """What is known of the architectures of a data set."""
        return Labels.of([architecture for architecture, _, _ in self._records[data]])

    def untrained(self, data: str, method: str) -> Fit:
        """An untrained baseline."""
        if (data, method) not in self._untrained:
            self._untrained[data, method] = UNTRAINED[method](self.dataset(data, "ours"))
        return lambda _: self._untrained[data, method]

    def dataset(self, data: str, split: str) -> Dataset:
        """A data set, divided by a rule."""
        found = self._divided.get((data, split))
        if found is None:
            records = self._records[data]
            graphs = [graph for _, graph, _ in records]
            names = [architecture.id for architecture, _, _ in records]
            parts = list(splits.divide(graphs, split))
            found = self._divided[data, split] = Dataset(names, self.labels(data).family, graphs, parts)
        return found


def scores(experiment: Experiment, sources: Sources, work: Path, on_progress: OnProgress) -> Metrics:
    """The metrics of an experiment; what is learned is kept in the folder `work`."""
    labels = sources.labels(experiment.data)
    chosen = protocol_splits(experiment.protocol, labels, sources.seed)
    fit = _kept(_fit(experiment, sources, work, on_progress), work / experiment.key(sources))
    return summary(examine(labels, chosen, fit, graded=experiment.protocol == "graded"))


def vectors(experiment: Experiment, sources: Sources, work: Path) -> NDArray[np.float32]:
    """(N, D) vectors of all architectures, learned from those of the first split."""
    (split, *_) = protocol_splits(experiment.protocol, sources.labels(experiment.data), sources.seed)
    fit = _kept(_fit(experiment, sources, work, lambda _: None), work / experiment.key(sources))
    found: NDArray[np.float32] = fit(split.train)
    return found


def is_known(experiment: Experiment, sources: Sources, work: Path) -> bool:
    """Whether the scores need no training: all of its splits have vectors in the folder `work`."""
    if experiment.method:
        return True
    chosen = protocol_splits(experiment.protocol, sources.labels(experiment.data), sources.seed)
    return all(_file(work / experiment.key(sources), split.train).exists() for split in chosen)


def _file(folder: Path, indices: Ints) -> Path:
    """Where the vectors lie that were learned from some architectures."""
    return folder / f"{hashlib.sha256(indices.tobytes()).hexdigest()[:16]}.npy"


def _kept(fit: Fit, folder: Path) -> Fit:
    """`fit`, whose vectors are read from `folder` where it has been called with the same indices before."""

    def read_or_fit(indices: Ints) -> Any:
        file = _file(folder, indices)
        if file.exists():
            return np.load(file).astype(np.float32)
        vectors = fit(indices)
        if not isinstance(vectors, np.ndarray):
            return vectors
        halves = vectors.astype(np.float16)
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name("unfinished.npy")
        np.save(unfinished, halves)
        unfinished.replace(file)
        return halves.astype(np.float32)

    return read_or_fit


def _fit(experiment: Experiment, sources: Sources, work: Path, on_progress: OnProgress) -> Fit:
    if experiment.method:
        return sources.untrained(experiment.data, experiment.method)
    data = sources.dataset(experiment.data, experiment.split)
    initial = _pretrained(experiment, sources, work, on_progress) if experiment.pretrained else None
    return trained(experiment.config, data, on_progress, initial)


def _pretrained(experiment: Experiment, sources: Sources, work: Path, on_progress: OnProgress) -> Path:
    """Weights from the NAS networks."""
    folder = work / f"{replace(experiment, data='nas').key(sources)}.weights"
    if not (folder / "config.json").exists():
        nas = sources.dataset("nas", experiment.split)
        rows = zip(nas.names, nas.families, nas.decompositions, strict=True)
        train([TrainingGraph(*row) for row in rows], experiment.config, folder, on_progress)
    return folder
