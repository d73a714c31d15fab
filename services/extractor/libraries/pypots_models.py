"""pypots: imputation, forecasting, classification and clustering of partially observed series (https://pypots.com)."""

from __future__ import annotations

import importlib
import inspect
from functools import cache
from pkgutil import iter_modules
from typing import Any

import torch
from torch import nn

from services.extractor.libraries.absent import skip_init, stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.pypots_sizes import FEATURES, OWN, SIZES, STEPS

# What it imports for training and data sets alone.
stand_in("ai4ts", "benchpots", "pygrinder", "tensorboard", "tsdb")
_TASKS = {
    "imputation": "time-series-imputation",
    "forecasting": "time-series-forecasting",
    "classification": "time-series-classification",
    "clustering": "time-series-clustering",
}
skip_init("pypots", *(f"pypots.{task}" for task in _TASKS))


# Those that hold no network, or fetch one.
_LEFT_OUT = {"bttf", "lerp", "locf", "mean", "median", "gpt4ts", "moment", "timellm", "trmf"}
# Those that take their state from data first.
_LEFT_OUT |= {"koopa", "ts2vec"}


# Of the terms of a loss.
_WEIGHTS = (
    *("ORT_weight", "MIT_weight", "imputation_weight", "consistency_weight", "classification_weight"),
    "reconstruction_weight",
)


@cache
def _names() -> tuple[str, ...]:
    found = []
    for task in _TASKS:
        folders = importlib.import_module(f"pypots.{task}").__path__
        found += [f"{item.name}/{task}" for item in iter_modules(folders) if item.ispkg and item.name not in _LEFT_OUT]
    return tuple(found)


def names() -> list[str]:
    """Every network for every task that it has a head for: "saits/imputation"."""
    return list(_names())


def build(name: str) -> BuiltModel:
    """The network and task `name` with one series of which nothing is missing."""
    short, _, task = name.partition("/")
    skip_init(f"pypots.{task}.{short}")
    core = importlib.import_module(f"pypots.{task}.{short}.core")
    for checked in ("error", "normalization"):
        importlib.import_module(f"pypots.nn.functional.{checked}").torch = _NothingMissing()  # type: ignore[attr-defined]
    loss = importlib.import_module("pypots.nn.modules.loss").MSE()
    losses = {"training_loss": loss, "validation_metric": loss, **dict.fromkeys(_WEIGHTS, 1.0)}
    known = SIZES | OWN.get(short, {}) | losses
    kind = next(value for key, value in vars(core).items() if key.startswith("_") and _is_network(value, core))
    wanted = inspect.signature(kind).parameters.values()
    module = kind(
        **{item.name: known[item.name] for item in wanted if item.name in known or item.default is item.empty}
    )
    return BuiltModel(module, short, _TASKS[task], args=(_inputs(short),))


class _NothingMissing:
    """torch, for code that first looks for numbers that are missing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)

    def isnan(self, _: torch.Tensor) -> torch.Tensor:
        """No."""
        return torch.zeros(1, dtype=torch.bool, device="cpu")


def _is_network(value: Any, core: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, nn.Module) and value.__module__ == core.__name__


def _inputs(name: str) -> dict[str, Any]:
    """What a network asks for, by the library's names."""
    series = {"X": torch.empty(1, STEPS, FEATURES), "missing_mask": torch.ones(1, STEPS, FEATURES)}
    gaps = {"deltas": torch.ones(1, STEPS, FEATURES)}
    if name in ("brits", "csai", "mrnn", "usgan"):
        both = {
            "forward": series | gaps,
            "backward": {key: torch.ones_like(value) for key, value in series.items()} | gaps,
        }
        return both if name in ("brits", "csai") else series | both
    if name == "grud":
        return series | gaps | {"empirical_mean": torch.ones(FEATURES), "X_filledLOCF": torch.ones(1, STEPS, FEATURES)}
    if name == "csdi":
        return {
            "X": torch.empty(1, FEATURES, STEPS),
            "cond_mask": torch.ones(1, FEATURES, STEPS),
            "observed_tp": torch.ones(1, STEPS),
            "feature_id": torch.ones(1, FEATURES, dtype=torch.int64),
        }
    if name == "raindrop":
        return {
            "X": torch.empty(STEPS, 1, 2 * FEATURES),
            "missing_mask": torch.ones(STEPS, 1, FEATURES),
            "static": None,
            "timestamps": torch.ones(STEPS, 1),
            "lengths": torch.ones(1, dtype=torch.int64),
        }
    return series
