"""torcheeg: networks for brain signals, with their default sizes (https://torcheeg.readthedocs.io)."""

from __future__ import annotations

import importlib
from typing import Any

from services.extractor.libraries.absent import skip_init
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Input, Recipe, floats, integers

# What it imports for data sets and training alone.
skip_init("torcheeg", "torcheeg.models", *(f"torcheeg.models.{kind}" for kind in ("cnn", "gnn", "rnn", "transformer")))
skip_init(*(f"torcheeg.models.{kind}" for kind in ("ddpm", "gan", "vae")))
skip_init(*(f"torcheeg.datasets{part}" for part in ("", ".constants", ".constants.emotion_recognition")))

_GRID, _CLASS = floats(1, 4, 9, 9), integers(1)
_STEP = integers(1)


def _recipe(
    path: str, *inputs: Input, task: str = "signal-classification", family: str = "", **arguments: Any
) -> Recipe:
    return Recipe(f"torcheeg.models.{path}", task, inputs, arguments, family=family)


# The library's own regions of the 32 electrodes of DEAP.
_REGIONS = importlib.import_module("torcheeg.datasets.constants.emotion_recognition.deap").DEAP_GENERAL_REGION_LIST
_MAKES = "signal-generation"
_RECIPES = {
    "ArjunViT": _recipe("transformer.arjun_vit:ArjunViT", floats(1, 32, 128)),
    "BCDiscriminator": _recipe("gan.bcgan:BCDiscriminator", _GRID, _CLASS),
    "BCEncoder": _recipe("vae.bcvae:BCEncoder", _GRID, _CLASS),
    "BCDecoder": _recipe("vae.bcvae:BCDecoder", floats(1, 64), _CLASS, task=_MAKES),
    "BCGenerator": _recipe("gan.bcgan:BCGenerator", floats(1, 128), _CLASS, task=_MAKES),
    "BCUNet": _recipe("ddpm.bcddpm:BCUNet", _GRID, _STEP, _CLASS, task=_MAKES),
    "BDecoder": _recipe("vae.bvae:BDecoder", floats(1, 64), task=_MAKES),
    "BDiscriminator": _recipe("gan.bgan:BDiscriminator", _GRID),
    "BEncoder": _recipe("vae.bvae:BEncoder", _GRID),
    "BGenerator": _recipe("gan.bgan:BGenerator", floats(1, 128), task=_MAKES),
    "BUNet": _recipe("ddpm.bddpm:BUNet", _GRID, _STEP, task=_MAKES),
    "CCNN": _recipe("cnn.ccnn:CCNN", _GRID),
    "CSPNet": _recipe("cnn.cspnet:CSPNet", floats(1, 1, 22, 1750), family="eeg_cspnet"),
    "DGCNN": _recipe("gnn.dgcnn:DGCNN", floats(1, 62, 5), family="eeg_dgcnn"),
    "EEGNet": _recipe("cnn.eegnet:EEGNet", floats(1, 1, 60, 151)),
    "EEGfuseNet": _recipe("gan.eegfusenet:EEGfuseNet", floats(1, 1, 32, 384)),
    "EFDiscriminator": _recipe("gan.eegfusenet:EFDiscriminator", floats(1, 1, 32, 384)),
    "FBCCNN": _recipe("cnn.fbccnn:FBCCNN", _GRID),
    "FBCNet": _recipe("cnn.fbcnet:FBCNet", floats(1, 9, 20, 1000)),
    "FBMSNet": _recipe("cnn.fbmsnet:FBMSNet", floats(1, 9, 22, 512), in_channels=9, num_electrodes=22, chunk_size=512),
    "GRU": _recipe("rnn.gru:GRU", floats(1, 32, 128)),
    "LSTM": _recipe("rnn.lstm:LSTM", floats(1, 32, 128)),
    "LGGNet": _recipe(
        "gnn.lggnet:LGGNet",
        floats(1, 1, 32, 128),
        region_list=_REGIONS,
    ),
    "MTCNN": _recipe("cnn.mtcnn:MTCNN", floats(1, 8, 8, 9), family="eeg_mtcnn"),
    "SSTEmotionNet": _recipe("cnn.sst_emotion_net:SSTEmotionNet", floats(1, 30, 32, 32)),
    "STNet": _recipe("cnn.stnet:STNet", floats(1, 128, 9, 9)),
    "SimpleViT": _recipe("transformer.simple_vit:SimpleViT", floats(1, 128, 9, 9)),
    "TSCeption": _recipe("cnn.tsception:TSCeption", floats(1, 1, 28, 512)),
    "TSLANet": _recipe("cnn.tslanet:TSLANet", floats(1, 1, 3000)),
    "USleep": _recipe("cnn.usleep:USleep", floats(1, 1, 3000)),
    "VanillaTransformer": _recipe("transformer.vanilla_transformer:VanillaTransformer", floats(1, 32, 128)),
    "ViT": _recipe("transformer.vit:ViT", floats(1, 128, 9, 9)),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
