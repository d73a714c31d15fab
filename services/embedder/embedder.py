"""Embeds decompositions with trained weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nar.architecture import Decomposition
from nar.errors import FailedPrecondition
from services.embedder import weights
from services.embedder.colour_model import ColourModel
from services.embedder.inference import NetworkInference


class TrainedModel(Protocol):
    """What turns decompositions into vectors."""

    def encode(self, decompositions: Sequence[Decomposition]) -> Tensor:
        """(N, dimensions) unit vectors of at least one graph; the same in whatever batch they come."""


class Embedder:
    """F(A) = F_g(Agg(F_m(Mss(A)))) (Equation 8), a unit vector a graph.

    Args:
        encoder: the trained model.
        model_version: name and digest of the weights.
        dimensions: length of a vector.
    """

    def __init__(self, encoder: TrainedModel, model_version: str, dimensions: int) -> None:
        self.model_version = model_version
        self.dimensions = dimensions
        self._encoder = encoder

    @classmethod
    def load(cls, folder: Path, max_nodes: int = 20_000, device: str = "cpu") -> Self:
        """The embedder whose weights lie in `folder`; raises as `weights.load` does, and FailedPrecondition
        where there is no such device.

        Args:
            folder: the weights.
            max_nodes: motif ops, or motif instances, that go through a network at once.
            device: where a network runs.
        """
        if device == "cuda" and not torch.cuda.is_available():
            raise FailedPrecondition("there is no GPU that torch can use: set NAR_DEVICE=cpu")
        model, version = weights.load(folder)
        if isinstance(model, ColourModel):
            return cls(model, version, model.config.dimensions)
        return cls(NetworkInference(model.to(device), max_nodes), version, model.config.dimensions)

    def embed(self, decompositions: Sequence[Decomposition]) -> NDArray[np.float32]:
        """(N, dimensions) unit vectors, in the order of `decompositions`; the same in whatever batch they come."""
        if not decompositions:
            return np.zeros((0, self.dimensions), np.float32)
        vectors: NDArray[np.float32] = self._encoder.encode(decompositions).cpu().numpy()
        return vectors
