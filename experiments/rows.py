"""The rows of every table."""

from __future__ import annotations

from dataclasses import replace

from experiments.experiment import Experiment
from experiments.sources import SAMPLED, SOURCED
from experiments.splits import SPLITS
from services.embedder.config import PRESETS, NetworkConfig

KERNELS = ("op-histogram", "wl-tfidf", "graph2vec")
TEXTS = ("text-tfidf", "text-minilm")

CHEAP = (*KERNELS, "nar")
"""Methods that are trained in minutes, for protocols that train them several times."""

WHOLE = (*KERNELS, "gcn", "gat", "paper", "nar")
"""Methods that are trained on the whole real set; "directed" takes an hour there, and is trained on the sample."""


def experiments() -> dict[str, list[Experiment]]:
    """The rows of every table, by the table's name."""
    paper = PRESETS["paper"]
    assert isinstance(paper, NetworkConfig)
    objectives = {"CE": replace(paper, contrast=False), "CL": replace(paper, classify=False), "CE+CL": paper}
    masked = replace(paper, mask_equal_motifs=True)
    parts = (SAMPLED, "nas")
    every = (*KERNELS, *PRESETS)
    return {
        "methods": [
            *_methods("real", "seen", WHOLE),
            *_methods(SAMPLED, "seen", every),
            *_methods("nas", "seen", every),
        ],
        "graded": _methods("real", "graded", WHOLE),
        "unseen": _methods("real", "unseen", CHEAP),
        "library": [
            row for library in ("pytorchcv", "transformers") for row in _methods("real", f"library:{library}", CHEAP)
        ],
        "text": [row for protocol in ("seen", "unseen") for row in _methods(SOURCED, protocol, (*TEXTS, *CHEAP))],
        "splits": [Experiment(data, "seen", split, split=split) for data in parts for split in SPLITS],
        "objectives": [
            Experiment(data, "seen", name, config=own) for data in parts for name, own in objectives.items()
        ],
        "transfer": [
            Experiment(SAMPLED, "seen", "from scratch"),
            Experiment(SAMPLED, "seen", "pre-trained with NAS", pretrained=True),
        ],
        "negatives": [
            Experiment(SAMPLED, "seen", "all other contexts"),
            Experiment(SAMPLED, "seen", "without those of the same motif", config=masked),
        ],
    }


def _methods(data: str, protocol: str, names: tuple[str, ...]) -> list[Experiment]:
    """A row for each method of that name: a preset's, or one that sees no labels."""
    return [
        Experiment(data, protocol, name, config=PRESETS[name])
        if name in PRESETS
        else Experiment(data, protocol, name, method=name)
        for name in names
    ]
