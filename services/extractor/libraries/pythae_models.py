"""pythae: variational and other autoencoders (https://github.com/clementchadebec/benchmark_VAE)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel, defining_module

stand_in("imageio", "pickle5")

_NO_MODELS = {"AutoModel", "BaseAE"}


class _OfImage(nn.Module):
    """The model's `forward`, which wants its input in a dictionary, as a call with an image."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, data: Tensor) -> Any:
        return dict(self.model({"data": data}))


def _models() -> dict[str, Any]:
    import pythae.models

    kinds = {name: getattr(pythae.models, name) for name in dir(pythae.models)}
    return {
        name: kind
        for name, kind in kinds.items()
        if isinstance(kind, type) and issubclass(kind, nn.Module) and name not in _NO_MODELS
    }


def _configuration(kind: Any) -> Any:
    """The configuration of a model's class: the one that its own package defines."""
    import pythae.models

    package = kind.__module__.rsplit(".", 1)[0]
    found = (getattr(pythae.models, name) for name in dir(pythae.models) if name.endswith("Config"))
    return next(config for config in found if config.__module__.startswith(f"{package}."))


def names() -> list[str]:
    """All its models, with the encoder and the decoder that it makes by default."""
    return list(_models())


def build(name: str) -> BuiltModel:
    """The model `name` for digits of 28 by 28 pixels."""
    kind = _models()[name]
    model = kind(_configuration(kind)(input_dim=(1, 28, 28), latent_dim=16))
    family = defining_module(model).removesuffix("_model")
    return BuiltModel(_OfImage(model), family, "image-to-image", args=(torch.empty(1, 1, 28, 28),))
