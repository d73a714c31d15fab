"""keras: the classic networks of keras.applications, over torch (https://keras.io/api/applications)."""

from __future__ import annotations

import os
import sys
from functools import cache
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from services.extractor.libraries.model import BuiltModel

os.environ["KERAS_BACKEND"] = "torch"


@cache
def _keras() -> ModuleType:
    """keras, which leaves tensors without memory as they are."""
    import keras
    from keras.src.backend.torch import core

    original = core.convert_to_tensor

    def convert(x: Any, dtype: Any = None, *rest: Any, **others: Any) -> Any:
        value = x.value if isinstance(x, core.Variable) else x
        if isinstance(value, Tensor) and value.is_meta:
            return value if dtype is None else value.to(core.to_torch_dtype(dtype))
        return original(x, dtype, *rest, **others)

    for module in [module for name, module in sys.modules.items() if name.startswith("keras.")]:
        if getattr(module, "convert_to_tensor", None) is original:
            module.convert_to_tensor = convert  # type: ignore[attr-defined]
    found: ModuleType = keras
    return found


class _OnMeta(nn.Module):
    """A model of keras that runs where its weights are."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Any:
        # keras makes up what some layers give where it is told that the device is the meta device.
        with _keras().device("cpu"):
            return self.model(images, training=False)


# keras itself refuses them over torch.
_REFUSED = {"NASNetLarge", "NASNetMobile"}


def _builders() -> dict[str, tuple[str, Any]]:
    """Name -> the module of keras.applications that defines it, and what builds it."""
    applications = _keras().applications
    modules = {name: value for name, value in vars(applications).items() if isinstance(value, ModuleType)}
    return {
        name: (make.__module__.rsplit(".", 1)[-1], make)
        for name, make in vars(applications).items()
        if callable(make) and name not in {*modules, *_REFUSED} and name[0].isupper()
    }


def names() -> list[str]:
    """All that keras.applications builds."""
    return list(_builders())


def build(name: str) -> BuiltModel:
    """The network `name` with one image, channels last."""
    family, make = _builders()[name]
    with _keras().device("meta"):
        model = make(weights=None)
        side = model.input_shape[1] or 224
    return BuiltModel(_OnMeta(model), family, "image-classification", args=(torch.empty(1, side, side, 3),))
