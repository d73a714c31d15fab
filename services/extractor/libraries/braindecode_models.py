"""braindecode: networks for brain signals, one a module (https://braindecode.org)."""

from __future__ import annotations

import importlib
import inspect
import math
from typing import Any

import numpy as np
import torch

from services.extractor.libraries.absent import skip_init
from services.extractor.libraries.model import BuiltModel, defining_module

# What it imports for training alone.
skip_init("braindecode", "braindecode.datautil")

_UTIL = importlib.import_module("braindecode.models.util")

_CHANNELS, _RATE, _TIMES, _CLASSES = 22, 250, 1000, 4

# EEGConformer finds its length by running it; it is that of the paper. EEGDINO knows the 19 channels of its weights.
_OWN: dict[str, dict[str, Any]] = {"EEGConformer": {"final_fc_length": 2440}, "EEGDINO": {"n_chans": 19}}


def names() -> list[str]:
    """All classes of the library's own list, but one that downloads where electrodes are."""
    return [name for name in _UTIL.models_dict if name != "REVE"]


def build(name: str) -> BuiltModel:
    """The class `name` with four seconds of a signal."""
    kind = _UTIL.models_dict[name]
    _, demanded, own = next(
        (entry for entry in _UTIL.models_mandatory_parameters if entry[0] == name), (name, (), None)
    )
    stated = (own() if callable(own) else own or {}) | _OWN.get(name, {})
    channels = len(stated.get("chs_info", range(_CHANNELS)))
    arguments = {"n_chans": channels, "n_outputs": _CLASSES, "n_times": _TIMES, "sfreq": _RATE} | stated
    if "chs_info" in demanded and "chs_info" not in stated:
        arguments |= {"chs_info": _places(arguments["n_chans"])}
    known = inspect.signature(kind.__init__).parameters
    module = kind(**{key: value for key, value in arguments.items() if key in known})
    signal = torch.empty(1, arguments["n_chans"], arguments["n_times"])
    return BuiltModel(module, defining_module(module), "signal-classification", args=(signal,))


def _places(channels: int) -> list[dict[str, Any]]:
    """Electrodes on a circle."""
    angles = [2 * math.pi * index / channels for index in range(channels)]
    return [
        {"ch_name": f"C{index}", "kind": "eeg", "loc": np.array([math.cos(angle), math.sin(angle), 1.0] * 4)}
        for index, angle in enumerate(angles)
    ]
