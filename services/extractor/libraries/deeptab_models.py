"""deeptab: networks for tables, with their default configurations (https://deeptab.readthedocs.io)."""

from __future__ import annotations

import importlib
from functools import cache
from pkgutil import iter_modules
from typing import Any

import torch
from torch import nn

from services.extractor.libraries.absent import skip_init, stand_in
from services.extractor.libraries.model import BuiltModel, defining_module

# What it imports for training and data alone.
stand_in("pretab", "skopt", "torchmetrics")
skip_init("deeptab", "deeptab.architectures", "deeptab.architectures.experimental")

_NUMBERS, _WORDS, _VALUES = 8, 4, 10


@cache
def _modules() -> dict[str, str]:
    """Module by name."""
    folders = ("deeptab.architectures", "deeptab.architectures.experimental")
    found = ((folder, item) for folder in folders for item in iter_modules(importlib.import_module(folder).__path__))
    return {item.name: f"{folder}.{item.name}" for folder, item in found if not item.ispkg}


def names() -> list[str]:
    """All networks of the package's folders."""
    return list(_modules())


def build(name: str) -> BuiltModel:
    """The network `name` for a table of eight columns of numbers and four of words."""
    module = importlib.import_module(_modules()[name])
    kind = next(item for item in vars(module).values() if _is_network(item, module))
    numbers: dict[str, Any] = {
        f"number{index}": {"preprocessing": "standard", "dimension": 1, "categories": None} for index in range(_NUMBERS)
    }
    words: dict[str, Any] = {
        f"word{index}": {"preprocessing": "int", "dimension": 1, "categories": _VALUES} for index in range(_WORDS)
    }
    model = kind(feature_information=(numbers, words, {}), num_classes=2)
    row: tuple[list[torch.Tensor], ...] = (
        [torch.empty(1, 1) for _ in numbers],
        [torch.ones(1, 1, dtype=torch.int64) for _ in words],
        [],
    )
    return BuiltModel(model, defining_module(model), "tabular-classification", args=row)


def _is_network(item: Any, module: Any) -> bool:
    if not isinstance(item, type) or item.__module__ != module.__name__ or not issubclass(item, nn.Module):
        return False
    return any(base.__name__ == "BaseModel" for base in item.__mro__)
