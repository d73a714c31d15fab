"""One row of a table: which data, what is learned from, which method; and its scores, computed once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.kept import is_kept, kept
from experiments.sources import Sources
from experiments.untrained import UNTRAINED
from nar.graph import Ints
from services.embedder.config import PRESETS, Config
from services.embedder.epochs import Progress
from services.embedder.evaluation.methods import trained
from services.embedder.evaluation.protocols import Fit, examine, protocol_splits, summary
from services.embedder.training import train
from services.embedder.views import TrainingGraph

Metrics = dict[str, tuple[float, float, float]]
"""Mean and 95 % interval of each metric at each cut, such as "map@20"."""

_GRAPHS = ("nar/corpus/darts*.py",)
_NETWORK = (
    *_GRAPHS,
    "services/embedder/*.py",
    "services/motif_miner/*.py",
    "experiments/splits.py",
    "experiments/bigram_rule.py",
    "nar/fingerprint.py",
)
"""Code that vectors of trained models depend on."""

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Experiment:
    """One row.

    Attributes:
        data: "real", "nas", or a part of the real ones: `sources.SAMPLED`, `sources.SOURCED`.
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

    def folder(self, sources: Sources, work: Path) -> Path:
        """Where vectors are kept; its name changes with everything that they depend on."""
        if self.method:
            digest = sources.digest((*_GRAPHS, *UNTRAINED[self.method].code))
            return work / f"{self.method}-{self.data}-{digest[:12]}"
        content = {**asdict(self), "label": "", "protocol": "", "code": sources.digest(_NETWORK)}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        return work / f"{self.config.preset}-{self.data}-{digest[:12]}"

    def file(self, sources: Sources, work: Path, train: Ints) -> Path:
        """Where the vectors are kept that were learned from some architectures; protocols share them."""
        name = "all" if self.method else hashlib.sha256(train.tobytes()).hexdigest()[:16]
        return self.folder(sources, work) / name


def scores(experiment: Experiment, sources: Sources, work: Path, on_progress: OnProgress) -> Metrics:
    """The metrics of an experiment; what is learned is kept in the folder `work`."""
    labels = sources.labels(experiment.data)
    chosen = protocol_splits(experiment.protocol, labels, sources.seed)
    fit = _fit(experiment, sources, work, on_progress)
    return summary(examine(labels, chosen, fit, graded=experiment.protocol == "graded"))


def vectors(experiment: Experiment, sources: Sources, work: Path) -> NDArray[np.float32]:
    """(N, D) vectors of all architectures, learned from those of the first split."""
    (split, *_) = protocol_splits(experiment.protocol, sources.labels(experiment.data), sources.seed)
    found: NDArray[np.float32] = _fit(experiment, sources, work, lambda _: None)(split.train)
    return found


def is_known(experiment: Experiment, sources: Sources, work: Path) -> bool:
    """Whether the scores need no training: all of its splits have vectors in the folder `work`."""
    chosen = protocol_splits(experiment.protocol, sources.labels(experiment.data), sources.seed)
    return all(is_kept(experiment.file(sources, work, split.train)) for split in chosen)


def _fit(experiment: Experiment, sources: Sources, work: Path, on_progress: OnProgress) -> Fit:
    def fit(train: Ints) -> Any:
        return kept(experiment.file(sources, work, train), lambda: learn(train))

    def learn(train: Ints) -> Any:
        if experiment.method:
            return UNTRAINED[experiment.method].vectors(sources, experiment.data)
        data = sources.dataset(experiment.data, experiment.split)
        initial = _pretrained(experiment, sources, work, on_progress) if experiment.pretrained else None
        return trained(experiment.config, data, on_progress, initial)(train)

    return fit


def _pretrained(experiment: Experiment, sources: Sources, work: Path, on_progress: OnProgress) -> Path:
    """Weights from the NAS networks."""
    folder = replace(experiment, data="nas").folder(sources, work) / "weights"
    if not (folder / "config.json").exists():
        nas = sources.dataset("nas", experiment.split)
        rows = zip(nas.names, nas.families, nas.decompositions, strict=True)
        train([TrainingGraph(*row) for row in rows], experiment.config, folder, on_progress)
    return folder
