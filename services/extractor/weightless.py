"""Builds a model without memory for its weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map_only

from services.extractor.libraries.model import BuiltModel

# What weights are made with. All else (ranges, tables) keeps its numbers, which some constructors read.
_WEIGHT_FACTORIES = {torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn, torch.full}


def build_without_weights(build: Callable[[], BuiltModel]) -> BuiltModel:
    """What `build` makes, on the meta device.

    Constructors that compute with numbers fail there; then only what weights are made with is put on it. Those that
    replace the data of a weight by numbers need memory for all.
    """
    try:
        with torch.device("meta"):
            return build()
    except (RuntimeError, ValueError, TypeError, AttributeError, IndexError):
        try:
            with WeightsOnMeta():
                built = build()
        except RuntimeError as error:
            if "set_data" not in str(error):
                raise
            built = build()
    return replace(
        built,
        module=built.module.to("meta"),
        args=tree_map_only(torch.Tensor, _to_meta, tuple(built.args)),
        kwargs=tree_map_only(torch.Tensor, _to_meta, dict(built.kwargs)),
        alternatives=tree_map_only(torch.Tensor, _to_meta, [dict(inputs) for inputs in built.alternatives]),
    )


def _to_meta(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.to("meta")


class WeightsOnMeta(TorchFunctionMode):
    """Puts on the meta device what weights are made with, and nothing else."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Adds the device to the calls of `_WEIGHT_FACTORIES` that name none."""
        kwargs = dict(kwargs or {})
        if func in _WEIGHT_FACTORIES and kwargs.get("device") is None:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)
