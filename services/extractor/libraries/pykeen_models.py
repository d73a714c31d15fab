"""pykeen: embeddings of knowledge graphs, with their default sizes (https://pykeen.readthedocs.io)."""

from __future__ import annotations

import importlib
from functools import cache
from pkgutil import iter_modules
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel, defining_module

# What it imports for training and tuning alone.
stand_in("optuna", "torch_ppr")

_ENTITIES, _RELATIONS, _FACTS = 60, 5, 400


@cache
def _modules() -> tuple[str, ...]:
    folder = importlib.import_module("pykeen.models.unimodal")
    return tuple(item.name for item in iter_modules(folder.__path__) if item.name != "auto_sf")


def names() -> list[str]:
    """All models that learn from facts alone."""
    return list(_modules())


def build(name: str) -> BuiltModel:
    """The model `name` for a small graph, with one fact to judge."""
    module = importlib.import_module(f"pykeen.models.unimodal.{name}")
    base = importlib.import_module("pykeen.models").Model
    kind = next(item for item in vars(module).values() if _is_model(item, base, module))
    facts = [(f"e{i % _ENTITIES}", f"r{i % _RELATIONS}", f"e{(7 * i + 3) % _ENTITIES}") for i in range(_FACTS)]
    with torch.device("cpu"):
        factory = importlib.import_module("pykeen.triples").TriplesFactory
        model = kind(triples_factory=factory.from_labeled_triples(np.array(facts)), random_seed=0)
    return BuiltModel(
        _Judge(model), defining_module(model), "knowledge-graph", args=(torch.ones(1, 3, dtype=torch.int64),)
    )


def _is_model(item: Any, base: Any, module: Any) -> bool:
    return isinstance(item, type) and issubclass(item, base) and item.__module__ == module.__name__


class _Judge(nn.Module):
    """A model as a function of facts."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, facts: Tensor) -> Any:
        """How likely each is."""
        return self.model.score_hrt(facts)  # type: ignore[operator]
