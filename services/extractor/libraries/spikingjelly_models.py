"""spikingjelly: deep spiking networks (https://github.com/fangwei123456/spikingjelly)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel, defining_module

stand_in("scienceplots", "tensorboard")

_STEPS = 4


def _steps(*shape: int) -> Tensor:
    """An input for each step of time."""
    return torch.empty(_STEPS, 1, *shape)


def _image() -> Tensor:
    return torch.empty(1, 3, 224, 224)


def _small() -> Tensor:
    return torch.empty(1, 3, 32, 32)


# Module -> its builders, and the input they take.
_BUILDERS: dict[str, tuple[tuple[str, ...], Callable[[], Tensor]]] = {
    "masnn": (("att_ms_resnet18",), _image),
    "maxformer": (("maxformer_10_384",), _image),
    "ms_resnet": (("ms_resnet18", "ms_resnet34", "max_resnet18"), _image),
    "qkformer": (("qkformer_10_384",), _image),
    "sew_resnet": (
        (
            *(f"sew_resnet{depth}" for depth in (18, 34, 50, 101, 152)),
            *("sew_resnext50_32x4d", "sew_resnext101_32x8d", "sew_wide_resnet50_2", "sew_wide_resnet101_2"),
        ),
        lambda: _steps(3, 224, 224),
    ),
    "spike_driven_transformer": (("sdt_8_384",), _image),
    "spikformer": (("spikformer_ti", "spikformer_s"), _image),
    "spiking_resnet": (
        (
            *(f"spiking_resnet{depth}" for depth in (18, 34, 50, 101, 152)),
            *("spiking_resnext50_32x4d", "spiking_resnext101_32x8d"),
            *("spiking_wide_resnet50_2", "spiking_wide_resnet101_2"),
        ),
        lambda: _steps(3, 224, 224),
    ),
    "spiking_vgg": (
        tuple(f"spiking_vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")),
        lambda: _steps(3, 224, 224),
    ),
    "spiking_vggws_ottt": (
        tuple(f"ottt_spiking_vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_ws")),
        _image,
    ),
}
_NAMES = {name: module for module, (names, _) in _BUILDERS.items() for name in names}
_FOR_SMALL = {"maxformer_cifar": "maxformer", "spikformer_cifar10": "spikformer"}
# Networks with learnable time constants, one for each data set: class and the shape of a step.
_PARAMETRIC = {
    "MNISTNet": (1, 28, 28),
    "FashionMNISTNet": (1, 28, 28),
    "NMNISTNet": (2, 34, 34),
    "CIFAR10Net": (3, 32, 32),
    "CIFAR10DVSNet": (2, 128, 128),
    "DVSGestureNet": (2, 128, 128),
}


def names() -> list[str]:
    """All builders of the library's models, and its networks for small data sets."""
    return [*_NAMES, *_FOR_SMALL, *_PARAMETRIC, "masnn_dvs128_gesture"]


def build(name: str) -> BuiltModel:
    """The model `name`, over several steps of time."""
    if name in _PARAMETRIC:
        return _built("parametric_lif_net", name, _steps(*_PARAMETRIC[name]))
    if name == "masnn_dvs128_gesture":
        return _built("masnn", name, torch.empty(60, 1, 2, 32, 32))
    if name in _FOR_SMALL:
        return _built(_FOR_SMALL[name], name, _small())
    module = _NAMES[name]
    return _built(module, name, _BUILDERS[module][1]())


def _built(module: str, name: str, inputs: Tensor) -> BuiltModel:
    from spikingjelly.activation_based import functional, neuron, surrogate

    make = getattr(importlib.import_module(f"spikingjelly.activation_based.model.{module}"), name)
    arguments: dict[str, Any] = {}
    if module in ("sew_resnet", "spiking_resnet", "spiking_vgg", "parametric_lif_net"):
        arguments = {"spiking_neuron": neuron.IFNode, "surrogate_function": surrogate.ATan(), "detach_reset": True}
    if module == "sew_resnet":
        arguments["cnf"] = "ADD"
    model = make(**arguments)
    if module != "spiking_vggws_ottt":
        functional.set_step_mode(model, "m")
    return BuiltModel(model, defining_module(model), "image-classification", args=(inputs,))
