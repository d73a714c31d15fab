"""Methods that see no labels: what they make does not depend on the protocol, so that it is made once per data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments import text_methods
from experiments.graph2vec import graph2vec
from experiments.sources import Sources
from services.embedder.evaluation import baselines


@dataclass(frozen=True)
class Untrained:
    """One method.

    Attributes:
        vectors: (N, D) unit rows for all architectures of a data set.
        code: the files of code that they depend on.
    """

    vectors: Callable[[Sources, str], Any]
    code: tuple[str, ...]


_BASELINES = ("services/embedder/evaluation/baselines.py",)
_TEXTS = ("experiments/class_sources.py", "experiments/text_methods.py")

UNTRAINED = {
    "op-histogram": Untrained(lambda sources, data: baselines.op_histogram(sources.graphs(data)), _BASELINES),
    "wl-tfidf": Untrained(lambda sources, data: baselines.wl_subtrees(sources.graphs(data)), _BASELINES),
    "graph2vec": Untrained(
        lambda sources, data: graph2vec(sources.graphs(data)),
        ("experiments/graph2vec.py", "nar/fingerprint.py"),
    ),
    "text-tfidf": Untrained(lambda sources, data: text_methods.tfidf(sources.class_texts(data)), _TEXTS),
    "text-minilm": Untrained(lambda sources, data: text_methods.sentence_vectors(sources.class_texts(data)), _TEXTS),
}
"""By name."""
