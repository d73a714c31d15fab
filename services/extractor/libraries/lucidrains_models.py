"""lucidrains: many small packages, one or a few models of a paper each (https://github.com/lucidrains).

Sizes follow the examples of the packages' documentation; where it shows a lone layer or a toy, they are chosen.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from unittest.mock import patch

import torch
from torch import nn
from transformers import T5Config

from services.extractor.libraries import (
    lucidrains_generation,
    lucidrains_images,
    lucidrains_language,
    lucidrains_layers,
    lucidrains_signals,
    lucidrains_x_transformers,
)
from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel

# What their training loops, data sets and pretrained encoders import.
stand_in(
    *("Bio", "adabelief_pytorch", "aim", "autofaiss", "datasets", "fairseq", "inflect", "jaraco", "librosa"),
    *("memmap_replay_buffer", "num2words", "num_to_words", "numerize", "pkg_resources"),
    *("pytorch_warmup", "pyworld", "resize_right", "sidechainnet", "taming", "wandb"),
)

_RECIPES = (
    lucidrains_generation.RECIPES
    | lucidrains_images.RECIPES
    | lucidrains_language.RECIPES
    | lucidrains_layers.RECIPES
    | lucidrains_signals.RECIPES
    | lucidrains_x_transformers.RECIPES
)

# Constructors that compute with numbers throughout; these models are small.
_COMPUTED = {
    *("equiformer", "ft_transformer", "omninet", "performer", "performer/generalized", "soundstream"),
    *("tab_transformer", "titans"),
}

# Modules that say nothing of the model: the package names the lineage.
_GENERIC = {
    *("attention", "container", "continuous", "hybridlm", "minlm", "networks", "pretrained", "transformer", "vit"),
    *("transformer_block", "conditionalroutedvit", "itransformer2d", "itransformerfft"),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`; its family is the module of its class, without the "_pytorch" that most end in."""
    recipe = _RECIPES[name]
    package = recipe.path.partition(":")[0]
    with _without_downloads(), torch.device("cpu") if name in _COMPUTED else nullcontext():
        _import(package)
        built = recipe.build()
    return replace(built, family=_family(built.module, package))


def _import(package: str) -> None:
    """Imports what may demand CUDA at once."""
    with patch("torch.cuda.is_available", return_value=True):
        importlib.import_module(package)


def _family(module: nn.Module, path: str) -> str:
    short = type(module).__module__.rpartition(".")[2].lower()
    package = path.partition(".")[0].lower()
    return (package if short in _GENERIC else short).removesuffix("_pytorch")


@contextmanager
def _without_downloads() -> Iterator[None]:
    """T5 v1.1 base, which encodes texts for many of them and whose width alone they ask for."""
    width = T5Config(d_model=768)
    with patch.object(T5Config, "from_pretrained", return_value=width):
        yield
