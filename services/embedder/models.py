"""The model versions that one process serves side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nar.architecture import Decomposition, Motif
from nar.errors import NotFound, Unavailable
from nar.graph import Graph
from services.embedder.batching import Batcher, Report, measured
from services.embedder.embedder import Embedder
from services.embedder.settings import EmbedderSettings
from services.runtime import metrics
from services.runtime.telemetry import log

_ONE = Graph(("conv",), np.zeros(1, np.int64), np.zeros((2, 0), np.int64))
_SAMPLE = Decomposition(
    fingerprint="",
    motifs=(Motif("0" * 16, "conv", _ONE, _ONE),),
    instance_motif=np.zeros(1, np.int64),
    op_instance=np.zeros(1, np.int64),
    edges=np.zeros((2, 0), np.int64),
    instance_params=np.zeros(1, np.int64),
    instance_flops=np.zeros(1, np.int64),
)


class Models:
    """Loads weights and hands out the batcher of a model version; the first that was loaded is the live one."""

    def __init__(self, settings: EmbedderSettings, report: Report = measured) -> None:
        self._settings = settings
        self._report = report
        self._batchers: dict[str, Batcher] = {}

    @property
    def ready(self) -> bool:
        """Whether weights are loaded."""
        return bool(self._batchers)

    @property
    def versions(self) -> list[str]:
        """The model versions, the live one first."""
        return list(self._batchers)

    def load(self, folders: Sequence[Path]) -> None:
        """Loads the weights of `folders`, the live ones first, and embeds once with each: the first call costs more.

        Raises:
            FailedPrecondition: a folder holds no weights, or they are damaged.
        """
        settings = self._settings
        loaded: dict[str, Batcher] = {}
        for folder in folders:
            embedder = Embedder.load(folder, settings.max_batch_nodes, settings.device)
            embedder.embed([_SAMPLE])
            loaded[embedder.model_version] = Batcher(
                embedder, settings.max_batch_nodes, settings.max_waiting_nodes, self._report
            )
            metrics.EMBEDDER_MODELS.labels(embedder.model_version).set(1)
            log.info("loaded", model_version=embedder.model_version)
        self._batchers = loaded

    def get(self, model_version: str = "") -> Batcher:
        """The batcher of a model version; "" stands for the live one.

        Raises:
            Unavailable: the weights are still being loaded.
            NotFound: this version is not served here.
        """
        if not self._batchers:
            raise Unavailable("the embedder is still loading its weights", retry_after=2.0)
        if not model_version:
            return next(iter(self._batchers.values()))
        found = self._batchers.get(model_version)
        if found is None:
            served = ", ".join(map(repr, self._batchers))
            raise NotFound(f"model version {model_version!r} is not served here; {served} is")
        return found
