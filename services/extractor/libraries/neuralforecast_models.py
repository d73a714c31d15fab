"""neuralforecast: forecasters with their default sizes, one a module (https://nixtlaverse.nixtla.io/neuralforecast)."""

from __future__ import annotations

import importlib
import inspect
from functools import cache
from pkgutil import iter_modules
from typing import Any

import torch

from services.extractor.libraries.absent import skip_init, stand_in
from services.extractor.libraries.model import BuiltModel, defining_module

# What it imports for training and tuning alone.
stand_in("optuna", "ray", "tensorboard", "tornado")
skip_init("neuralforecast", "neuralforecast.models")

_AHEAD, _PAST, _SERIES = 12, 60, 7

# A wrapper of others, and two that need more than is here.
_LEFT_OUT = {"hint", "timellm", "xlstm"}


@cache
def _modules() -> tuple[str, ...]:
    found = iter_modules(importlib.import_module("neuralforecast.models").__path__)
    return tuple(item.name for item in found if item.name not in _LEFT_OUT)


def names() -> list[str]:
    """All forecasters of the package's folder."""
    return list(_modules())


def build(name: str) -> BuiltModel:
    """The forecaster `name` with a year of hours of one series, or of several for those that mix them."""
    module = importlib.import_module(f"neuralforecast.models.{name}")
    base = importlib.import_module("neuralforecast.common._base_model").BaseModel
    kind = next(item for item in vars(module).values() if _is_forecaster(item, base, module))
    known = inspect.signature(kind).parameters
    arguments = {"h": _AHEAD, "input_size": _PAST} | ({"n_series": _SERIES} if "n_series" in known else {})
    model = kind(**arguments)
    several = bool(getattr(kind, "MULTIVARIATE", False))
    shape = (1, _PAST, _SERIES if several else 1)
    batch = dict.fromkeys(("futr_exog", "hist_exog", "stat_exog", "cat_exog"))
    window = batch | {"insample_y": torch.empty(shape), "insample_mask": torch.ones(shape)}
    return BuiltModel(model, defining_module(model), "time-series-forecasting", args=(window,))


def _is_forecaster(item: Any, base: Any, module: Any) -> bool:
    return inspect.isclass(item) and issubclass(item, base) and item.__module__ == module.__name__
